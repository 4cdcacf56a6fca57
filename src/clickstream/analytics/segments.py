"""Segments: the shop's people in groups, by RFM, by behaviour or by lifecycle.

Grain: one row a segment and currency that its people ordered in (one, with a null currency, where
they did not order); the people of the segment repeat in each. Persons are users, else
visitors. ``rfm``: those who ordered in the range, by recency and frequency (see ``customers``).
``behaviour``: of those seen in the range, repeat and one-time buyers (by all orders up to its end),
cart abandoners and browsers; lapsed are those who ordered before the range and not in it.
``lifecycle``: new (first session ever in the range), returning (also in as many days before),
resurrected (not then, but earlier), dormant (then, and not in the range).
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from clickstream.analytics import customers
from clickstream.analytics.measures import divide
from clickstream.analytics.options import one_of
from clickstream.analytics.people import PERSON, named_people
from clickstream.analytics.query import Answer, Plan, Query, Results, compose
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.rfm import rfm_segment
from clickstream.analytics.saved import KINDS, SEGMENTS
from clickstream.analytics.scope import Scope
from clickstream.analytics.sources import counted_orders

COLUMNS: Final = (
    Column("segment", "Segment"),
    Column("customers", "People", "count"),
    metric_column("orders"),
    metric_column("revenue"),
    Column("currency", "Currency"),
    Column("share", "Share of people", "rate"),
)


def plan(request: Request) -> Plan:
    """The one query of the kind that is asked for."""
    kind = one_of("kind", request.options.kind, KINDS, "rfm")
    scope = request.scope
    query = customers.query(scope) if kind == "rfm" else _totals(kind, scope)
    return Plan({kind: query}, lambda results: shape(kind, results))


def _totals(kind: str, scope: Scope) -> Query:
    return compose(
        "segments",
        people=named_people(kind, scope),
        person=PERSON,
        **counted_orders(scope, with_session=True),
    )


def shape(kind: str, results: Results) -> Answer:
    """The segments in their usual order."""
    rows = _rfm_rows(results[kind]) if kind == "rfm" else _rows(results[kind])
    people: dict[str, int] = {row["segment"]: row["customers"] for row in rows}
    total = sum(people.values())
    for row in rows:
        row["share"] = divide(row["customers"], total)
    places = {name: place for place, name in enumerate(SEGMENTS[kind])}
    rows.sort(key=lambda row: (places[row["segment"]], row["currency"] or "~"))
    return Answer(columns=COLUMNS, rows=rows, params={"kind": kind})


def _rfm_rows(found: Sequence[Row]) -> list[dict[str, Any]]:
    people: dict[str, set[str]] = defaultdict(set)
    sums: dict[tuple[str, str | None], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    for row in found:
        segment = rfm_segment(row["recency_score"], row["frequency_score"])
        people[segment].add(row["person"])
        sums[segment, row["currency"]][0] += row["orders"]
        sums[segment, row["currency"]][1] += row["revenue"]
    return [
        {
            "segment": segment,
            "customers": len(people[segment]),
            "orders": orders,
            "revenue": revenue,
            "currency": currency,
        }
        for (segment, currency), (orders, revenue) in sums.items()
    ]


def _rows(found: Sequence[Row]) -> list[dict[str, Any]]:
    """A row for each currency with orders, or one without any; the people of the whole segment."""
    totals = {row["segment"]: row for row in found if row["is_total"]}
    rows = []
    for segment, total in totals.items():
        sold = [
            row
            for row in found
            if row["segment"] == segment and not row["is_total"] and row["orders"]
        ]
        rows += [
            {
                "segment": segment,
                "customers": total["customers"],
                "orders": row["orders"],
                "revenue": row["revenue"],
                "currency": row["currency"] if sold else None,
            }
            for row in sold or [total]
        ]
    return rows


KIND: Final = Kind(
    name="segments",
    summary="The shop's people in groups: RFM, behaviour, lifecycle.",
    plan=plan,
    takes=("kind",),
)
