"""The drawing of a flow: what goes from where to where, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

from clickstream.dashboard.charts import TEXT, TOOLTIP, Drawing, Measure
from clickstream.dashboard.series import colour_of


@dataclass(frozen=True, slots=True)
class Stop:
    """A node at a step; ``key`` is its own, ``go`` what choosing it changes in the view."""

    key: str
    name: str
    depth: int
    colour: int
    go: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """How much goes from one stop to another."""

    source: str
    target: str
    value: float


def sankey(stops: Sequence[Stop], links: Sequence[Link], *, measure: Measure, text: str) -> Drawing:
    """Stops in columns by their step, and bands between them as wide as what they carry."""
    names = {stop.key: stop.name for stop in stops}
    last = max((stop.depth for stop in stops), default=0)
    return {
        "figures": [[measure.row(measure.label)]],
        "words": text,
        "option": {
            "animation": False,
            "textStyle": TEXT,
            "tooltip": {**TOOLTIP, "trigger": "item", "formatter": "fn:tip:"},
            "series": [
                {
                    "type": "sankey",
                    "left": 4,
                    "right": 128,
                    "top": 8,
                    "bottom": 8,
                    "nodeWidth": 10,
                    "nodeGap": 12,
                    "draggable": False,
                    "layoutIterations": 24,
                    "emphasis": {"focus": "trajectory", "lineStyle": {"opacity": 0.5}},
                    "lineStyle": {"color": "source", "opacity": 0.22, "curveness": 0.5},
                    "label": {
                        **TEXT,
                        "color": "var(--text)",
                        "fontSize": 12,
                        "formatter": "fn:title:22",
                        "textBorderColor": "var(--panel)",
                        "textBorderWidth": 3,
                    },
                    "data": [
                        {
                            "name": stop.key,
                            "title": stop.name,
                            "depth": stop.depth,
                            "itemStyle": {"color": colour_of(stop.colour), "borderWidth": 0},
                            "go": stop.go,
                        }
                        for stop in sorted(stops, key=lambda stop: stop.depth)
                    ],
                    "links": [
                        {
                            "source": link.source,
                            "target": link.target,
                            "value": link.value,
                            "title": f"{names[link.source]} → {names[link.target]}",
                        }
                        for link in links
                    ],
                    "levels": [{"depth": depth} for depth in range(last + 1)],
                }
            ],
        },
    }
