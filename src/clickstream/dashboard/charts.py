"""Drawings for the browser's ECharts: pure functions from rows to option dicts.

A drawing is ``{"option", "figures", "words"}``: the ECharts option, in which colours are CSS
variables and formatters are named ("fn:axis:money,VND"), the rows of each series' tooltip, and the
chart in words for those who cannot see it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Drawing = dict[str, Any]
TEXT: Final[Mapping[str, object]] = {
    "color": "var(--quiet)",
    "fontFamily": "Inter, system-ui, sans-serif",
    "fontSize": 11.5,
}
TOOLTIP: Final[Mapping[str, object]] = {
    "backgroundColor": "var(--panel)",
    "borderColor": "var(--line)",
    "borderWidth": 1,
    "borderRadius": 9,
    "padding": [8, 12],
    "confine": True,
    "extraCssText": "box-shadow:none",
    "transitionDuration": 0.1,
}
GRID: Final[Mapping[str, object]] = {
    "left": 8,
    "right": 14,
    "top": 14,
    "bottom": 4,
    "outerBoundsMode": "same",
    "outerBoundsContain": "axisLabel",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A metric in one period; ``period`` reads ``2026-11-20`` or ``2026-11-20T14:00``."""

    period: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """What a chart measures: its name, unit and currency."""

    label: str
    unit: str
    currency: str | None = None

    @property
    def axis(self) -> str:
        return f"fn:axis:{self.unit},{self.currency or ''}"

    def row(self, name: str, key: str | None = None) -> dict[str, str | None]:
        """One row of a tooltip."""
        return {"name": name, "unit": self.unit, "currency": self.currency, "key": key}


def trend(
    points: Sequence[Point],
    before: Sequence[Point],
    *,
    measure: Measure,
    interval: str,
    is_running: bool = False,
) -> Drawing:
    """A line for this period, and a dashed one for the period before, laid over each other.

    Where the last point's own day or hour is not over, it stands alone, as a hollow circle.
    """
    series = [_line(points, is_dashed=False)]
    figures = [[measure.row("This period")]]
    if before:
        series.append(_line(before[: len(points)], is_dashed=True))
        figures.append([measure.row("Previous period")])
    if is_running:
        series[0], unfinished = so_far(series[0])
        series.append(unfinished)
        figures.append([measure.row("This period, so far")])
    return {
        "figures": figures,
        "words": _trend_words(points, measure=measure, interval=interval, is_running=is_running),
        "option": {
            "animation": False,
            "aria": {"enabled": False},
            "textStyle": TEXT,
            "grid": GRID,
            "tooltip": period_tooltip(interval),
            "xAxis": period_axis([point.period for point in points], interval),
            "yAxis": value_axis(measure),
            "series": series,
        },
    }


def period_tooltip(interval: str) -> Mapping[str, object]:
    """A tooltip of all series at one period, headed by its date."""
    style = {"hour": "dayhour", "month": "month", "minute": "clock"}.get(interval, "full")
    return {
        **TOOLTIP,
        "trigger": "axis",
        "formatter": f"fn:tip:{style}",
        "axisPointer": {"lineStyle": {"color": "var(--quiet)", "type": [3, 3], "width": 1}},
    }


def period_axis(
    labels: Sequence[str], interval: str, *, has_gap: bool = False
) -> Mapping[str, object]:
    """The periods from left to right; with a gap at both ends where bars stand on it."""
    has_days = labels and labels[0][:10] != labels[-1][:10]
    hour = "weekhour" if has_days else "hour"
    style = {"hour": hour, "month": "month", "minute": "clock"}.get(interval, "day")
    edges = {} if has_gap else {"alignMinLabel": "left", "alignMaxLabel": "right"}
    return {
        "type": "category",
        "boundaryGap": has_gap,
        "data": labels,
        "axisLine": {"lineStyle": {"color": "var(--line)"}},
        "axisTick": {"show": False},
        "axisLabel": {
            **TEXT,
            "formatter": f"fn:date:{style}",
            "margin": 12,
            "hideOverlap": True,
            "textMargin": [0, 6],
            **edges,
        },
    }


def value_axis(measure: Measure) -> Mapping[str, object]:
    return {
        "type": "value",
        "min": 0,
        "splitNumber": 4,
        "minInterval": 1 if measure.unit == "count" else 0,
        "axisLabel": {**TEXT, "formatter": measure.axis},
        "splitLine": {"lineStyle": {"color": "var(--grid)", "width": 1}},
    }


def without_running(points: Sequence[Point], *, is_running: bool) -> Sequence[Point]:
    """The points without the one whose period is not over, unless it is the only one."""
    return points[:-1] if is_running and len(points) > 1 else points


