"""The warehouse that the settings name: a server elsewhere, or the embedded one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from clickstream.warehouse.binaries import Source
from clickstream.warehouse.server import EmbeddedServer


@dataclass(frozen=True, kw_only=True)
class WarehouseSettings:
    """Which warehouse to use: that of the URL, or, without one, the data folder's own."""

    data_dir: Path
    url: str | None = None
    prefer: Source | None = None
    server_options: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None


@contextmanager
def open_warehouse(settings: WarehouseSettings) -> Iterator[str]:
    """The warehouse's URL for the length of a block, through which the embedded server is used."""
    if settings.url:
        yield settings.url
        return
    server = EmbeddedServer(
        settings.data_dir,
        prefer=settings.prefer,
        options=settings.server_options,
        port=settings.port,
    )
    with server:
        yield server.url
