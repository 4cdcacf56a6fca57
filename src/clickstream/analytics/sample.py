"""Sample: events as they are stored, the latest of the range first; or one of them, whole.

Grain: one row an event. ``before`` is the id of an event: only those that come after it in this
order are shown, so that a page is turned without being counted. ``event`` names the one whose
every column and product line stand in ``summary``; it is found whatever the dates and filters.
"""

from typing import Any, Final

from psycopg import sql

from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.sources import events_of, limit_of
from clickstream.errors import ReportError

USUAL_LIMIT: Final = 100
COLUMNS: Final = (
    Column("event_id", "Id"),
    Column("event_timestamp", "When"),
    Column("event_name", "Event"),
    Column("action", "Action"),
    Column("page", "Page"),
    Column("product_name", "Product"),
    Column("order_id", "Order"),
    Column("value", "Value", "money"),
    Column("currency", "Currency"),
    Column("visitor_id", "Visitor"),
    Column("session_id", "Session"),
    Column("user_id", "User"),
    Column("channel", "Channel"),
    Column("device", "Device"),
    Column("is_bot", "Bot"),
)


def plan(request: Request) -> Plan:
    """The events of the range; and the one that is asked for."""
    options, scope = request.options, request.scope
    queries = {
        "events": compose(
            "sample",
            events=events_of(scope),
            during=scope.during("e.event_timestamp"),
            traffic=scope.traffic("e"),
            session_filters=scope.sessions(),
            event_filters=scope.events(),
            is_before=_is_before(_id("before", options.before)),
            limit=limit_of(USUAL_LIMIT if options.limit is None else options.limit),
        )
    }
    if wanted := _id("event", options.event):
        queries["one"] = compose("sample_one", event_id=sql.Literal(wanted))
    return Plan(queries, lambda results: shape(request, results))


def _id(option: str, text: str | None) -> str | None:
    if text is not None and "\x00" in text:
        raise ReportError(f"--{option} has a NUL character; give an event's id")
    return text


def _is_before(event_id: str | None) -> sql.Composable:
    if event_id is None:
        return sql.SQL("true")
    return sql.SQL(
        "(e.event_timestamp, e.event_id) < "
        "(select b.event_timestamp, b.event_id from events b where b.event_id = {})"
    ).format(sql.Literal(event_id))


def shape(request: Request, results: Results) -> Answer:
    """The events in the report's zone."""
    rows = [
        {**row, "event_timestamp": row["event_timestamp"].astimezone(request.zone)}
        for row in results["events"]
    ]
    found = next(iter(results.get("one", ())), None)
    summary: dict[str, Any] = {}
    if request.options.event is not None:
        summary = {"event": dict(found["event"], items=found["items"]) if found else None}
    params = {"before": request.options.before, "event": request.options.event}
    return Answer(columns=COLUMNS, rows=rows, params=params, summary=summary)


KIND: Final = Kind(
    name="sample",
    summary="Events as they are stored, the latest first; or one of them, whole.",
    plan=plan,
    takes=("limit", "before", "event"),
)