def so_far(
    line: Mapping[str, Any], *, colour: str | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A line up to its last period, which is not over, and that one as a hollow circle beside it.

    Joined to the line it would read as a fall, most of all just after it has begun. The circle is
    of the line's colour, unless another is given.
    """
    *over, last = line["data"]
    ring = {
        "color": "var(--panel)",
        "borderColor": colour or line["itemStyle"]["color"],
        "borderWidth": 2,
    }
    circle = {name: value for name, value in line.items() if name not in ("areaStyle", "markPoint")}
    return (
        {**line, "data": [*over, {"value": None}], "showSymbol": len(over) == 1},
        {
            **circle,
            "data": [*({"value": None} for _ in over), last],
            "showSymbol": True,
            "showAllSymbol": True,  # else it is left out where its date has no room on the axis
            "symbolSize": 7,
            "itemStyle": ring,
        },
    )


def _line(points: Sequence[Point], *, is_dashed: bool) -> dict[str, Any]:
    colour = "var(--accent-faint)" if is_dashed else "var(--accent)"
    data = [{"value": point.value, "when": point.period if is_dashed else None} for point in points]
    line: dict[str, object] = {
        "type": "line",
        "data": data,
        "z": 2 if is_dashed else 3,
        "symbol": "circle",
        "symbolSize": 6,
        "showSymbol": len(points) == 1,
        "itemStyle": {"color": colour},
        "lineStyle": {
            "color": colour,
            "width": 1.5 if is_dashed else 2,
            "type": [4, 4] if is_dashed else "solid",
            "join": "round",
        },
        "emphasis": {"disabled": is_dashed, "scale": False},
    }
    if not is_dashed:
        line["areaStyle"] = {"color": "var(--accent)", "opacity": 0.06}
    return line


def _trend_words(
    points: Sequence[Point], *, measure: Measure, interval: str, is_running: bool
) -> str:
    over = without_running(points, is_running=is_running)
    known = [point for point in over if point.value is not None]
    if not known:
        return f"{measure.label} by {interval}: no figures"
    low = min(known, key=lambda point: point.value or 0)
    high = max(known, key=lambda point: point.value or 0)
    return (
        f"{measure.label} by {interval} from {known[0].period} to {known[-1].period}, "
        f"lowest {_say(low.value)} on {low.period}, highest {_say(high.value)} on {high.period}"
    )


def _say(value: float | None) -> str:
    text = f"{value or 0:,.2f}"
    return text.rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Item:
    """A named amount of a ranking; choosing it changes the view as ``go`` says."""

    name: str
    value: float
    go: str | None = None


def ranking(items: Sequence[Item], *, measure: Measure) -> Drawing:
    """Horizontal bars, the greatest on top, each with its amount at its end."""
    top_down = list(reversed(items))
    return {
        "figures": [[measure.row(measure.label)]],
        "words": f"{measure.label}: " + ", ".join(f"{i.name} {_say(i.value)}" for i in items[:5]),
        "option": {
            "animation": False,
            "textStyle": TEXT,
            "grid": {
                "left": 8,
                "right": 64,
                "top": 2,
                "bottom": 2,
                "outerBoundsMode": "same",
                "outerBoundsContain": "axisLabel",
            },
            "tooltip": {**TOOLTIP, "trigger": "item", "formatter": "fn:tip:"},
            "xAxis": {"type": "value", "show": False, "min": 0},
            "yAxis": {
                "type": "category",
                "data": [item.name for item in top_down],
                "axisLine": {"show": False},
                "axisTick": {"show": False},
                "axisLabel": {
                    **TEXT,
                    "color": "var(--text-soft)",
                    "fontSize": 12.5,
                    "formatter": "fn:clip:30",
                },
            },
            "series": [
                {
                    "type": "bar",
                    "barMaxWidth": 18,
                    "barCategoryGap": "38%",
                    "itemStyle": {"color": "var(--accent)", "borderRadius": 4},
                    "emphasis": {"itemStyle": {"color": "var(--accent)", "opacity": 0.85}},
                    "label": {
                        "show": True,
                        "position": "right",
                        **TEXT,
                        "color": "var(--text-soft)",
                        "formatter": f"fn:label:{measure.unit},{measure.currency or ''}",
                    },
                    "data": [{"value": i.value, "name": i.name, "go": i.go} for i in top_down],
                }
            ],
        },
    }


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing seen from two sides, with a size."""

    name: str
    x: float
    y: float
    size: float


def scatter(spots: Sequence[Spot], *, x: Measure, y: Measure, size: Measure) -> Drawing:
    """Bubbles: how often something is seen against how well it does, as large as what it earns."""
    largest = max((spot.size for spot in spots), default=0) or 1
    data = [
        {
            "value": [spot.x, spot.y],
            "name": spot.name,
            "x": spot.x,
            "y": spot.y,
            "size": spot.size,
            "symbolSize": round(6 + 26 * (spot.size / largest) ** 0.5, 1),
        }
        for spot in spots
    ]
    return {
        "figures": [[x.row(x.label, "x"), y.row(y.label, "y"), size.row(size.label, "size")]],
        "words": f"{len(spots)} points: {x.label} against {y.label}",
        "option": {
            "animation": False,
            "textStyle": TEXT,
            "grid": {
                "left": 8,
                "right": 18,
                "top": 28,
                "bottom": 24,
                "outerBoundsMode": "same",
                "outerBoundsContain": "axisLabel",
            },
            "tooltip": {**TOOLTIP, "trigger": "item", "formatter": "fn:tip:"},
            "xAxis": {
                **value_axis(x),
                "name": x.label,
                "nameLocation": "middle",
                "nameGap": 28,
                "nameTextStyle": TEXT,
                "splitLine": {"show": False},
                "axisTick": {"show": False},
                "axisLine": {"show": True, "lineStyle": {"color": "var(--line)"}},
            },
            "yAxis": {
                **value_axis(y),
                "axisLine": {"show": False},
                "axisTick": {"show": False},
                "name": y.label,
                "nameLocation": "end",
                "nameGap": 12,
                "nameTextStyle": {**TEXT, "align": "left"},
            },
            "series": [
                {
                    "type": "scatter",
                    "itemStyle": {
                        "color": "var(--accent)",
                        "opacity": 0.45,
                        "borderColor": "var(--accent)",
                        "borderWidth": 1,
                    },
                    "emphasis": {"itemStyle": {"opacity": 0.8}},
                    "data": data,
                }
            ],
        },
    }
