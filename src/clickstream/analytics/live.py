"""Live: what happened in the last minutes.

Grain: one row a minute, the oldest first, also those without events; the last may have just begun.
``summary`` has the totals, and the pages and events with most visitors. The dates of the other
reports do not matter here. Events come with the loads, so the latest are as old as the last load.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from clickstream.analytics.period import DateRange
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.scope import instant
from clickstream.analytics.sources import events_of
from clickstream.errors import ReportError

DEFAULT_MINUTES: Final = 30
MAX_MINUTES: Final = 1440
TOP: Final = 10
COUNTS: Final = ("events", "visitors", "sessions", "page_views", "purchases")
COLUMNS: Final = (
    Column("minute", "Minute"),
    metric_column("events"),
    metric_column("visitors"),
    metric_column("sessions", title="Sessions with events"),
    metric_column("page_views"),
    Column("purchases", "Purchases", "count"),
)


def plan(request: Request) -> Plan:
    """The one query over the last minutes."""
    asked = request.options.minutes
    minutes = DEFAULT_MINUTES if asked is None else asked
    if not 1 <= minutes <= MAX_MINUTES:
        raise ReportError(f"--minutes is {minutes}; give 1 to {MAX_MINUTES}")
    since = request.now - dt.timedelta(minutes=minutes)
    scope = request.scope.over(_days(since, request))
    query = compose(
        "live",
        events=events_of(scope),
        since=instant(since),
        now=instant(request.now),
        traffic=scope.traffic("e"),
        session_filters=scope.sessions(),
        event_filters=scope.events(),
    )
    return Plan({"live": query}, lambda results: shape(request, results, minutes=minutes))


def _days(since: dt.datetime, request: Request) -> DateRange:
    """The days of the last minutes, whatever days the options name."""
    first, last = (at.astimezone(request.zone).date() for at in (since, request.now))
    return DateRange(first, last, request.zone)


def shape(request: Request, results: Results, *, minutes: int) -> Answer:
    """A row for every minute; totals, pages and names in the summary."""
    rows = results["live"]
    by_minute = {row["minute"]: row for row in rows if row["is_minute"]}
    now = request.now.astimezone(dt.UTC)
    first = (now - dt.timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    shown = [first + dt.timedelta(minutes=number) for number in range(minutes + 1)]
    total = next((row for row in rows if _is_total(row)), None)
    return Answer(
        columns=COLUMNS,
        rows=[
            {"minute": minute.astimezone(request.zone), **_counts(by_minute.get(minute))}
            for minute in shown
        ],
        params={"minutes": minutes},
        summary={
            **_counts(total),
            "pages": _top(rows, "page", "is_page"),
            "event_names": _top(rows, "event_name", "is_name"),
        },
    )


def _is_total(row: Row) -> bool:
    return not (row["is_minute"] or row["is_name"] or row["is_page"])


def _counts(row: Row | None) -> dict[str, int]:
    return {name: row[name] if row else 0 for name in COUNTS}


def _top(rows: Sequence[Row], name: str, flag: str) -> list[dict[str, Any]]:
    found = [row for row in rows if row[flag] and row[name] is not None]
    found.sort(key=lambda row: (-row["visitors"], -row["events"], row[name]))
    return [{name: row[name], **_counts(row)} for row in found[:TOP]]


KIND: Final = Kind(
    name="live", summary="What happened in the last minutes.", plan=plan, takes=("minutes",)
)
