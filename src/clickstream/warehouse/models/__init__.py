"""The SQL of the load, one question a file."""

from functools import cache
from importlib.resources import files
from typing import LiteralString


@cache
def model(name: str) -> LiteralString:
    """The text of ``models/<name>.sql``. It is the project's own, so it may be run as it is."""
    path = files("clickstream.warehouse.models").joinpath(f"{name}.sql")
    return path.read_text("utf-8")
