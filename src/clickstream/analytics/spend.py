"""Spend: what advertising cost, beside what it brought.

Costs are imported by day and traffic source. They can be broken down and filtered by channel,
source, medium and campaign, and by nothing else: under another filter they are left out, and a note
says so. Names are compared in any case of letters.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from psycopg import sql

from clickstream.analytics.fields import Field
from clickstream.analytics.measures import divide
from clickstream.analytics.query import Query, Results, compose
from clickstream.analytics.report import Column, Row
from clickstream.analytics.scope import Scope

FIELDS: Final = frozenset({"channel", "source", "medium", "campaign"})
NAME: Final = "spend"
COLUMNS: Final = (
    Column("spend", "Spend", "money"),
    Column("roas", "Return on spend", "ratio"),
    Column("cost_per_acquisition", "Cost per order", "money"),
)
LEFT_OUT: Final = (
    "Spend is known by channel, source, medium and campaign alone; with these filters it is left "
    "out."
)
Blank = Callable[[str | None, str], dict[str, Any]]
"""The row of a name and currency that brought nothing."""


def spend_queries(scope: Scope, by: Field, dimension: sql.Composable) -> dict[str, Query]:
    """The query for the costs by a field; none where they cannot be told."""
    if by.name not in FIELDS or not _is_told(scope):
        return {}
    return {
        NAME: compose(
            "spend",
            dimension=dimension,
            first=sql.Literal(scope.range.first),
            last=sql.Literal(scope.range.last),
            filters=scope.sessions(),
        )
    }


def _is_told(scope: Scope) -> bool:
    return {condition.field.name for condition in scope.conditions} <= FIELDS


def spend_notes(scope: Scope, by: Field) -> list[str]:
    """What has to be said of costs that are left out."""
    return [LEFT_OUT] if by.name in FIELDS and not _is_told(scope) else []


def with_spend(
    rows: Sequence[dict[str, Any]], results: Results, by: Field, *, orders: str, blank: Blank
) -> list[dict[str, Any]]:
    """The rows with what was spent on each, and rows for what was spent and brought nothing.

    ``orders`` is the key of the orders or conversions. A row without orders takes on the currency
    of its costs.
    """
    known = NAME in results
    costs = _costs(results.get(NAME, ()))
    merged: list[dict[str, Any]] = []
    for row in rows:
        name = _key(row[by.name])
        cost = costs.pop((name, row["currency"]), None)
        if cost is None and row["currency"] is None and not row[orders]:
            cost = next((costs.pop(key) for key in list(costs) if key[0] == name), None)
        currency = cost[1] if cost else row["currency"]
        amount = cost[2] if cost else Decimal(0)
        merged.append(_costed({**row, "currency": currency}, amount if known else None, orders))
    for value, currency, amount in costs.values():
        like = next((row for row in rows if _key(row[by.name]) == _key(value)), None)
        row = blank(like[by.name] if like else value, currency)
        merged.append(_costed(row, amount, orders))
    return merged


def _costs(rows: Sequence[Row]) -> dict[tuple[str, str | None], tuple[Any, str, Decimal]]:
    """What was spent, by name in any case and currency, with both as they were given."""
    found: dict[tuple[str, str | None], tuple[Any, str, Decimal]] = {}
    for row in rows:
        key = (_key(row["dimension"]), row["currency"])
        name, _, amount = found.get(key, (row["dimension"], row["currency"], Decimal(0)))
        found[key] = (name, row["currency"], amount + row["spend"])
    return found


def _key(name: str | None) -> str:
    return (name or "").casefold()


def _costed(row: Mapping[str, Any], amount: Decimal | None, orders: str) -> dict[str, Any]:
    revenue, number = row["revenue"], row[orders]
    return {
        **row,
        "spend": amount,
        "roas": divide(revenue, amount) if amount else None,
        "cost_per_acquisition": divide(amount, number) if amount and number else None,
    }
