"""Pages: what was viewed, where sessions began and ended, and how long pages were looked at.

Grain: one row a page path, the most viewed first. All by the instants of the events: an entry is
the first page view of its session, an exit the last.
"""

from typing import Any, Final

from psycopg import sql

from clickstream.analytics.measures import divide, matching_sessions
from clickstream.analytics.query import Answer, Plan, Results, compose, template
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.scope import LONGEST_SESSION, Scope, instant
from clickstream.analytics.sources import counted_details, counted_events, limit_of

COLUMNS: Final = (
    Column("page", "Page"),
    Column("page_title", "Title"),
    metric_column("views"),
    metric_column("visitors"),
    metric_column("sessions", title="Sessions with it"),
    metric_column("entries"),
    metric_column("exits"),
    metric_column("exit_rate"),
    metric_column("bounces", title="Bounces of entries"),
    metric_column("bounce_rate", title="Bounce rate of entries"),
    metric_column("engagement_time_ms"),
    Column("average_engagement_ms", "Engaged time a view", "milliseconds"),
    Column("average_scroll_percent", "Scrolled to, percent", "ratio"),
)


def plan(request: Request) -> Plan:
    """The one query over the range's events and sessions, or over the sessions' details."""
    scope = request.scope
    if request.reads_details:
        details = counted_details(scope)
        seen = template("pages_from_details").format(**details)
        ends = template("pages_ends_from_details").format(
            **details, start=scope.start, end=scope.end
        )
    else:
        seen = template("pages_from_events").format(**counted_events(scope))
        ends = _ends_from_sessions(scope)
    query = compose(
        "pages",
        seen=seen,
        ends=ends,
        with_unviewed=sql.SQL("false" if scope.has_event_filter else "true"),
        limit=limit_of(request.options.limit),
    )
    return Plan({"pages": query}, shape)


def _ends_from_sessions(scope: Scope) -> sql.Composed:
    return template("pages_ends_from_sessions").format(
        session_filters=scope.sessions(),
        sessions=matching_sessions(scope) if scope.has_event_filter else sql.SQL("sessions s"),
        start=scope.start,
        end=scope.end,
        earliest=instant(scope.range.start - LONGEST_SESSION),
        session_traffic=scope.traffic("s"),
    )


def shape(results: Results) -> Answer:
    """The rows with their rates."""
    return Answer(columns=COLUMNS, rows=[_row(row) for row in results["pages"]])


def _row(row: Row) -> dict[str, Any]:
    scrolled = row["average_scroll_percent"]
    return {
        **row,
        "exit_rate": divide(row["exits"], row["views"]),
        "bounce_rate": divide(row["bounces"], row["entries"]),
        "average_engagement_ms": divide(row["engagement_time_ms"], row["views"]),
        "average_scroll_percent": None if scrolled is None else float(scrolled),
    }


KIND: Final = Kind(
    name="pages",
    summary="Pages: views, entries, exits, engaged time, scrolling.",
    plan=plan,
    takes=("limit",),
)
