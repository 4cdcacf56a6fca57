"""Shoppers who come while one watches, at a steady pace."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Final

from clickstream.simulate.dice import Dice, root
from clickstream.simulate.instants import SECOND, to_milliseconds
from clickstream.simulate.stream import Post, come
from clickstream.simulate.visit import Hit
from clickstream.simulate.visitor import Visitor

_EVENTS_PER_VISIT: Final = 11
_KNOWN_SHARE: Final = 0.4
_RUSH: Final = 12 * SECOND
"""At first many come at once, so that the pace is soon the one that is asked for."""


def live(
    *, seed: int, start: datetime, events_per_second: float = 3.0, known: int = 0
) -> Iterator[Post]:
    """Events to be posted, each at its `at`, from `start` on without an end.

    `known` visitors of a history from the same seed are among those who come. Another `start`
    gives other visits.
    """
    started = to_milliseconds(start)
    dice = Dice(root("live", seed, started))
    waiting: list[tuple[int, int, Hit]] = []
    order = count()
    at = started
    for number in count():
        while waiting and waiting[0][0] <= at:
            yield Post(heapq.heappop(waiting)[2])
        visitor = _visitor(dice, seed, started + number, known)
        visit = come(visitor, Dice(dice.getrandbits(128)), at, is_promotion=False)
        for hit in visit.hits:
            heapq.heappush(waiting, (hit.received, next(order), hit))
        pause = _EVENTS_PER_VISIT * SECOND / events_per_second
        if at < started + _RUSH:
            pause /= 9
        at += int(pause * dice.between(0.2, 1.8))


def _visitor(dice: Dice, seed: int, new: int, known: int) -> Visitor:
    people = root("people", seed)
    if not known or not dice.chance(_KNOWN_SHARE):
        return Visitor(people, new)
    visitor = Visitor(people, dice.whole(0, known - 1))
    visitor.visits = 0 if visitor.is_anonymous else 1
    return visitor
