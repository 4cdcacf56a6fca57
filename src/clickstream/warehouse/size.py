"""How much the warehouse's server stores."""

from importlib.resources import files

import psycopg

QUESTION = files("clickstream.warehouse").joinpath("size.sql").read_bytes()


def stored_bytes(connection: psycopg.Connection) -> int:
    """Bytes of the databases on the server, its write-ahead log aside."""
    row = connection.execute(QUESTION).fetchone()
    return int(row[0]) if row else 0
