"""The parts of the Attribution page, drawn from what was fetched."""

from collections.abc import Mapping
from typing import Any, Final

from htmltools import Tag, TagChild, tags

from clickstream.dashboard import kit, tables
from clickstream.dashboard.filters import DIMENSIONS, View
from clickstream.dashboard.metrics import metric, number
from clickstream.dashboard.pages.acquisition_parts import spend_headings
from clickstream.dashboard.pages.attribution_data import (
    BY,
    LOOKBACKS,
    MODELS,
    ONE,
    USUAL,
    Credits,
    chosen_by,
    chosen_measure,
)
from clickstream.dashboard.tables import Heading, Table

SHOWN: Final = 6
NAMES: Final = {"conversions": "Orders", "revenue": "Revenue"}


def controls(view: View) -> Tag:
    """By what credit is given, what is credited, and how far back."""
    lookback = view.choice("lookback", LOOKBACKS, USUAL)
    return tags.div(
        kit.segments(BY.items(), key="by", chosen=chosen_by(view), label="Credit to"),
        kit.segments(NAMES.items(), key="measure", chosen=chosen_measure(view), label="Measure"),
        kit.select(
            [
                ("" if key == USUAL else key, f"Look back {words}")
                for key, words in LOOKBACKS.items()
            ],
            key="lookback",
            chosen="" if lookback == USUAL else lookback,
            label="Look-back window",
            is_bare=True,
        ),
        tags.span(class_="push"),
        kit.export_link("attribution-credits", text="CSV"),
        class_="table-tools",
    )


def headline(found: Credits) -> TagChild:
    top = _best(found, "last_non_direct_conversions")
    gained = _gained(found)
    return kit.tiles([
        kit.Tile("Orders credited", found.orders, "count", metric("conversions").definition),
        kit.Tile(
            "Sessions before an order",
            found.average_touches,
            "ratio",
            "Sessions on the path to an order within the look-back window, the converting one "
            "included, on average.",
        ),
        kit.Tile("Most credit", _amount(top, "last_non_direct_conversions"), "credit",
                 under=_orders_of(found, top, "last non-direct")),
        kit.Tile("Earns more than its last click", _gain(gained), "credit",
                 under=_orders_of(found, gained, "linear less last")),
    ], currency=found.currency)  # fmt: skip


def _best(found: Credits, key: str) -> Mapping[str, Any]:
    return max(found.rows, key=lambda row: number(row.get(key)) or 0, default={})


def _gained(found: Credits) -> Mapping[str, Any]:
    return max(found.rows, key=lambda row: _gain(row) or 0, default={})


def _gain(row: Mapping[str, Any]) -> float | None:
    after, before = _amount(row, "linear_conversions"), _amount(row, "last_conversions")
    return None if after is None or before is None else after - before


def _amount(row: Mapping[str, Any], key: str) -> float | None:
    return number(row.get(key))


def _orders_of(found: Credits, row: Mapping[str, Any], model: str) -> str | None:
    return f"orders: {row.get(found.by) or tables.NONE}, {model}" if row else None


def table(found: Credits, measure: str) -> Table:
    """A row a value, a column a model; each column adds up to the same."""
    unit = "money" if measure == "revenue" else "credit"
    return Table(
        label="Credit by model",
        headings=[
            Heading(
                key=found.by,
                title=ONE[found.by],
                filters=found.by if found.by in DIMENSIONS else None,
            ),
            *(
                Heading(
                    key=f"{model}_{measure}",
                    title=MODELS[model][0],
                    unit=unit,
                    meaning=MODELS[model][1],
                    has_bar=True,
                )
                for model in MODELS
            ),
            *spend_headings(found.rows),
        ],
        rows=found.rows,
        order=f"-last_non_direct_{measure}",
        currency=found.currency,
    )


def draw_table(found: Credits, view: View) -> TagChild:
    if not found.rows:
        return kit.words("No order to credit", "Choose more days, or fewer filters.")
    return tables.draw(table(found, chosen_measure(view)), view)


def notes() -> Tag:
    """What each model does, in a sentence."""
    return tags.dl(
        *(tags.div(tags.dt(name), tags.dd(text), class_="note") for name, text in MODELS.values()),
        class_="notes",
    )
