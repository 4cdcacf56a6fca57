"""Customers: everybody who ordered in the range, with what they bought and their RFM scores.

Grain: one row a person (the user, else the visitor) and currency, the largest revenue first. Scores
are quintiles from 1 to 5 among the customers of the currency: 5 for the latest last order, the most
orders, the most revenue. A score is 1 + floor(5 x (customers who rank lower) / customers), so that
equal customers score the same. The segment's name follows from recency and frequency.
"""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

from psycopg import sql

from clickstream.analytics.measures import divide
from clickstream.analytics.people import scored_customers
from clickstream.analytics.query import Answer, Plan, Query, Results, bind
from clickstream.analytics.report import Column, Row, metric_column
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.rfm import rfm_segment
from clickstream.analytics.scope import Scope

BY_REVENUE: Final = sql.SQL("order by revenue desc, person, currency")
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
    return Plan({"customers": query(request.scope)}, lambda results: shape(request, results))


def query(scope: Scope) -> Query:
    """The customers of the range, with their scores."""
    return bind(scored_customers(scope, order=BY_REVENUE))


def shape(request: Request, results: Results) -> Answer:
    """The customers with their segments."""
    shown = results["customers"][: request.options.limit or None]
    return Answer(columns=COLUMNS, rows=[_row(row, request.zone) for row in shown])


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


KIND: Final = Kind(
    name="customers",
    summary="Everybody who ordered: what they bought, and their RFM scores.",
    plan=plan,
    takes=("limit",),
)
