"""Events: which events arrived, under which name, and which action each name was taken for.

Grain: one row an event name and action (null where the name stands for itself alone), the most
frequent first.
"""

from typing import Final

from clickstream.analytics.query import Answer, Plan, Results, compose, template
from clickstream.analytics.report import Column, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.sources import counted_details, counted_events, limit_of

COLUMNS: Final = (
    Column("event_name", "Event"),
    Column("action", "Action"),
    metric_column("events"),
    metric_column("visitors"),
    metric_column("sessions", title="Sessions with it"),
    Column("first_at", "First seen"),
    Column("last_at", "Last seen"),
)


def plan(request: Request) -> Plan:
    """The one query over the events of the range, or over the details of its sessions."""
    scope = request.scope
    if request.reads_details:
        by_session = template("events_from_details").format(**counted_details(scope))
    else:
        by_session = template("events_from_events").format(**counted_events(scope))
    query = compose("events", by_session=by_session, limit=limit_of(request.options.limit))
    return Plan({"events": query}, shape)


def shape(results: Results) -> Answer:
    """The rows as they are."""
    return Answer(columns=COLUMNS, rows=results["events"])


KIND: Final = Kind(name="events", summary="Events by name and action.", plan=plan, takes=("limit",))
