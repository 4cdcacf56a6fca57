"""Drawings of several series over time, and of columns: pure functions, as those of ``charts``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from clickstream.dashboard.charts import (
    GRID,
    TEXT,
    TOOLTIP,
    Drawing,
    Measure,
    period_axis,
    period_tooltip,
    so_far,
    value_axis,
)

COLOURS: Final = 8
MARK: Final = "var(--down)"


@dataclass(frozen=True, slots=True)
class Series:
    """One named line or stack over the periods; ``colour`` is its place in the palette, from 1."""

    name: str
    values: Sequence[float | None]
    colour: int = 1
    is_dashed: bool = False
    when: Sequence[str] | None = None
    """The periods that the values are really of, where they are laid over others."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What was to be expected in one period, and between which bounds."""

    expected: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Band:
    """What was to be expected, a place a period, and what is said of those that stood out."""

    bounds: Sequence[Bounds | None]
    marks: Mapping[str, str]
    circled: str | None = None
    """The period that is not over: it has a circle of its own, and no mark on the line."""


def colour_of(place: int) -> str:
    return f"var(--c{(place - 1) % COLOURS + 1})"


def lines(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    measure: Measure,
    interval: str,
    band: Band | None = None,
    is_running: bool = False,
) -> Drawing:
    """A line a series; around the first what was to be expected, and on it what stood out.

    Where the last period is not over, its values stand alone, as hollow circles; in the colour of a
    mark, where it stands out already.
    """
    if not is_running:
        return _lines(labels, series, measure=measure, interval=interval, band=band)
    running = labels[-1]
    is_marked = band is not None and running in band.marks
    known = replace(band, circled=running) if band else None
    drawing = _lines(labels, series, measure=measure, interval=interval, band=known)
    drawn = [*drawing["option"]["series"]]
    for place, one in enumerate(series):
        if not one.is_dashed:
            colour = MARK if is_marked and place == 0 else None
            drawn[place], unfinished = so_far(drawn[place], colour=colour)
            drawn.append(unfinished)
    return _with_running(drawing, drawn, series, measure=measure)


def _with_running(
    drawing: Drawing,
    drawn: Sequence[Mapping[str, Any]],
    series: Sequence[Series],
    *,
    measure: Measure,
) -> Drawing:
    """The drawing with other series, in which the unfinished ones follow; dashed ones are over."""
    unfinished = [[measure.row(f"{one.name}, so far")] for one in series if not one.is_dashed]
    return {
        **drawing,
        "figures": [*drawing["figures"], *unfinished],
        "option": {**drawing["option"], "series": drawn},
    }


def _lines(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    measure: Measure,
    interval: str,
    band: Band | None,
) -> Drawing:
    drawn = [_line(labels, one) for one in series]
    if band is None:
        return _over_time(labels, series, drawn, measure=measure, interval=interval)
    values = dict(zip(labels, series[0].values, strict=False))
    on_line = [period for period in band.marks if period != band.circled]
    drawn[0]["markPoint"] = _marks({period: values[period] for period in on_line})
    shades = _shades(labels, band)
    drawing = _over_time(labels, series, [*drawn, *shades], measure=measure, interval=interval)
    rows = [
        measure.row("Expected", "expected") | {"from": "lower", "to": "upper"},
        {"name": "Unusual", "unit": "text", "currency": None, "key": "why"},
    ]
    unusual = f", {len(band.marks)} unusual" if band.marks else ""
    return {
        **drawing,
        "figures": [*[[measure.row(one.name)] for one in series], [], rows],
        "words": f"{drawing['words']}, with what was expected{unusual}",
    }


def _shades(labels: Sequence[str], band: Band) -> list[dict[str, object]]:
    """Two stacked areas: an unseen one up to the lower bound, and a shade from there."""
    floor: list[object] = []
    shade: list[object] = []
    for period, one in zip(labels, band.bounds, strict=True):
        low = max(0.0, one.lower) if one else None
        high = max(low or 0.0, one.upper) if one else None
        known = {"expected": one.expected, "lower": low, "upper": high} if one else {}
        floor.append({"value": low})
        shade.append(
            {
                "value": None if high is None or low is None else high - low,
                **known,
                "why": band.marks.get(period),
            }
        )
    return [_shade(floor, opacity=0), _shade(shade, opacity=1)]


def _shade(data: Sequence[object], *, opacity: float) -> dict[str, object]:
    return {
        "type": "line",
        "name": "Expected",
        "stack": "expected",
        "stackStrategy": "all",
        "data": data,
        "z": 1,
        "silent": True,
        "symbol": "none",
        "itemStyle": {"color": "var(--accent-line)"},
        "lineStyle": {"opacity": 0},
        "areaStyle": {"color": "var(--accent-soft)", "opacity": opacity},
        "emphasis": {"disabled": True},
    }


