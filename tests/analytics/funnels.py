"""Funnels counted by trying every start, in plain Python, for comparison with the SQL."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from histories import Happening

Test = Callable[[Happening], bool]


@dataclass(frozen=True)
class Try:
    """One start: how far it got, and when it met each step."""

    level: int
    times: tuple[dt.datetime, ...]
    start: Happening


def lowest(event: Happening, steps: Sequence[Test]) -> int:
    return next((place for place, step in enumerate(steps) if step(event)), len(steps))


def best(
    events: Sequence[Happening],
    steps: Sequence[Test],
    *,
    order: str = "default",
    window: dt.timedelta = dt.timedelta(days=14),
    starts: Test = lambda _: True,
    kind: Test = lambda event: event.action != "user_engagement",
    excluded: Test = lambda _: False,
) -> Try | None:
    """The furthest start of one unit's events, of equal ones the earliest."""
    ordered = {"default": _default, "strict": _strict, "any": _any}[order]
    tries = ordered(events, steps, window, kind, excluded)
    tries = [found for found in tries if starts(found.start)]
    return max(tries, key=lambda found: found.level) if tries else None


def _default(
    events: Sequence[Happening],
    steps: Sequence[Test],
    window: dt.timedelta,
    _: Test,
    excluded: Test,
) -> list[Try]:
    line = sorted(events, key=lambda event: (event.at, lowest(event, steps), event.id))
    tries = []
    for place, start in enumerate(line):
        if not steps[0](start):
            continue
        times = [start.at]
        for event in line[place + 1 :]:
            if len(times) == len(steps) or event.at > start.at + window:
                break
            if excluded(event):
                break
            if steps[len(times)](event):
                times.append(event.at)
        tries.append(Try(len(times), tuple(times), start))
    return tries


def _strict(
    events: Sequence[Happening], steps: Sequence[Test], window: dt.timedelta, kind: Test, _: Test
) -> list[Try]:
    line = sorted(
        (event for event in events if kind(event)), key=lambda event: (event.at, event.id)
    )
    tries = []
    for place, start in enumerate(line):
        if not steps[0](start):
            continue
        times: list[dt.datetime] = []
        for event, step in zip(line[place:], steps, strict=False):
            if not step(event) or event.at > start.at + window:
                break
            times.append(event.at)
        tries.append(Try(len(times), tuple(times), start))
    return tries


def _any(
    events: Sequence[Happening], steps: Sequence[Test], window: dt.timedelta, _: Test, __: Test
) -> list[Try]:
    line = sorted(events, key=lambda event: (event.at, lowest(event, steps), event.id))
    tries = []
    for place, start in enumerate(line):
        inside = [event for event in line[place:] if event.at <= start.at + window]
        times: list[dt.datetime] = []
        found = 0
        for number, step in enumerate(steps):
            nth = sum(known is step for known in steps[:number])
            meeting = [event.at for event in inside if step(event)]
            if len(meeting) <= nth:
                break
            times.append(max([meeting[nth], *times]))
            if any(known(start) for known in steps[: number + 1]):
                found = number + 1
        if found:
            tries.append(Try(found, tuple(times), start))
    return tries
