"""The parts of the Trends page, drawn from what was fetched."""

from collections.abc import Mapping
from typing import Any, Final

from htmltools import Tag, TagChild, tags

from clickstream.dashboard import charts, kit, periods, series
from clickstream.dashboard.filters import DIMENSIONS, Period, View
from clickstream.dashboard.metrics import metric
from clickstream.dashboard.pages.trends_data import (
    DRAWN,
    FIELDS,
    Line,
    Trend,
    chosen_field,
    chosen_interval,
    chosen_metric,
    metrics,
)
from clickstream.dashboard.pages.trends_expected import Unusual
from clickstream.dashboard.tables import NONE, Heading, Row, Table

BEFORE: Final = "Period before"


def controls(view: View, period: Period) -> Tag:
    """Which metric, by which field, in which interval."""
    known = metric(chosen_metric(view))
    suited = [(name, periods.INTERVALS[name]) for name in periods.suited(period)]
    return tags.div(
        kit.select(
            metrics().items(),
            key="metric",
            chosen=chosen_metric(view),
            label="Metric",
            is_bare=True,
        ),
        kit.hint(known.title, known.definition),
        kit.select(
            [
                ("", "Not broken down"),
                *((key, f"By {name.lower()}") for key, name in FIELDS.items()),
            ],
            key="by",
            chosen=chosen_field(view),
            label="Broken down by",
            is_bare=True,
        ),
        kit.segments(
            suited, key="interval", chosen=chosen_interval(view, period), label="Interval"
        ),
        tags.span(class_="push"),
        kit.export_link("trends-trend", text="CSV"),
        class_="table-tools",
    )


def measure(found: Trend) -> charts.Measure:
    known = metric(found.metric)
    return charts.Measure(known.title, known.unit, found.currency)


def chart(found: Trend) -> charts.Drawing | None:
    """The lines; where something stood out, a mark on it."""
    if not found.labels or not any(v for line in found.lines for v in line.values):
        return None
    drawn = [
        series.Series(_name(found, line), line.values, place)
        for place, line in enumerate(found.lines[:DRAWN], 1)
    ]
    if found.before:
        shown = found.before[: len(found.labels)]
        values, when = [point.value for point in shown], [point.period for point in shown]
        drawn.append(series.Series(BEFORE, values, is_dashed=True, when=when))
    return series.lines(
        found.labels,
        drawn,
        measure=measure(found),
        interval=found.interval,
        band=_band(found),
        is_running=found.is_running,
    )


def _band(found: Trend) -> series.Band | None:
    """What was to be expected around the one line, and what is said where it stood out."""
    watch = found.watch
    if not watch.expected and not watch.unusual:
        return None
    bounds = [
        series.Bounds(one.value, one.lower, one.upper) if one else None
        for one in map(watch.expected.get, found.labels)
    ]
    marks = {
        period: explained(one) for period, one in watch.unusual.items() if period in found.labels
    }
    return series.Band(bounds, marks)


def explained(one: Unusual) -> str:
    """Which way a period stood out, and what brings most of that."""
    direction = "more than expected" if one.is_more else "less than expected"
    if one.field is None:
        return direction
    share = f" ({one.share:.0%})" if one.share is not None and one.share <= 1 else ""
    value = kit.spoken(one.field, one.value or NONE)
    return f"{direction}, mostly by {_field(one.field)} {value}{share}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _field(name: str) -> str:
    return FIELDS.get(name, name.removesuffix("_id").replace("_", " ")).lower()


def _name(found: Trend, line: Line) -> str:
    return measure(found).label if line.name is None else kit.spoken(found.by, line.name)


def legend(found: Trend) -> TagChild:
    """What the lines are; with a switch between currencies where there are several."""
    entries = [(_name(found, line), place) for place, line in enumerate(found.lines[:DRAWN], 1)]
    shown = kit.legend(entries)
    if found.before:
        shown.append(tags.span(tags.i(class_="before"), BEFORE))
    if found.watch.expected:
        shown.append(tags.span(tags.i(class_="band"), "Expected"))
    if any(period in found.watch.unusual for period in found.labels):
        shown.append(tags.span(tags.b(class_="mark"), "Unusual"))
    for words in filter(None, (found.lack, found.watch.words)):
        shown.append(tags.small(words))
    if len(found.currencies) > 1:
        names = [(name, name) for name in found.currencies]
        shown.append(
            kit.segments(names, key="currency", chosen=found.currency or "", label="Currency")
        )
    return shown


def table(found: Trend) -> Table:
    """By a field, a row a value; else a row a period."""
    return _values(found) if found.by else _periods(found)


def _values(found: Trend) -> Table:
    known = metric(found.metric)
    rows: list[Row] = [
        {found.by: line.name, "total": line.total, "change": line.change} for line in found.lines
    ]
    is_compared = any(line.change is not None for line in found.lines)
    changed = [Heading(key="change", title="Change", unit="change")] if is_compared else []
    return Table(
        label=f"{known.title} by {FIELDS[found.by].lower()}",
        headings=[
            Heading(
                key=found.by,
                title=FIELDS[found.by],
                filters=found.by if found.by in DIMENSIONS else None,
            ),
            Heading(
                key="total",
                title=known.title,
                unit=known.unit,
                meaning=known.definition,
                has_bar=True,
            ),
            *changed,
        ],
        rows=rows,
        order="-total",
        currency=found.currency,
        rows_per_page=15,
    )


def _periods(found: Trend) -> Table:
    known = metric(found.metric)
    line = found.lines[0].values if found.lines else []
    before = [point.value for point in found.before]
    rows: list[dict[str, Any]] = []
    for place, period in enumerate(found.labels):
        row: dict[str, Any] = {"period": period, "value": line[place]}
        if found.before:
            row["previous"] = before[place] if place < len(before) else None
        expected, unusual = found.watch.expected.get(period), found.watch.unusual.get(period)
        row["expected"] = expected.value if expected else None
        row["unusual"] = _sentence(explained(unusual)) if unusual else kit.NOTHING
        rows.append(row)
    earlier = [Heading(key="previous", title=BEFORE, unit=known.unit)] if found.before else []
    unit = "instant" if found.interval == "hour" else "day"
    return Table(
        label=f"{known.title} by {found.interval}",
        headings=[
            Heading(key="period", title=periods.INTERVALS[found.interval], unit=unit),
            Heading(
                key="value",
                title=known.title,
                unit=known.unit,
                meaning=known.definition,
                has_bar=True,
            ),
            *earlier,
            *_watched_headings(found, known.unit),
        ],
        rows=rows,
        order="-period",
        currency=found.currency,
        rows_per_page=15,
    )


def _watched_headings(found: Trend, unit: str) -> list[Heading]:
    """The columns of what was expected and of what stood out, where any is known."""
    shown = [Heading(key="expected", title="Expected", unit=unit)] if found.watch.expected else []
    if found.watch.unusual:
        shown.append(Heading(key="unusual", title="Unusual"))
    return shown


def csv_rows(found: Trend) -> list[Mapping[str, Any]]:
    """Every line at every period."""
    return [
        {"period": period, "value_of": line.name, "value": line.values[place]}
        for line in found.lines
        for place, period in enumerate(found.labels)
        if place < len(line.values)
    ]
