"""Drawings of several series over time, and of columns: pure functions, as those of ``charts``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from clickstream.dashboard.charts import (
    GRID,
    TEXT,
    TOOLTIP,
    Drawing,
    Measure,
    period_axis,
    period_tooltip,
    value_axis,
)

COLOURS: Final = 8


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
class Mark:
    """A period that stands out in a series: what was seen, and what was to be expected."""

    period: str
    value: float


def colour_of(place: int) -> str:
    return f"var(--c{(place - 1) % COLOURS + 1})"


def lines(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    measure: Measure,
    interval: str,
    marks: Sequence[Mark] = (),
) -> Drawing:
    """A line a series; marked periods are dots on the first."""
    drawn = [_line(labels, one) for one in series]
    if marks and drawn:
        drawn[0]["markPoint"] = _marks(marks)
    return _over_time(labels, series, drawn, measure=measure, interval=interval)


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


def _marks(marks: Sequence[Mark]) -> Mapping[str, object]:
    return {
        "symbol": "circle",
        "symbolSize": 10,
        "label": {"show": False},
        "itemStyle": {"color": "var(--down)", "borderColor": "var(--panel)", "borderWidth": 2},
        "data": [{"coord": [mark.period, mark.value], "name": mark.period} for mark in marks],
    }


def stacks(
    labels: Sequence[str], series: Sequence[Series], *, measure: Measure, interval: str
) -> Drawing:
    """Bars on top of each other; negative values hang below the line."""
    drawn = [
        {
            "type": "bar",
            "name": one.name,
            "stack": "all",
            "barMaxWidth": 44,
            "data": [{"value": value} for value in one.values],
            "itemStyle": {"color": colour_of(one.colour)},
        }
        for one in series
    ]
    return _over_time(labels, series, drawn, measure=measure, interval=interval, has_gap=True)


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
            "animationDuration": 250,
            "animationDurationUpdate": 200,
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
            "animationDuration": 250,
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
