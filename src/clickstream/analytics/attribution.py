"""Attribution: which channels, sources or campaigns brought the orders.

Grain: one row a value of the dimension and currency. A person's path holds the sessions since the
previous order, within the look-back of this one, the converting session included. Conversions and
revenue are credited by the model; the credits add up to the orders and their revenue exactly, at
six decimals. What was spent stands beside them (see ``spend``). Filters choose the orders; for the
Markov chain they also choose the sessions of those who did not order. The chain's shares are one
for all currencies.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from psycopg import sql

from clickstream.analytics import spend
from clickstream.analytics.credits import (
    MODELS,
    SHARES,
    Path,
    Share,
    Touch,
    apportion,
    credit,
    removal_effects,
)
from clickstream.analytics.fields import ALIASES, Field, find_field
from clickstream.analytics.filters import NONE
from clickstream.analytics.measures import matching_sessions
from clickstream.analytics.options import one_of
from clickstream.analytics.people import PERSON
from clickstream.analytics.period import read_duration
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.scope import LONGEST_SESSION, instant
from clickstream.analytics.sources import orders_of
from clickstream.analytics.spend import Blank, spend_notes, spend_queries, with_spend

BY: Final = ("channel", "source", "medium", "campaign", "landing_page", "device")
LOOKBACK: Final = "30d"
DEFAULT_MODEL: Final = "last_non_direct"
EMPTY: Final = NONE[1]


def plan(request: Request) -> Plan:
    """The paths to the range's orders and, for a Markov chain, those that led to none."""
    options, scope = request.options, request.scope
    model = one_of("model", (options.model or DEFAULT_MODEL).replace("-", "_"), MODELS, "")
    asked = ALIASES.get(options.by, options.by) if options.by else None
    by = find_field(one_of("by", asked, BY, "channel"))
    lookback = read_duration("lookback", options.lookback or LOOKBACK)
    shared = {
        "person": PERSON,
        "dimension": sql.SQL("coalesce({}, {}::text)").format(by.expression, sql.Literal(EMPTY)),
        "end": scope.end,
        "order_traffic": scope.traffic("o"),
        "session_traffic": scope.traffic("s"),
        "session_filters": scope.sessions(),
    }
    queries = {
        "paths": compose(
            "attribution_paths",
            **shared,
            orders=orders_of(scope),
            during=scope.during("o.ordered_at"),
            event_filters=scope.events(),
            start=scope.start,
            earliest=instant(scope.range.start - lookback - LONGEST_SESSION),
            lookback=sql.Literal(f"{int(lookback.total_seconds())} seconds"),
        )
    }
    if model == "markov":
        source = matching_sessions(scope) if scope.has_event_filter else sql.SQL("sessions s")
        queries["others"] = compose(
            "attribution_others",
            **shared,
            sessions=source,
            started_during=scope.during("s.started_at"),
        )
    queries |= spend_queries(scope, by, shared["dimension"])
    return Plan(queries, lambda results: shape(request, by, model, results))


def shape(request: Request, by: Field, model: str, results: Results) -> Answer:
    """The credits of each currency's orders, the largest first."""
    paths = read_paths(results["paths"])
    effects = None
    if model == "markov":
        effects = removal_effects(
            ([touch.name for touch in path.touches] for group in paths.values() for path in group),
            ((row["path"], row["persons"]) for row in results["others"]),
        )
    credited = [
        row for code, group in paths.items() for row in _rows(by, model, code, group, effects)
    ]
    rows = with_spend(credited, results, by, orders="conversions", blank=_blank(by))
    rows.sort(key=lambda row: (-row["conversions"], -row["revenue"], row[by.name]))
    every = [path for group in paths.values() for path in group]
    touches = sum(len(path.touches) for path in every)
    return Answer(
        columns=_columns(by),
        rows=rows,
        params={
            "model": model,
            "by": by.name,
            "lookback": request.options.lookback or LOOKBACK,
        },
        summary={
            "conversions": len(every),
            "average_touches": touches / len(every) if every else None,
            "removal_effects": effects,
        },
        notes=spend_notes(request.scope, by),
    )


def read_paths(rows: Sequence[Row]) -> dict[str | None, list[Path]]:
    """The paths of each currency's orders, from rows that are ordered by order and time."""
    touches: dict[str, list[Touch]] = defaultdict(list)
    orders: dict[str, Row] = {}
    for row in rows:
        orders.setdefault(row["order_id"], row)
        touches[row["order_id"]].append(
            Touch(row["dimension"], row["is_direct"], row["age_seconds"])
        )
    groups: dict[str | None, list[Path]] = defaultdict(list)
    for order_id, row in orders.items():
        groups[row["currency"]].append(Path(tuple(touches[order_id]), row["value"]))
    return groups


def _rows(
    by: Field,
    model: str,
    currency: str | None,
    paths: Sequence[Path],
    effects: Mapping[str, float] | None,
) -> list[dict[str, Any]]:
    by_conversions: Mapping[str, Share]
    by_revenue: Mapping[str, Share]
    if effects is not None:
        by_conversions = by_revenue = effects
    else:
        by_conversions, by_revenue = credit(paths, SHARES[model])
    conversions = apportion(by_conversions, Decimal(len(paths)))
    revenue = apportion(by_revenue, sum((path.value for path in paths), Decimal(0)))
    return [
        {
            by.name: name,
            "conversions": conversions[name],
            "revenue": revenue[name],
            "currency": currency,
        }
        for name in conversions
    ]


def _blank(by: Field) -> Blank:
    def row(name: str | None, currency: str) -> dict[str, Any]:
        nothing = {"conversions": Decimal(0), "revenue": Decimal(0)}
        return {by.name: name, **nothing, "currency": currency}

    return row


def _columns(by: Field) -> list[Column]:
    return [
        Column(by.name, by.title),
        Column("conversions", "Conversions", "count"),
        metric_column("revenue"),
        Column("currency", "Currency"),
        *spend.COLUMNS,
    ]


KIND: Final = Kind(
    name="attribution",
    summary="Which channels, sources or campaigns brought the orders.",
    plan=plan,
    takes=("model", "by", "lookback"),
    is_heavy=True,
)
