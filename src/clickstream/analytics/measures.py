"""The base measures of the shop's traffic, over a range, by period and by one dimension.

What overview, trends, acquisition and breakdowns have in common: which queries give the measures,
and how their rows become metrics. Ratios are made here, by their definitions, from the sums.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Final

from psycopg import sql

from clickstream.analytics.day_measures import day_queries
from clickstream.analytics.fields import Field
from clickstream.analytics.options import Interval
from clickstream.analytics.query import Query, compose
from clickstream.analytics.report import Row
from clickstream.analytics.scope import LONGEST_SESSION, Scope, instant
from clickstream.analytics.sources import dimension_of, events_of, orders_of
from clickstream.contract.metrics import METRICS

MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    "activity": ("events", "page_views", "engagement_time_ms", "visitors"),
    "sessions": (
        "sessions", "engaged_sessions", "bounces", "new_visitors", "duration_ms",
        "converting_sessions",
    ),
    "orders": ("orders", "revenue", "quantity", "buyers"),
    "refunds": ("refunds", "refunded"),
}  # fmt: skip
"""The measures that each query gives."""

QUERIES: Final = (*MEASURES, "days", "converting", "range_visitors")
"""All queries, in the order in which their measures stand: later ones over earlier ones."""

KEYS: Final = frozenset({"period", "dimension", "currency", "is_total"})

MONEY: Final = frozenset({"revenue", "refunded", "net_revenue", "average_order_value"})
PER_CURRENCY: Final = frozenset({"orders", "quantity", "refunds"}) | MONEY
"""The metrics that a row with a currency shows for that currency alone."""

ALL: Final = "*"
"""In place of a currency: the counts of all currencies together."""

Amount = int | Decimal
Value = Amount | float | None

Key = tuple[Any, Any]
"""A period and a dimension's value, each None where there is none."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what measures are grouped: periods of a length, values of a field, both or neither."""

    interval: Interval | None = None
    by: Field | None = None


@dataclass(slots=True)
class Measures:
    """The measures of one group: those of its traffic, and those of its orders per currency."""

    totals: dict[str, Amount] = field(default_factory=dict)
    currencies: dict[str | None, dict[str, Amount]] = field(default_factory=dict)


def known_metrics() -> tuple[str, ...]:
    """The metrics that can be measured here, in the order of their definitions."""
    return tuple(name for name in METRICS if _bases(name))


def queries(
    metrics: Iterable[str], scope: Scope, grouping: Grouping, *, prefix: str = ""
) -> dict[str, Query]:
    """The queries that the metrics need, by name. ``prefix`` tells one range's from another's."""
    needed = frozenset(base for name in metrics for base in _bases(name))
    makers: Mapping[str, Callable[[Scope, Grouping], Query]] = {
        "activity": partial(activity_query, has_visitors="visitors" in needed),
        "sessions": sessions_query,
        "orders": orders_query,
        "refunds": refunds_query,
    }
    found: dict[str, Query] = {}
    if scope.is_of_days and grouping.by is None and grouping.interval != "hour":
        period = period_of("s.started_at", scope, grouping.interval)
        found, needed = day_queries(needed, scope, grouping.interval, period)
    found |= {
        name: makers[name](scope, grouping)
        for name, given in MEASURES.items()
        if needed.intersection(given)
    }
    return {prefix + name: query for name, query in found.items()}


def _bases(name: str) -> tuple[str, ...]:
    """The measures that a metric is made of; none where it is measured elsewhere."""
    if name == "net_revenue":
        return ("revenue", "refunded")
    if any(name in given for given in MEASURES.values()):
        return (name,)
    metric = METRICS.get(name)
    if metric is None or metric.ratio is None:
        return ()
    parts = [_bases(part) for part in metric.ratio]
    return tuple(base for part in parts for base in part) if all(parts) else ()


