"""What reports read from: events or orders, joined to what a scope's filters and fields need."""

from psycopg import sql

from clickstream.analytics.fields import Field
from clickstream.analytics.query import all_of, template
from clickstream.analytics.scope import EVENT_LINES, LONGEST_SESSION, Scope, instant


def events_of(
    scope: Scope, by: Field | None = None, *, needs_session: bool = True
) -> sql.Composable:
    """Events ``e``; with their sessions ``s`` and the values that their lines name where needed."""
    parts: list[sql.Composable] = [sql.SQL("events e")]
    if needs_session and _reads_session(scope, by):
        parts.append(joined_sessions(scope))
    return sql.SQL(" ").join([*parts, *_named_values(by)])


def joined_sessions(scope: Scope) -> sql.Composable:
    """The join of events ``e`` to their sessions ``s``; no event may be a day older than the range.

    That no session is two days older follows from that; said, it lets fewer of them be read.
    """
    return sql.SQL(
        "join sessions s on s.session_id = e.session_id and s.started_at >= {earliest}"
    ).format(earliest=instant(scope.range.start - 2 * LONGEST_SESSION))


def orders_of(
    scope: Scope, by: Field | None = None, *, with_session: bool = False, with_event: bool = False
) -> sql.Composable:
    """Orders ``o``; with their sessions ``s`` and founding events ``e`` where needed or wanted."""
    parts: list[sql.Composable] = [sql.SQL("orders o")]
    if with_session or _reads_session(scope, by):
        parts.append(sql.SQL("join sessions s on s.session_id = o.session_id"))
    if with_event or scope.has_event_filter or (by is not None and by.level != "session"):
        parts.append(sql.SQL("join events e on e.event_id = o.event_id"))
    return sql.SQL(" ").join([*parts, *_named_values(by)])


def counted_events(scope: Scope, by: Field | None = None) -> dict[str, sql.Composable]:
    """What SQL over the scope's events ``e`` is composed of: the source and all that must hold."""
    return {
        "events": events_of(scope, by),
        "during": scope.during("e.event_timestamp"),
        "traffic": scope.traffic("e"),
        "session_filters": scope.sessions(),
        "event_filters": scope.events(),
    }


def details_of(scope: Scope) -> sql.Composable:
    """The details of sessions, as ``s``; with what sessions alone tell where filters need it."""
    if all(condition.field.is_in_details for condition in scope.session_conditions):
        return sql.SQL("session_details s")
    return sql.SQL(
        "(select d.*, o.user_id, o.is_first_visit from session_details d"
        " join sessions o on o.session_id = d.session_id"
        " and o.started_at >= {earliest} and o.started_at < {end}) as s"
    ).format(earliest=instant(scope.range.start - LONGEST_SESSION), end=scope.end)


def counted_details(scope: Scope) -> dict[str, sql.Composable]:
    """What SQL over the details ``s`` of a scope's sessions is composed of: sources and conditions.

    ``whole``: the sessions that lie within the range. ``across``: those that cross an edge of it.
    ``crossing``: the events ``e`` of the latter that lie in the range.
    """
    shared = {
        "details": details_of(scope),
        "counts": all_of([scope.traffic("s"), scope.sessions()]),
        "start": scope.start,
        "end": scope.end,
        "earliest": instant(scope.range.start - LONGEST_SESSION),
        "latest": instant(scope.range.end - LONGEST_SESSION),
    }
    across = template("details_across").format(**shared)
    return {
        "whole": template("details_whole").format(**shared),
        "across": across,
        "crossing": template("details_crossing").format(
            across=across, during=scope.during("e.event_timestamp")
        ),
    }


def counted_orders(
    scope: Scope, by: Field | None = None, *, with_session: bool = False
) -> dict[str, sql.Composable]:
    """What SQL over the scope's orders ``o`` is composed of: the source and all that must hold."""
    return {
        "orders": orders_of(scope, by, with_session=with_session),
        "during": scope.during("o.ordered_at"),
        "traffic": scope.traffic("o"),
        "session_filters": scope.sessions(),
        "event_filters": scope.events(),
    }


def dimension_of(by: Field | None) -> sql.Composable:
    """The value of a field, of what ``events_of`` or ``orders_of`` reads; null without a field."""
    if by is None:
        return sql.SQL("null::text")
    return sql.SQL("named.value") if by.level == "line" else by.expression


def limit_of(limit: int | None) -> sql.Composable:
    """The limit clause; none where all rows are wanted."""
    return sql.SQL("limit {}").format(sql.Literal(limit)) if limit else sql.SQL("")


def _reads_session(scope: Scope, by: Field | None) -> bool:
    return scope.has_session_filter or (by is not None and by.level == "session")


def _named_values(by: Field | None) -> list[sql.Composable]:
    """The distinct values of a line's field that an event names, each a row of its own."""
    if by is None or by.level != "line":
        return []
    named = sql.SQL(
        "cross join lateral (select distinct {value} as value from {lines}"
        " where {value} is not null) as named"
    )
    return [named.format(value=by.expression, lines=EVENT_LINES)]
