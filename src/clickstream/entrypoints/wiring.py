"""From settings to the parts that they name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from clickstream.entrypoints.settings import Settings
from clickstream.errors import WarehouseError
from clickstream.warehouse.binaries import Source
from clickstream.warehouse.opened import WarehouseSettings, open_warehouse

if TYPE_CHECKING:
    from psycopg import Connection

PREFERRED: dict[str, Source | None] = {"any": None, "system": "system", "wheel": "wheel"}


def warehouse_settings(settings: Settings) -> WarehouseSettings:
    """What the warehouse's room wants to know of the settings."""
    return WarehouseSettings(
        data_dir=settings.data_dir,
        url=settings.warehouse_url,
        prefer=PREFERRED[settings.warehouse_server],
    )


@contextmanager
def ready_warehouse(settings: Settings) -> Iterator[str]:
    """The URL of a warehouse whose schema is up to date, for the length of a block.

    The embedded one is started and migrated; an operator's own is only looked at, since its
    migration wants a decision and perhaps another user.
    """
    from clickstream.warehouse.connect import connect  # noqa: PLC0415 - psycopg takes 20 MB
    from clickstream.warehouse.migrate import migrate, pending  # noqa: PLC0415

    with open_warehouse(warehouse_settings(settings)) as url:
        with connect(url, application_name="clickstream migrate") as connection:
            if settings.warehouse_url is None:
                migrate(connection)
            else:
                _refuse_pending(pending(connection))
        yield url


@contextmanager
def reading(settings: Settings) -> Iterator["Connection"]:
    """A reader's connection to a warehouse that is ready, for the length of a block."""
    from clickstream.warehouse.connect import connect  # noqa: PLC0415 - psycopg takes 20 MB

    with (
        ready_warehouse(settings) as url,
        connect(
            url, role="clickstream_reader", application_name="clickstream report"
        ) as connection,
    ):
        yield connection


def _refuse_pending(names: list[str]) -> None:
    if names:
        raise WarehouseError(
            f"The warehouse lacks {len(names)} migration(s), the first being {names[0]}. Run "
            "`clickstream migrate` as a user who may change the schema."
        )