def _line(labels: Sequence[str], one: Series) -> dict[str, object]:
    colour = "var(--accent-faint)" if one.is_dashed else colour_of(one.colour)
    when: Sequence[str | None] = one.when or [None] * len(labels)
    return {
        "type": "line",
        "name": one.name,
        "data": [
            {"value": value, "when": date} for value, date in zip(one.values, when, strict=False)
        ],
        "z": 2 if one.is_dashed else 3,
        "symbol": "circle",
        "symbolSize": 6,
        "showSymbol": len(labels) == 1,
        "itemStyle": {"color": colour},
        "lineStyle": {
            "color": colour,
            "width": 1.5 if one.is_dashed else 2,
            "type": [4, 4] if one.is_dashed else "solid",
            "join": "round",
        },
        "emphasis": {"scale": False},
    }


def _marks(marks: Mapping[str, float | None]) -> Mapping[str, object]:
    return {
        "symbol": "circle",
        "symbolSize": 10,
        "silent": True,
        "label": {"show": False},
        "itemStyle": {"color": MARK, "borderColor": "var(--panel)", "borderWidth": 2},
        "data": [
            {"coord": [period, value], "name": period}
            for period, value in marks.items()
            if value is not None
        ],
    }


def stacks(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    measure: Measure,
    interval: str,
    is_running: bool = False,
) -> Drawing:
    """Bars on top of each other; negative values hang below the line.

    Where the last period is not over, its bars are pale.
    """
    drawn = [_bar(one) for one in series]
    drawing = _over_time(labels, series, drawn, measure=measure, interval=interval, has_gap=True)
    if not is_running:
        return drawing
    over = [{**bar, "data": [*bar["data"][:-1], {"value": None}]} for bar in drawn]
    pale = [_pale(bar) for bar in drawn]
    return _with_running(drawing, [*over, *pale], series, measure=measure)


def _bar(one: Series) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": one.name,
        "stack": "all",
        "barMaxWidth": 44,
        "data": [{"value": value} for value in one.values],
        "itemStyle": {"color": colour_of(one.colour)},
    }


def _pale(bar: Mapping[str, Any]) -> dict[str, Any]:
    """The last of the bars alone, paler than those that are whole."""
    *over, last = bar["data"]
    style = {**bar["itemStyle"], "opacity": 0.4}
    return {**bar, "data": [*({"value": None} for _ in over), last], "itemStyle": style}


def _over_time(
    labels: Sequence[str],
    series: Sequence[Series],
    drawn: Sequence[Mapping[str, object]],
    *,
    measure: Measure,
    interval: str,
    has_gap: bool = False,
) -> Drawing:
    names = ", ".join(one.name for one in series[:COLOURS])
    hangs = any((value or 0) < 0 for one in series for value in one.values)
    return {
        "figures": [[measure.row(one.name)] for one in series],
        "words": f"{measure.label} by {interval} from {labels[0]} to {labels[-1]}: {names}",
        "option": {
            "animation": False,
            "textStyle": TEXT,
            "grid": GRID,
            "tooltip": period_tooltip(interval),
            "xAxis": period_axis(labels, interval, has_gap=has_gap),
            "yAxis": {**value_axis(measure), "min": None if hangs else 0},
            "series": drawn,
        },
    }


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a distribution: from where it begins, and how many fall into it."""

    start: float
    value: float


def columns(found: Sequence[Column], *, x: Measure, y: Measure) -> Drawing:
    """A distribution as columns, each named by the value at which it begins."""
    label: dict[str, object] = {**TEXT, "formatter": x.axis, "hideOverlap": True, "margin": 10}
    return {
        "figures": [[y.row(y.label)]],
        "words": f"{y.label} by {x.label}, {len(found)} columns",
        "option": {
            "animation": False,
            "textStyle": TEXT,
            "grid": GRID,
            "tooltip": {
                **TOOLTIP,
                "trigger": "axis",
                "formatter": f"fn:columns:{x.unit}",
                "axisPointer": {"type": "none"},
            },
            "xAxis": {
                "type": "category",
                "data": [column.start for column in found],
                "axisLine": {"lineStyle": {"color": "var(--line)"}},
                "axisTick": {"show": False},
                "axisLabel": label,
            },
            "yAxis": value_axis(y),
            "series": [
                {
                    "type": "bar",
                    "barCategoryGap": "12%",
                    "itemStyle": {"color": "var(--accent)", "borderRadius": [3, 3, 0, 0]},
                    "data": [{"value": column.value} for column in found],
                }
            ],
        },
    }
