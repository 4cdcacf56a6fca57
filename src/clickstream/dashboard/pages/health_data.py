"""What the Data health page asks of analytics."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View

RUNS: Final = 300
FOUND: Final = 300


@dataclass(frozen=True, slots=True)
class Health:
    """How far the warehouse is, its latest runs, and what could not be taken."""

    state: Mapping[str, Any]
    lag_seconds: float | None
    runs: Sequence[Mapping[str, Any]]
    rejects: Sequence[Mapping[str, Any]]


async def fetch_health(office: Office, view: View) -> Health:
    """The state of the warehouse, and the runs and rejects of the period."""
    filters = view.filters
    period = office.period(filters)
    now = office.now(filters)
    state, runs, rejects = await asyncio.gather(
        office.answers.ask_state(),
        office.ask("runs", filters, period, limit=RUNS),
        office.ask("rejects", filters, period),
    )
    row = state.rows[0]
    return Health(row, _lag(row["last_event_at"], now), runs.rows, rejects.rows)


def _lag(last: dt.datetime | None, now: dt.datetime) -> float | None:
    return None if last is None else max(0.0, (now - last).total_seconds())


async def fetch_checks(office: Office, view: View) -> Report:
    """The latest result of each check of the data's quality."""
    filters = view.filters
    return await office.ask("checks", filters, office.period(filters))


async def fetch_anomalies(office: Office, view: View) -> Report:
    """What stood out in the period."""
    filters = view.filters
    return await office.ask("anomalies", filters, office.period(filters), limit=FOUND)
