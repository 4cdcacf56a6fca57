"""Questions to the shop's database, each a file in ``sql/``."""

from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

T = TypeVar("T")
Connection = AsyncConnection[Any]


@cache
def statement(name: str) -> bytes:
    """The text of a question."""
    return files("clickstream.shop").joinpath(f"sql/{name}.sql").read_bytes()


async def all_of(connection: Connection, name: str, shape: type[T], /, **values: object) -> list[T]:
    """Every row of the answer."""
    async with connection.cursor(row_factory=class_row(shape)) as cursor:
        await cursor.execute(statement(name), values)
        return await cursor.fetchall()


async def one_of(connection: Connection, name: str, /, **values: object) -> dict[str, Any] | None:
    """The first row of the answer by its columns' names, if there is one."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement(name), values)
        return await cursor.fetchone()


async def do(connection: Connection, name: str, /, **values: object) -> int:
    """How many rows the statement changed."""
    return (await connection.execute(statement(name), values)).rowcount
