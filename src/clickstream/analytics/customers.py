"""Customers: everybody who ordered in the range, with what they bought and their RFM scores.

Grain: one row a person (the user, else the visitor) and currency, the largest revenue first. Scores
are quintiles from 1 to 5 among the customers of the currency: 5 for the latest last order, the most
orders, the most revenue. A score is 1 + floor(5 x (customers who rank lower) / customers), so that
equal customers score the same. The segment's name follows from recency and frequency.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from clickstream.analytics.measures import divide
from clickstream.analytics.query import Answer, Plan, Query, Results, compose
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.retention import PERSON
from clickstream.analytics.sources import orders_of

COLUMNS: Final = (
    Column("person", "Customer"),
    Column("currency", "Currency"),
    metric_column("orders"),
    metric_column("revenue"),
    metric_column("net_revenue"),
    metric_column("average_order_value"),
    metric_column("quantity"),
    Column("first_ordered_at", "First order"),
    Column("last_ordered_at", "Latest order"),
    Column("recency_days", "Days since", "count"),
    Column("visitors", "Devices", "count"),
    Column("recency_score", "Recency"),
    Column("frequency_score", "Frequency"),
    Column("monetary_score", "Monetary"),
    Column("segment", "Segment"),
)


def plan(request: Request) -> Plan:
    """The one query over the orders of the range."""
    return Plan({"customers": query(request)}, lambda results: shape(request, results))


def query(request: Request) -> Query:
    """The customers of the range, with their scores."""
    scope = request.scope
    return compose(
        "customers",
        person=PERSON,
        orders=orders_of(scope, with_session=True),
        during=scope.during("o.ordered_at"),
        traffic=scope.traffic("o"),
        session_filters=scope.sessions(),
        event_filters=scope.events(),
        end=scope.end,
    )


def shape(request: Request, results: Results) -> Answer:
    """The customers with their segments."""
    limit = request.options.limit
    rows = [_row(row, request.zone) for row in results["customers"]]
    return Answer(columns=COLUMNS, rows=rows[:limit] if limit else rows)


def _row(row: Row, zone: ZoneInfo) -> dict[str, Any]:
    return {
        **row,
        "first_ordered_at": _local(row["first_ordered_at"], zone),
        "last_ordered_at": _local(row["last_ordered_at"], zone),
        "average_order_value": divide(row["revenue"], row["orders"]),
        "segment": rfm_segment(row["recency_score"], row["frequency_score"]),
    }


def _local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return instant.astimezone(zone)


# By recency (rows, from 1) and frequency (columns, from 1): the map in general use.
_HIBERNATING, _RISK, _LOSE = "Hibernating", "At risk", "Cannot lose them"
_SLEEP, _ATTENTION, _LOYAL = "About to sleep", "Need attention", "Loyal customers"
_PROMISING, _POTENTIAL, _NEW, _CHAMPIONS = (
    "Promising", "Potential loyalists", "New customers", "Champions",
)  # fmt: skip
_MAP: Final[Mapping[int, Sequence[str]]] = {
    1: (_HIBERNATING, _HIBERNATING, _RISK, _RISK, _LOSE),
    2: (_HIBERNATING, _HIBERNATING, _RISK, _RISK, _LOSE),
    3: (_SLEEP, _SLEEP, _ATTENTION, _LOYAL, _LOYAL),
    4: (_PROMISING, _POTENTIAL, _POTENTIAL, _LOYAL, _LOYAL),
    5: (_NEW, _POTENTIAL, _POTENTIAL, _CHAMPIONS, _CHAMPIONS),
}
RFM_SEGMENTS: Final = (
    _CHAMPIONS, _LOYAL, _POTENTIAL, _NEW, _PROMISING, _ATTENTION, _SLEEP, _RISK, _LOSE,
    _HIBERNATING,
)  # fmt: skip
"""The segments, the best first."""


def rfm_segment(recency: int, frequency: int) -> str:
    """The usual name for a pair of scores from 1 to 5."""
    return _MAP[recency][frequency - 1]


KIND: Final = Kind(
    name="customers",
    summary="Everybody who ordered: what they bought, and their RFM scores.",
    plan=plan,
    takes=("limit",),
)
