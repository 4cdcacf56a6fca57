"""What the Attribution page asks of analytics: several models' credits, side by side."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard.currency import choose_currency, currencies_of
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import number

KEYS: Final = ("by", "lookback")
MODELS: Final[Mapping[str, tuple[str, str]]] = {
    "last_non_direct": (
        "Last non-direct",
        "All credit to the last session before the order that was not direct; to direct where all "
        "were.",
    ),
    "last": ("Last", "All credit to the session in which the order was placed."),
    "first": ("First", "All credit to the first session of the path."),
    "linear": ("Linear", "Each session of the path gets the same credit."),
    "position": (
        "Position",
        "40 % to the first session, 40 % to the last, the rest shared by those between.",
    ),
    "time_decay": ("Time decay", "A session's credit halves with every 7 days before the order."),
    "markov": (
        "Markov",
        "By what would be lost without it: the removal effect in a chain of steps from session to "
        "session.",
    ),
    "shapley": (
        "Shapley",
        "The average of what it adds to every set of the others, by the orders of those sets.",
    ),
}
BY: Final = {
    "channel": "Channels", "source": "Sources", "campaign": "Campaigns", "medium": "Media",
    "landing_page": "Landing pages",
}  # fmt: skip
ONE: Final = {
    "channel": "Channel", "source": "Source", "campaign": "Campaign", "medium": "Medium",
    "landing_page": "Landing page",
}  # fmt: skip
LOOKBACKS: Final = {"7d": "7 days", "14d": "14 days", "30d": "30 days", "90d": "90 days"}
USUAL: Final = "30d"
USUAL_MODEL: Final = "last_non_direct"
"""The model by whose credit spend is judged."""
SPEND: Final = ("spend", "roas", "cost_per_acquisition")
MEASURES: Final = ("conversions", "revenue")


@dataclass(frozen=True, slots=True)
class Credits:
    """The credit that each model gives to each value, in one currency, and what they add up to."""

    by: str
    rows: Sequence[Mapping[str, Any]]
    orders: float
    average_touches: float | None
    currency: str | None
    currencies: Sequence[str]


def chosen_by(view: View) -> str:
    return view.choice("by", BY, "channel")


def chosen_measure(view: View) -> str:
    return view.choice("measure", MEASURES, "conversions")


async def fetch_credits(office: Office, view: View) -> Credits:
    """The credits of all models."""
    answers = await asyncio.gather(*(_ask(office, view, model) for model in MODELS))
    reports = dict(zip(MODELS, answers, strict=True))
    first = next(iter(reports.values()))
    currencies = _currencies(first)
    currency = choose_currency(_as_orders(first), view.filters.currency)
    touches = number(first.summary.get("average_touches"))
    orders = sum(
        number(row["conversions"]) or 0 for row in first.rows if row["currency"] == currency
    )
    return Credits(
        chosen_by(view),
        _rows(reports, chosen_by(view), currency),
        orders,
        touches,
        currency,
        currencies,
    )


async def _ask(office: Office, view: View, model: str) -> Report:
    filters = view.filters
    return await office.ask(
        "attribution",
        filters,
        office.period(filters),
        model=model,
        by=chosen_by(view),
        lookback=view.choice("lookback", LOOKBACKS, USUAL),
    )


def _as_orders(report: Report) -> Report:
    rows = [{**row, "orders": row["conversions"]} for row in report.rows]
    return Report(name=report.name, params=report.params, columns=(), rows=rows)


def _currencies(report: Report) -> Sequence[str]:
    return currencies_of(_as_orders(report))


def _rows(reports: Mapping[str, Report], by: str, currency: str | None) -> list[dict[str, Any]]:
    """One row a value, with each model's conversions and revenue."""
    found: dict[str, dict[str, Any]] = {}
    for model, report in reports.items():
        for row in report.rows:
            if row["currency"] != currency:
                continue
            line = found.setdefault(str(row[by]), {by: row[by]})
            for measure in MEASURES:
                line[f"{model}_{measure}"] = row[measure]
            if model == USUAL_MODEL:
                line |= {name: row.get(name) for name in SPEND}
    for line in found.values():
        for model in reports:
            for measure in MEASURES:
                line.setdefault(f"{model}_{measure}", 0)
    return list(found.values())
