"""The parts of the Retention page, drawn from what was fetched."""

from collections.abc import Sequence
from typing import Final

from htmltools import Tag, TagChild, tags

from clickstream.analytics import Report
from clickstream.dashboard import charts, kit, series, tables
from clickstream.dashboard.filters import Period, View
from clickstream.dashboard.metrics import metric, number
from clickstream.dashboard.pages.retention_data import (
    FIRSTS,
    INTERVALS,
    Cell,
    Cohort,
    Retention,
    chosen_interval,
)

STATES: Final = {
    "new": ("New", 1, "First session ever in the period."),
    "returning": ("Returning", 2, "Here in the period, and in the one before."),
    "resurrected": ("Resurrected", 3, "Here in the period after a break of one period or more."),
    "dormant": ("Dormant", 8, "Here in the period before, and not in this one."),
}


def controls(view: View, period: Period) -> Tag:
    """What makes a cohort, how long its periods are, and what counts as coming again."""
    return tags.div(
        kit.segments(
            FIRSTS.items(), key="of", chosen=view.choice("of", FIRSTS, "visit"), label="Cohort"
        ),
        kit.segments(
            INTERVALS.items(), key="interval", chosen=chosen_interval(view, period), label="Periods"
        ),
        kit.switch("In it or later", key="later", is_on=view.text("later") == "on"),
        tags.span(class_="push"),
        kit.export_link("retention-cohorts", text="CSV"),
        class_="table-tools",
    )


def heat_map(found: Retention) -> TagChild:
    """A row a cohort, a column a period after its first; the darker, the more came again."""
    if not found.cohorts:
        return kit.nothing_here()
    strongest = max(
        (cell.rate or 0 for cohort in found.cohorts for cell in cohort.cells[1:]), default=0
    )
    numbers = range(len(found.average))
    head = tags.tr(
        tags.th(f"Came first in the {found.interval}", scope="col"),
        tags.th("People", scope="col"),
        *(tags.th(_period(found.interval, n), scope="col") for n in numbers),
    )
    average = tags.tr(
        tags.th("All together", scope="row"),
        tags.td(kit.figure(sum(c.size for c in found.cohorts), "count", is_compact=False)),
        *(
            _shade(rate, strongest, place, is_complete=True)
            for place, rate in enumerate(found.average)
        ),
        class_="average",
    )
    rows = (_row(cohort, found, strongest) for cohort in found.cohorts)
    sheet = tags.table(
        tags.thead(head), tags.tbody(average, *rows), class_="heat", aria_label="Retention"
    )
    return tables.scrolling(sheet, "Retention")


def _period(interval: str, place: int) -> str:
    return f"{INTERVALS[interval]} {place}"


def _row(cohort: Cohort, found: Retention, strongest: float) -> Tag:
    style = "month" if found.interval == "month" else "date"
    cells = [
        _shade(cell.rate, strongest, place, is_complete=cell.is_complete, cell=cell)
        for place, cell in enumerate(cohort.cells)
    ]
    missing = len(found.average) - len(cells)
    return tags.tr(
        tags.th(kit.moment(cohort.start, style), scope="row"),
        tags.td(kit.figure(cohort.size, "count", is_compact=False)),
        *cells,
        *(tags.td() for _ in range(missing)),
    )


def _shade(
    rate: float | None, strongest: float, place: int, *, is_complete: bool, cell: Cell | None = None
) -> Tag:
    """A cell as dark as its share of the strongest; the first period is everybody, and plain."""
    if rate is None:
        return tags.td()
    depth = 0.0 if place == 0 else min(1.0, rate / strongest) if strongest else 0.0
    depth *= 1 if is_complete else 0.6
    classes = ["shade", "dark" if depth > 0.6 else "", "" if is_complete else "running"]
    said = "" if cell is None else f"{cell.retained:,.0f} came again"
    return tags.td(
        kit.figure(rate, "share"),
        class_=" ".join(filter(None, classes)),
        style=f"--depth:{100 * depth:.0f}%",
        title=said + ("" if is_complete else "; the period is not over"),
    )


def curve(found: Retention) -> charts.Drawing | None:
    """The average share that came again, by how many periods later."""
    rates = list(found.average[1:])
    while rates and rates[-1] is None:
        rates.pop()
    if not rates:
        return None
    columns = [series.Column(place, rate or 0) for place, rate in enumerate(rates, 1)]
    return series.columns(
        columns,
        x=charts.Measure(f"{found.interval}s later", "count"),
        y=charts.Measure(metric("retention_rate").title, "rate"),
    )


def lifecycle_chart(report: Report) -> charts.Drawing | None:
    """Visitors of each period by their state; those who stayed away hang below the line."""
    if not any(number(row["visitors"]) for row in report.rows):
        return None
    labels = [str(row["period"]) for row in report.rows]
    drawn = [
        series.Series(name, [_signed(row[state], state) for row in report.rows], colour)
        for state, (name, colour, _) in STATES.items()
    ]
    return series.stacks(
        labels,
        drawn,
        measure=charts.Measure("Visitors", "count"),
        interval=str(report.params["interval"]),
        is_running=not report.rows[-1]["is_complete"],
    )


def _signed(value: object, state: str) -> float:
    amount = number(value) or 0
    return -amount if state == "dormant" else amount


def lifecycle_legend() -> Tag:
    shown = kit.legend((name, colour) for name, colour, _ in STATES.values())
    for (name, _, meaning), entry in zip(STATES.values(), shown.children, strict=True):
        if isinstance(entry, Tag):
            entry.append(kit.hint(name, meaning))
    return shown


def cohort_rows(found: Retention) -> Sequence[Sequence[object]]:
    return [
        (cohort.start, cohort.size, place, cell.retained, cell.rate, cell.is_complete)
        for cohort in found.cohorts
        for place, cell in enumerate(cohort.cells)
    ]
