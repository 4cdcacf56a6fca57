"""What the Live page asks of analytics."""

import datetime as dt
from typing import Final

from clickstream.analytics import Report
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View

MINUTES: Final = 30
EVERY: Final = 10
"""Seconds after which the page asks again; sessions that ask within them share one answer."""


async def fetch_live(office: Office, view: View) -> Report:
    """What happened in the last half hour."""
    filters = view.filters
    return await office.ask(
        "live", filters, office.period(filters), minutes=MINUTES, at=tick(office.now(filters))
    )


def tick(now: dt.datetime) -> str:
    """The latest instant that all sessions ask at."""
    return now.replace(second=now.second - now.second % EVERY, microsecond=0).isoformat()
