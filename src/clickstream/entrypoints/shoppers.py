"""Simulated shoppers at work: into a lake, to a collector, or live until somebody stops them."""

from contextlib import ExitStack
from datetime import UTC, datetime

import msgspec

from clickstream.entrypoints.progress import is_watched, progress
from clickstream.entrypoints.stopping import stop_on_signal
from clickstream.lake import Lake
from clickstream.simulate import Scenario, live, posts, send, write_history

Facts = dict[str, object]


def write(scenario: Scenario, lake: Lake) -> Facts:
    """What was written into the lake: the numbers that the warehouse must come to."""
    with progress(f"Simulating {scenario.visitors:,} visitors") as advance:
        truth = write_history(
            lake,
            visitors=scenario.visitors,
            days=scenario.days,
            seed=scenario.seed,
            end=scenario.end,
            on_progress=lambda lines, share: advance(share, f"{lines:,} events"),
        )
    return _facts(truth)


def post(scenario: Scenario, url: str) -> Facts:
    """What became of a scenario's good events at a collector, sent as fast as it answers."""
    with (
        progress(f"Posting {scenario.visitors:,} visitors' events") as advance,
        stop_on_signal() as stop,
    ):
        sent = send(
            posts(
                visitors=scenario.visitors,
                days=scenario.days,
                seed=scenario.seed,
                end=scenario.end,
            ),
            url,
            stop=stop,
            on_progress=lambda events: advance(None, f"{events:,} events"),
        )
    return _facts(sent)


def come(url: str, *, seed: int, known: int, rate: float) -> Facts:
    """What became of the events of those who came, until a stop signal."""
    now = datetime.now(UTC)
    with stop_on_signal() as stop, ExitStack() as shown:
        advance = shown.enter_context(progress("Shoppers come")) if is_watched() else None
        sent = send(
            live(seed=seed, start=now, events_per_second=rate, known=known),
            url,
            stop=stop,
            is_paced=True,
            connections=2,
            on_progress=lambda events: advance(None, f"{events:,} events") if advance else None,
        )
    return _facts(sent)


def _facts(counted: msgspec.Struct) -> Facts:
    plain: Facts = msgspec.to_builtins(counted)
    return plain
