"""The shortcut of the measures: questions without filters, in the warehouse's own days.

The same measures as those counted from sessions and events, from the days that the ETL adds up;
what cannot be added up (visitors of more than a day, converting sessions) has a query of its own.
"""

from psycopg import sql

from clickstream.analytics.options import Interval
from clickstream.analytics.query import Query, compose
from clickstream.analytics.scope import LONGEST_SESSION, Scope, instant

GIVEN = (
    "events", "page_views", "engagement_time_ms", "sessions", "engaged_sessions", "bounces",
    "new_visitors", "duration_ms",
)  # fmt: skip
"""The measures that add up over days."""


def day_queries(
    needed: frozenset[str], scope: Scope, interval: Interval | None, period_started: sql.Composable
) -> tuple[dict[str, Query], frozenset[str]]:
    """The queries for what days can tell of the measures needed, and the measures that remain."""
    queries: dict[str, Query] = {}
    has_visitors = interval == "day" and scope.is_one_kind
    told = frozenset(GIVEN) | ({"visitors"} if has_visitors else set())
    if needed & told:
        queries["days"] = _days(scope, interval, has_visitors=has_visitors)
    if "converting_sessions" in needed:
        queries["converting"] = _converting(scope, period_started)
        told |= {"converting_sessions"}
    is_default = (scope.bots, scope.internal) == ("exclude", "exclude")
    if "visitors" in needed - told and interval is None and is_default:
        queries["range_visitors"] = _range_visitors(scope)
        told |= {"visitors"}
    return queries, needed - told


def _days(scope: Scope, interval: Interval | None, *, has_visitors: bool) -> Query:
    return compose(
        "day_measures",
        period=_period(interval),
        visitors=sql.SQL(",\n    sum(d.visitors)::bigint as visitors" if has_visitors else ""),
        first=sql.Literal(scope.range.first),
        last=sql.Literal(scope.range.last),
        traffic=scope.traffic("d"),
    )


def _period(interval: Interval | None) -> sql.Composable:
    if interval is None:
        return sql.SQL("null::date")
    if interval == "day":
        return sql.SQL("d.day")
    unit = sql.SQL("'week'") if interval == "week" else sql.SQL("'month'")
    return sql.SQL("date_trunc({}, d.day)::date").format(unit)


def _converting(scope: Scope, period_started: sql.Composable) -> Query:
    return compose(
        "converting_sessions",
        period_started=period_started,
        orders_during=scope.during("o.ordered_at", beyond=LONGEST_SESSION),
        during=scope.during("s.started_at"),
        traffic=scope.traffic("s"),
    )


def _range_visitors(scope: Scope) -> Query:
    return compose(
        "range_visitors",
        earliest=instant(scope.range.start - LONGEST_SESSION),
        start=scope.start,
        end=scope.end,
    )