def activity_query(scope: Scope, grouping: Grouping, *, has_visitors: bool = True) -> Query:
    """Events, page views and visitors; from the sessions' rows where no event has to be read.

    Visitors cost more than all the rest: they may be left out.
    """
    by = grouping.by
    if scope.has_event_filter or (by is not None and by.level != "session"):
        return _activity_from_events(scope, grouping, has_visitors=has_visitors)
    started = period_of("s.started_at", scope, grouping.interval)
    ended = period_of("s.ended_at", scope, grouping.interval)
    return compose(
        "activity_from_sessions",
        dimension=dimension_of(by),
        period_started=started,
        period_event=period_of("e.event_timestamp", scope, grouping.interval),
        is_within_period=_equal(started, ended) if grouping.interval else sql.SQL("true"),
        may_cross=sql.SQL("true") if grouping.interval else _near_an_edge(scope),
        **_visitors("visitor_id", has_visitors=has_visitors),
        earliest=instant(scope.range.start - LONGEST_SESSION),
        start=scope.start,
        end=scope.end,
        traffic=scope.traffic("s"),
        filters=scope.sessions(),
    )


def _near_an_edge(scope: Scope) -> sql.Composable:
    """Whether a session began so near to an edge of the range that it may cross it."""
    return sql.SQL("(reached.started_at < {start} or reached.started_at >= {latest})").format(
        start=scope.start, latest=instant(scope.range.end - LONGEST_SESSION)
    )


def _visitors(column: str, *, has_visitors: bool) -> dict[str, sql.Composable]:
    """What visitors are told apart by, and their count; nothing where they are left out."""
    if not has_visitors:
        return {"visitor": sql.SQL("null::text"), "visitors": sql.SQL("")}
    return {
        "visitor": sql.Identifier(*column.split(".")),
        "visitors": sql.SQL(",\n    count(*) as visitors"),
    }


def _activity_from_events(scope: Scope, grouping: Grouping, *, has_visitors: bool) -> Query:
    return compose(
        "activity_from_events",
        **_visitors("e.visitor_id", has_visitors=has_visitors),
        period_event=period_of("e.event_timestamp", scope, grouping.interval),
        dimension=dimension_of(grouping.by),
        events=events_of(scope, grouping.by),
        during=scope.during("e.event_timestamp"),
        traffic=scope.traffic("e"),
        session_filters=scope.sessions(),
        event_filters=scope.events(),
    )


def sessions_query(scope: Scope, grouping: Grouping) -> Query:
    """Sessions and what they came to; under event filters, those with a matching event."""
    by = grouping.by
    is_by_event = by is not None and by.level != "session"
    source: sql.Composable = sql.SQL("sessions s")
    if scope.has_event_filter or is_by_event:
        source = matching_sessions(scope, by if is_by_event else None)
    return compose(
        "session_measures",
        period_started=period_of("s.started_at", scope, grouping.interval),
        dimension=sql.SQL("matching.dimension") if is_by_event else dimension_of(by),
        sessions=source,
        orders=orders_of(scope),
        orders_during=scope.during("o.ordered_at", beyond=LONGEST_SESSION),
        order_filters=scope.events(),
        during=scope.during("s.started_at"),
        traffic=scope.traffic("s"),
        filters=scope.sessions(),
    )


def matching_sessions(scope: Scope, by: Field | None = None) -> sql.Composable:
    """Sessions ``s`` with a matching event, once for each of the field's values in them."""
    return sql.SQL(
        "(select distinct e.session_id, {dimension} as dimension from {events} "
        "where {during} and {traffic} and {filters}) as matching "
        "join sessions s on s.session_id = matching.session_id"
    ).format(
        dimension=dimension_of(by),
        events=events_of(scope, by, needs_session=False),
        during=scope.during("e.event_timestamp", beyond=LONGEST_SESSION),
        traffic=scope.traffic("e"),
        filters=scope.events(),
    )


