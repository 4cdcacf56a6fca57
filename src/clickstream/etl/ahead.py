"""Two things at a time: while one item is in use, the next is being made."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def ahead(source: Iterator[T]) -> Iterator[Iterator[T]]:
    """The source's items, each made by a thread while the one before it is in use.

    What the source raises comes where its item would have. At the end of the block nothing is in
    the making any more.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="etl") as helper:

        def items() -> Iterator[T]:
            following = helper.submit(next, source, None)
            while (item := following.result()) is not None:
                following = helper.submit(next, source, None)
                yield item

        yield items()
