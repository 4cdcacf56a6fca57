"""The shop's own orders from its database, for one report on one connection; nothing stays."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from clickstream.errors import ReportError
from clickstream.warehouse.conninfo import without_secrets
from clickstream.warehouse.imports import stage_orders

READ_ONLY = "-c default_transaction_read_only=on -c statement_timeout=120s -c timezone=UTC"
COLUMNS = (4, 5)


def bring_orders(connection: psycopg.Connection, url: str, *, query: str) -> int:
    """How many orders of the shop's database this connection now takes for ``shop_orders``.

    They lie in a temporary table that stands before the one of the imports. Raises ReportError.
    """
    try:
        with (
            psycopg.connect(
                url,
                options=_read_only(url),
                connect_timeout=10,
                application_name="clickstream reconcile",
            ) as shop,
            shop.cursor(name="orders") as cursor,
        ):
            cursor.itersize = 5000
            cursor.execute(query.encode())
            width = len(cursor.description or ())
            if width not in COLUMNS:
                raise ReportError(
                    f"CLICKSTREAM_ORDERS_QUERY gives {width} columns; an order's id, instant, "
                    "value and currency are expected, and perhaps its status"
                )
            rows = (tuple(row) + (None,) * (5 - width) for row in cursor)
            return stage_orders(connection, rows)
    except psycopg.Error as error:
        reason = without_secrets(str(error).strip().splitlines()[0], url)
        raise ReportError(
            f"The shop's orders could not be read through --orders-url: {reason}. Correct the URL, "
            "or the query in CLICKSTREAM_ORDERS_QUERY."
        ) from None


def _read_only(url: str) -> str:
    """The server's options that the URL gives, such as a search path, and those that only read."""
    given = conninfo_to_dict(url).get("options")
    return f"{given} {READ_ONLY}" if given else READ_ONLY