def orders_query(scope: Scope, grouping: Grouping) -> Query:
    """Orders, revenue, units and buyers, per currency and for all."""
    return compose(
        "order_measures",
        period_ordered=period_of("o.ordered_at", scope, grouping.interval),
        dimension=dimension_of(grouping.by),
        orders=orders_of(scope, grouping.by),
        during=scope.during("o.ordered_at"),
        traffic=scope.traffic("o"),
        session_filters=scope.sessions(),
        event_filters=scope.events(),
    )


def refunds_query(scope: Scope, grouping: Grouping) -> Query:
    """Refunds by the day on which they were given, per currency of their orders."""
    return compose(
        "refund_measures",
        period_refunded=period_of("r.refunded_at", scope, grouping.interval),
        dimension=dimension_of(grouping.by),
        orders=orders_of(scope, grouping.by),
        during=scope.during("r.refunded_at"),
        traffic=scope.traffic("r"),
        session_filters=scope.sessions(),
        event_filters=scope.events(),
    )


def period_of(column: str, scope: Scope, interval: Interval | None) -> sql.Composable:
    """The period that an instant lies in: a date of the report's zone, or the start of its hour."""
    if interval is None:
        return sql.SQL("null::date")
    zone = sql.Literal(scope.range.zone.key)
    at = sql.Identifier(*column.split("."))
    if interval == "hour":
        return sql.SQL("date_trunc('hour', {}, {}::text)").format(at, zone)
    if interval == "day":
        return sql.SQL("({} at time zone {}::text)::date").format(at, zone)
    unit = sql.SQL("'week'") if interval == "week" else sql.SQL("'month'")
    return sql.SQL("date_trunc({}, {} at time zone {}::text)::date").format(unit, at, zone)


def _equal(left: sql.Composable, right: sql.Composable) -> sql.Composable:
    return sql.SQL("{} = {}").format(left, right)


def gather(results: Mapping[str, Sequence[Row]], *, prefix: str = "") -> dict[Key, Measures]:
    """The measures of each group, from the rows of ``queries``."""
    groups: dict[Key, Measures] = {}
    for name in QUERIES:
        for row in results.get(prefix + name, ()):
            _take(groups.setdefault((row["period"], row["dimension"]), Measures()), row)
    return groups


def _take(group: Measures, row: Row) -> None:
    values = {name: value for name, value in row.items() if name not in KEYS}
    if row.get("is_total") or "currency" not in row:
        group.totals.update(values)
    else:
        group.currencies.setdefault(row["currency"], {}).update(values)


def metric_value(name: str, group: Measures | None, currency: str | None = None) -> Value:
    """A metric of a group; money, orders and refunds are those of a currency, or ALL (no money).

    Counts are 0 where nothing happened; a ratio is None where its denominator is 0.
    """
    group = group or Measures()
    ratio = METRICS[name].ratio
    if ratio is None:
        return measure(name, group, currency)
    above, below = (measure(part, group, currency) for part in ratio)
    return divide(above, below)


def measure(name: str, group: Measures, currency: str | None) -> Amount:
    """A metric that is no ratio; 0 where nothing happened."""
    if name == "net_revenue":
        return measure("revenue", group, currency) - measure("refunded", group, currency)
    if name not in PER_CURRENCY:
        return group.totals.get(name, 0)
    if currency == ALL:
        return sum(values.get(name, 0) for values in group.currencies.values())
    return group.currencies.get(currency, {}).get(name, Decimal(0) if name in MONEY else 0)


def divide(above: Amount, below: Amount) -> Value:
    """A quotient: of money, money; of counts, a double; None where the divisor is 0."""
    return above / below if below else None


def currencies(groups: Iterable[Measures]) -> list[str | None]:
    """The currencies of the groups, in order, the missing one last; [None] where there are none."""
    found = {currency for group in groups for currency in group.currencies}
    return sorted(found, key=lambda currency: (currency is None, currency or "")) or [None]
