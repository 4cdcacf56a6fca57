"""A scenario's past, written into a lake, with the truth about it."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby, islice
from typing import Final
from uuid import UUID, uuid5

import msgspec

from clickstream.lake import Lake, batch_key
from clickstream.simulate.catalogue import CURRENCY
from clickstream.simulate.instants import HOUR, to_milliseconds
from clickstream.simulate.scenario import Scenario
from clickstream.simulate.stream import Received, simulate

_NAMESPACE: Final = UUID("5b0cbd8e-7f0a-4c6e-9a51-6f1d2f0c9b11")
_OBJECT_LINES: Final = 10_000

Progress = Callable[[int, float], None]
"""Is told the lines written so far, and the share of the time that they cover, 0 to 1."""


class Truth(msgspec.Struct):
    """What was written: the numbers that a warehouse must come to. Bots are counted apart.

    `events` are distinct good events, bots' included. `visitors` are all, `bots` those of them
    who are crawlers. Sessions, orders and money follow the definitions of the metrics.
    """

    lines: int = 0
    events: int = 0
    duplicates: int = 0
    late: int = 0
    broken: dict[str, int] = msgspec.field(default_factory=dict)
    visitors: int = 0
    bots: int = 0
    bot_events: int = 0
    sessions: int = 0
    bot_sessions: int = 0
    orders: int = 0
    repeated_purchases: int = 0
    revenue: dict[str, int] = msgspec.field(default_factory=dict)
    refunds: int = 0
    refunded: dict[str, int] = msgspec.field(default_factory=dict)
    objects: int = 0
    bytes: int = 0
    """As stored, compressed."""
    first_received_at: datetime | None = None
    last_received_at: datetime | None = None

    def add(self, received: Received) -> None:
        """Counts one line."""
        self.lines += 1
        self.first_received_at = self.first_received_at or received.received_at
        self.last_received_at = received.received_at
        if received.broken is not None:
            self.broken[received.broken] = self.broken.get(received.broken, 0) + 1
        elif received.is_duplicate:
            self.duplicates += 1
        else:
            self._add_event(received)

    def _add_event(self, received: Received) -> None:
        self.events += 1
        self.late += received.is_late
        self.visitors += received.is_first_of_visitor
        if received.is_bot:
            self.bots += received.is_first_of_visitor
            self.bot_events += 1
            self.bot_sessions += received.opens_session
        else:
            self.sessions += received.opens_session
        match received.fact:
            case "purchase":
                self.orders += 1
                self.revenue[CURRENCY] = self.revenue.get(CURRENCY, 0) + received.amount
            case "repeated_purchase":
                self.repeated_purchases += 1
            case "refund":
                self.refunds += 1
                self.refunded[CURRENCY] = self.refunded.get(CURRENCY, 0) + received.amount


def write_history(
    lake: Lake,
    *,
    visitors: int,
    days: int,
    seed: int,
    end: datetime,
    on_progress: Progress | None = None,
) -> Truth:
    """Writes the scenario into the lake and says what is true of it.

    Objects lie under the UTC hour of receipt. Names and bytes follow from the scenario alone, so
    writing it again changes nothing. Raises `LakeError`.
    """
    scenario = Scenario(visitors=visitors, days=days, seed=seed, end=end)
    truth = Truth()
    received = simulate(visitors=visitors, days=days, seed=seed, end=end)
    for number, batch in enumerate(_batches(received)):
        for line in batch:
            truth.add(line)
        body = gzip.compress(b"\n".join(line.line for line in batch) + b"\n", 3, mtime=0)
        name = uuid5(_NAMESPACE, f"{scenario.deeds}/{number}")
        lake.put(batch_key(batch[0].received_at, name), body)
        truth.objects += 1
        truth.bytes += len(body)
        if on_progress:
            on_progress(truth.lines, _share(scenario, batch[-1].received_at))
    return truth


def _batches(lines: Iterable[Received]) -> Iterator[list[Received]]:
    """The lines of one object each: of one UTC hour, and not too many."""
    for _, of_hour in groupby(lines, key=lambda line: to_milliseconds(line.received_at) // HOUR):
        while batch := list(islice(of_hour, _OBJECT_LINES)):
            yield batch


def _share(scenario: Scenario, at: datetime) -> float:
    return max(0.0, 1 - (scenario.end - at).total_seconds() / (scenario.days * 86_400))
