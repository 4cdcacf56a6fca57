"""The parts of the Overview, drawn from what was fetched."""

from collections.abc import Mapping, Sequence
from typing import Final

from htmltools import Tag, TagChild, TagList, tags

from clickstream.analytics.report import Report
from clickstream.dashboard import charts, kit, periods
from clickstream.dashboard.filters import Period, View
from clickstream.dashboard.icons import svg
from clickstream.dashboard.metrics import TENFOLD, growth, metric, number
from clickstream.dashboard.pages.overview_data import (
    TILES,
    Headline,
    Share,
    Trend,
    chosen_metric,
)

SHOWN: Final = 6
RATIOS: Final = ("conversion_rate", "average_order_value")
STEPS: Final[Mapping[str, str]] = {
    "view_item": "Product viewed",
    "add_to_cart": "Added to cart",
    "begin_checkout": "Checkout begun",
    "purchase": "Ordered",
}


def headline(found: Headline, view: View) -> Tag:
    """The strip of headline numbers; the pressed one is drawn large below."""
    pressed = chosen_metric(view)
    tiles = (_tile(name, found, is_pressed=name == pressed) for name in TILES)
    return tags.div(*tiles, class_="strip strip-six")


def _tile(name: str, found: Headline, *, is_pressed: bool) -> Tag:
    meaning = metric(name)
    press = tags.button(
        {
            "data-set": kit.pairs(metric=name),
            "aria-pressed": str(is_pressed).lower(),
            "data-focus": f"tile-{name}",
        },
        tags.span(meaning.title, class_="tile-name"),
        tags.span(
            kit.figure(number(found.row.get(name)), meaning.unit, currency=found.currency),
            kit.delta(_moved(name, found), is_better_higher=meaning.better == "up"),
            class_="tile-value",
        ),
        kit.sparkline(found.sparks[name]),
        type="button",
        class_="tile-press",
    )
    return tags.div(press, kit.hint(meaning.title, meaning.definition), class_="tile")


def _moved(name: str, found: Headline) -> float | None:
    """How a number changed; a ratio only where there were enough sessions to compare with."""
    now, before = number(found.row.get(name)), number(found.row.get(f"{name}_previous"))
    if name in RATIOS and (_moved("sessions", found) or 0) >= TENFOLD:
        return None
    return growth(now, before)


def trend_head(found: Trend, period: Period, currencies: Sequence[str]) -> Tag:
    """What the lines are, and by which interval and currency they are drawn."""
    lines: list[TagChild] = [tags.span(tags.i(), _dates(period))]
    if found.before:
        lines.append(tags.span(tags.i(class_="before"), _dates(period.before())))
    elif found.lack:
        lines.append(tags.span(found.lack))
    suited = [(name, periods.INTERVALS[name]) for name in periods.suited(period)]
    tools = [kit.segments(suited, key="interval", chosen=found.interval, label="Interval")]
    if len(currencies) > 1:
        names = [(name, name) for name in currencies]
        shown = found.currency or ""
        tools.insert(0, kit.segments(names, key="currency", chosen=shown, label="Currency"))
    return tags.div(
        tags.h2(metric(found.name).title),
        tags.div(*lines, class_="legend"),
        *tools,
        class_="trend-head",
    )


def _dates(period: Period) -> TagList:
    if period.days == 1:
        return TagList(kit.moment(period.start, "date"))
    return TagList(kit.moment(period.start, "day"), kit.DASH, kit.moment(period.end, "date"))


def trend_drawing(found: Trend) -> charts.Drawing | None:
    """The metric over the period; None where every point is nothing."""
    if not any(point.value for point in found.points):
        return None
    meaning = metric(found.name)
    currency = found.currency if meaning.unit == "money" else None
    measure = charts.Measure(meaning.title, meaning.unit, currency)
    return charts.trend(
        found.points,
        found.before,
        measure=measure,
        interval=found.interval,
        is_running=found.is_running,
    )


def shares(found: Sequence[Share], *, dimension: str | None, heads: tuple[str, str]) -> TagChild:
    """The greatest few as bars; choosing one filters by it."""
    if not any(share.value for share in found):
        return kit.nothing_here()
    bars = [
        kit.Bar(
            name=kit.spoken(dimension, share.name),
            value=share.value,
            share=share.share,
            toggle=kit.pairs(**{dimension: share.name}) if dimension else None,
        )
        for share in found[:SHOWN]
    ]
    return kit.bar_list(bars, unit="count", heads=(*heads, "Share"))


def funnel(report: Report) -> TagChild:
    """A bar a step, as long as the share of visitors who came that far."""
    counts = [number(row["count"]) or 0 for row in report.rows]
    if not counts or not counts[0]:
        return kit.words("No product was viewed", "The checkout begins with a product view.")
    head = tags.div(
        tags.span(),
        tags.span("of first", class_="steps-head"),
        tags.span("of previous", class_="steps-head"),
        class_="step step-head",
    )
    rows = (_step(row) for row in report.rows)
    return tags.div(head, *rows, _time_to_order(report), class_="steps")


def _time_to_order(report: Report) -> TagChild:
    times = report.summary.get("time_to_convert")
    median = number(times.get("median_seconds")) if isinstance(times, Mapping) else None
    if median is None:
        return None
    return tags.p(
        "Half of the buyers order within ",
        kit.figure(median, "seconds"),
        " of the first product view.",
        class_="sub",
    )


def _step(row: kit.Figures) -> Tag:
    is_first = row["step"] == 1
    first = number(row["rate_from_first"])
    last = None if is_first else number(row["rate_from_previous"])
    width = f"{max(0.6, 100 * (first or 0)):.2f}%"
    all_, previous = kit.figure(first, "rate"), kit.figure(last, "rate")
    all_.add_class("all")
    previous.add_class("last")
    return tags.div(
        tags.span(STEPS.get(str(row["name"]), str(row["name"]))),
        svg(Tag("rect", width=width, height="100%", rx="5")),
        kit.figure(number(row["count"]), "count"),
        all_,
        previous,
        class_="step",
    )
