"""The parts of the Live page, drawn from what was fetched."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from htmltools import TagChild

from clickstream.analytics import Report
from clickstream.dashboard import charts, kit, series, tables
from clickstream.dashboard.metrics import metric, number

TILES: Final = ("visitors", "sessions", "page_views", "events", "purchases")
NONE: Final = "Nobody in the last 30 minutes"


def headline(report: Report) -> TagChild:
    """The last half hour in figures."""
    return kit.tiles([_tile(name, report) for name in TILES])


def _tile(name: str, report: Report) -> kit.Tile:
    value = number(report.summary.get(name))
    if name == "purchases":
        return kit.Tile("Purchases", value, "count", "Events whose action is purchase.")
    known = metric(name)
    return kit.Tile(known.title, value, known.unit, known.definition)


def chart(report: Report) -> charts.Drawing | None:
    """Visitors of each minute."""
    if not report.summary.get("events"):
        return None
    labels = [row["minute"].strftime("%Y-%m-%dT%H:%M") for row in report.rows]
    visitors = series.Series("Visitors", [number(row["visitors"]) for row in report.rows])
    measure = charts.Measure("Visitors", "count")
    # The last minute is that of the question itself, and so not over.
    return series.stacks(labels, [visitors], measure=measure, interval="minute", is_running=True)


def top(report: Report, key: str, head: str) -> TagChild:
    """The pages or events with the most visitors."""
    found = report.summary.get(f"{key}s" if key == "page" else "event_names")
    rows: Sequence[Mapping[str, Any]] = found if isinstance(found, Sequence) else ()
    if not rows:
        return kit.words(
            NONE,
            "Events show here once they are loaded: within seconds under clickstream up, else "
            "with the next load.",
        )
    bars = [kit.Bar(str(row[key] or tables.NONE), number(row["visitors"]) or 0) for row in rows]
    return kit.bar_list(bars, unit="count", heads=(head, "Visitors"))


def rows(report: Report) -> list[list[object]]:
    return [[row[column.name] for column in report.columns] for row in report.rows]
