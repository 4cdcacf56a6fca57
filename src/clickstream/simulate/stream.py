"""All visits of a scenario as one stream, in the order in which the server received it.

Memory holds the visitors who will come back and the events of the hour, however long it runs.
"""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Final

import msgspec

from clickstream.contract import Envelope, Reason, encode_envelope, lake_line
from clickstream.simulate.broken import broken_line
from clickstream.simulate.browsing import days_until_return, visit_shop
from clickstream.simulate.crawling import crawl
from clickstream.simulate.dice import Dice
from clickstream.simulate.instants import HOUR, SECOND, to_datetime, to_milliseconds, to_text
from clickstream.simulate.rhythm import Rhythm, return_at
from clickstream.simulate.scenario import Scenario
from clickstream.simulate.visit import Fact, Hit, Sender, Visit
from clickstream.simulate.visitor import Visitor

_BROKEN: Final = 0.001


class Received(msgspec.Struct, frozen=True):
    """One line of the lake, without its newline, and what is true of it."""

    received_at: datetime
    line: bytes
    broken: Reason | None = None
    """Why the contract refuses it; None for a good event."""
    is_duplicate: bool = False
    is_late: bool = False
    is_bot: bool = False
    is_first_of_visitor: bool = False
    opens_session: bool = False
    fact: Fact | None = None
    amount: int = 0
    """Of the fact, in dong."""

    @property
    def is_broken(self) -> bool:
        return self.broken is not None


class Post(msgspec.Struct, frozen=True):
    """One event to be posted to a collector, at its time or later."""

    hit: Hit

    @property
    def at(self) -> datetime:
        """When the request arrives, where it is posted at its time."""
        return to_datetime(self.hit.received)

    @property
    def sender(self) -> Sender:
        """The visitor's browser: user agent and headers."""
        return self.hit.sender

    def payload(self, now: datetime) -> bytes:
        """The body, sent `now`: `sentAt` moves along, so that the event keeps its own time."""
        document = self.hit.document
        if self.hit.sent is not None:
            sent = self.hit.sent + to_milliseconds(now) - self.hit.received
            document = document | {"sentAt": to_text(sent)}
        return msgspec.json.encode(document)


def simulate(*, visitors: int, days: int, seed: int, end: datetime) -> Iterator[Received]:
    """The lines that the lake receives, ordered by instant of receipt, none later than `end`."""
    scenario = Scenario(visitors=visitors, days=days, seed=seed, end=end)
    dice = Dice(scenario.deeds ^ 1)
    for hit in hits(scenario):
        yield _received(hit)
        if dice.random() < _BROKEN:
            yield _broken(hit, dice)


def posts(*, visitors: int, days: int, seed: int, end: datetime) -> Iterator[Post]:
    """The good events of the same scenario, for a collector."""
    scenario = Scenario(visitors=visitors, days=days, seed=seed, end=end)
    return (Post(hit) for hit in hits(scenario))


def hits(scenario: Scenario) -> Iterator[Hit]:
    """Every event of the scenario, ordered by instant of receipt."""
    rhythm, plans = Rhythm(scenario), _Plans(scenario)
    pending: list[Hit] = []
    end = scenario.end_ms
    for hour, (start, numbers) in enumerate(rhythm.hours()):
        for number in numbers:
            plans.add_new(number, hour)
        for visitor, dice, at in plans.of(hour):
            visit = come(visitor, dice, at, is_promotion=rhythm.is_promotion(at))
            pending += [hit for hit in visit.hits if hit.received <= end]
            plans.add_return(visit)
        pending.sort(key=_BY_RECEIPT)
        ready = [hit for hit in pending if hit.received < start + HOUR]
        pending = pending[len(ready) :]
        yield from ready
    yield from pending


def come(visitor: Visitor, dice: Dice, at: int, *, is_promotion: bool) -> Visit:
    """One visit, of a shopper or a crawler."""
    if visitor.crawler:
        return crawl(visitor, dice, at)
    return visit_shop(visitor, dice, at, is_promotion=is_promotion)


_BY_RECEIPT: Final = attrgetter("received")


class _Plans:
    """Who comes in which hour."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._by_hour: dict[int, list[tuple[Visitor, Dice | None, int]]] = {}

    def add_new(self, number: int, hour: int) -> None:
        visitor = Visitor(self._scenario.people, number)
        dice = self._dice(visitor)
        start = self._scenario.start_ms + hour * HOUR
        self._add(visitor, dice, start + dice.whole(0, HOUR - 5 * SECOND))

    def add_return(self, visit: Visit) -> None:
        days = days_until_return(visit.visitor, visit.dice)
        if days is None:
            return
        at = return_at(visit.dice, visit.now, days)
        if at < self._scenario.end_ms:
            self._add(visit.visitor, None, at)

    def of(self, hour: int) -> Iterator[tuple[Visitor, Dice, int]]:
        """The visits of an hour; some lead to another one within it."""
        visits = self._by_hour.get(hour, [])
        for visitor, dice, at in visits:
            yield visitor, dice or self._dice(visitor), at
        self._by_hour.pop(hour, None)

    def _add(self, visitor: Visitor, dice: Dice | None, at: int) -> None:
        hour = (at - self._scenario.start_ms) // HOUR
        self._by_hour.setdefault(hour, []).append((visitor, dice, at))

    def _dice(self, visitor: Visitor) -> Dice:
        return Dice((self._scenario.deeds << 64 | visitor.number) << 32 | visitor.visits)


def _received(hit: Hit) -> Received:
    document, at = hit.document, to_datetime(hit.received)
    return Received(
        received_at=at,
        line=lake_line(msgspec.json.encode(document), document, _envelope(hit, at)),
        is_duplicate=hit.is_duplicate,
        is_late=hit.is_late,
        is_bot=hit.sender.is_bot,
        is_first_of_visitor=hit.is_first_of_visitor,
        opens_session=hit.opens_session,
        fact=hit.fact,
        amount=hit.amount,
    )


def _broken(hit: Hit, dice: Dice) -> Received:
    line, reason = broken_line(hit.document, dice)
    at = to_datetime(hit.received)
    if reason in {Reason.MISSING_EVENT_NAME, Reason.INVALID_FIELD, Reason.INVALID_TIMESTAMP}:
        line = lake_line(line, {}, _envelope(hit, at))
    return Received(received_at=at, line=line, broken=reason)


def _envelope(hit: Hit, at: datetime) -> bytes:
    sender = hit.sender
    return encode_envelope(
        Envelope(
            received_at=at,
            event_id=hit.assigned_id,
            source_ip=sender.address,
            user_agent=sender.user_agent,
            headers=sender.headers,
            method="POST",
            path="/clickstream",
        )
    )
