"""While one item is in use, the next is being made."""

from collections.abc import Iterator
from threading import Event

import pytest

from clickstream.etl.ahead import ahead

pytestmark = pytest.mark.unit
SECONDS = 20.0


def test_all_items_come_in_their_order() -> None:
    with ahead(iter(range(5))) as items:
        assert list(items) == [0, 1, 2, 3, 4]


def test_the_next_item_is_made_while_one_is_in_use() -> None:
    is_made = Event()

    def source() -> Iterator[str]:
        yield "first"
        is_made.set()
        yield "second"

    with ahead(source()) as items:
        assert next(items) == "first"
        assert is_made.wait(SECONDS)
        assert list(items) == ["second"]


def test_no_item_is_made_before_the_one_before_it_is_asked_for() -> None:
    made: list[int] = []

    def source() -> Iterator[int]:
        for number in range(9):
            made.append(number)
            yield number

    with ahead(source()) as items:
        next(items)
    assert made == [0, 1]


def test_what_the_source_raises_comes_after_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("torn")

    with ahead(source()) as items:
        assert next(items) == 1
        with pytest.raises(ValueError, match="torn"):
            next(items)
