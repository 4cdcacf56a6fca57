"""The parts of the Funnels page, drawn from what was fetched."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from htmltools import Tag, TagChild, tags

from clickstream.analytics import Report
from clickstream.dashboard import charts, kit, series, tables
from clickstream.dashboard.filters import DIMENSIONS, View
from clickstream.dashboard.icons import svg
from clickstream.dashboard.metrics import metric, number
from clickstream.dashboard.pages.funnels_data import FIELDS, Trend
from clickstream.dashboard.steps import say_step
from clickstream.dashboard.tables import Heading, Table

NOBODY: Final = "Nobody came through in these dates"
HEADS: Final = ("rate_from_first", "rate_from_previous", "drop_off")


def counted(report: Report) -> str:
    """What the funnel counts, in words."""
    return "Visitors" if report.params.get("unit") == "visitor" else "Sessions"


def headline(report: Report) -> TagChild:
    """How many came in, how many came through, and how fast."""
    counts = [number(row["count"]) or 0 for row in report.rows]
    times = _times(report)
    units = counted(report).lower()
    rate = number(report.rows[-1]["rate_from_first"]) if report.rows else None
    first, last = say_step(_names(report)[0]), say_step(_names(report)[-1])
    return kit.tiles([
        kit.Tile("Came in", counts[0], "count", under=f"{units}: {first}"),
        kit.Tile("Came through", counts[-1], "count", under=f"{units}: {last}"),
        kit.Tile("Conversion", rate, "rate", metric("rate_from_first").definition),
        kit.Tile(
            "Half took at most",
            number(times.get("median_seconds")),
            "seconds",
            metric("time_to_convert").definition,
        ),
    ])  # fmt: skip


def _names(report: Report) -> list[str]:
    return [str(row["name"]) for row in report.rows]


def _times(report: Report) -> Mapping[str, Any]:
    times = report.summary.get("time_to_convert")
    return times if isinstance(times, Mapping) else {}


def bars(report: Report) -> TagChild:
    """A bar a step, as long as the share that came that far."""
    if not report.rows or not report.rows[0]["count"]:
        return kit.words(
            "Nobody took the first step",
            "Choose other dates, fewer filters, or another first step.",
        )
    head = tags.div(
        tags.span(),
        tags.span(),
        tags.span(counted(report)),
        *(_head(name) for name in HEADS),
        tags.span("Median time"),
        class_="fstep fstep-head",
    )
    units = counted(report).lower()
    return tags.div(head, *(_step(row, units) for row in report.rows), class_="fsteps")


def _head(name: str) -> Tag:
    known = metric(name)
    return tags.span(known.title, kit.hint(known.title, known.definition))


def _step(row: Mapping[str, Any], units: str) -> Tag:
    is_first = row["step"] == 1
    first = number(row["rate_from_first"]) or 0
    name = say_step(str(row["name"]))
    before = None if is_first else number(row["rate_from_previous"])
    return tags.div(
        tags.span(tags.i(str(row["step"])), name, class_="fstep-name", title=name),
        svg(Tag("rect", width=f"{max(0.4, 100 * first):.2f}%", height="100%", rx="6")),
        _figure(number(row["count"]), "count", counted_as=units),
        _figure(first, "rate", counted_as=metric("rate_from_first").title, class_="all"),
        _figure(before, "rate", counted_as=metric("rate_from_previous").title),
        _figure(None if is_first else number(row["drop_off"]), "count", counted_as="lost"),
        _figure(number(row["median_seconds_from_previous"]), "seconds", counted_as="median"),
        class_="fstep",
    )


def _figure(value: float | None, unit: str, *, counted_as: str, class_: str = "") -> Tag:
    """A figure; what it counts stands under it where the columns have no heads."""
    shown = kit.figure(value, unit, is_compact=False)
    classes = " ".join(filter(None, (class_, "is-none" if value is None else "")))
    return tags.span(shown, tags.small(counted_as), class_=classes or None)


def time_chart(report: Report) -> charts.Drawing | None:
    """How the times from the first to the last step are spread."""
    bins = _times(report).get("bins") or []
    columns = [series.Column(float(one["from_seconds"]), float(one["units"])) for one in bins]
    if not columns:
        return None
    known = metric("time_to_convert")
    return series.columns(
        columns,
        x=charts.Measure(known.title, known.unit),
        y=charts.Measure(counted(report), "count"),
    )


def trend_chart(found: Trend) -> charts.Drawing | None:
    """The share that came through, by when the first step was taken."""
    if not any(point.value for point in found.rates):
        return None
    return series.lines(
        [point.period for point in found.rates],
        [series.Series("Conversion", [point.value for point in found.rates])],
        measure=charts.Measure("Conversion", "rate"),
        interval=found.interval,
        is_running=found.is_running,
    )


def by_table(report: Report, by: str) -> Table:
    """A row a value of the field: how many came to each step, and how many through."""
    names = list(dict.fromkeys((row["step"], str(row["name"])) for row in report.rows))
    rows: dict[object, dict[str, Any]] = {}
    for row in report.rows:
        line = rows.setdefault(row[by], {by: row[by]})
        line[f"step_{row['step']}"] = row["count"]
        line["conversion"] = row["rate_from_first"]
    headings = [
        Heading(key=by, title=FIELDS[by], filters=by if by in DIMENSIONS else None),
        *(Heading(key=f"step_{n}", title=say_step(name), unit="count") for n, name in names),
        Heading(
            key="conversion",
            title="Conversion",
            unit="rate",
            meaning=metric("rate_from_first").definition,
            has_bar=True,
        ),
    ]
    return Table(
        label=f"Funnel by {FIELDS[by].lower()}",
        headings=headings,
        rows=list(rows.values()),
        order="-step_1",
        rows_per_page=12,
    )


def by_part(report: Report | None, by: str, view: View) -> TagChild:
    if report is None or not by:
        return kit.words(
            "See whom you lose",
            "Choose a field under “Broken down by” to see the funnel for each of its values.",
            *(
                tags.button(
                    {"data-set": kit.pairs(by=name)},
                    FIELDS[name],
                    type="button",
                    class_="button small",
                )
                for name in ("device", "channel", "visitor_type")
            ),
        )
    return tables.draw(by_table(report, by), view)


def step_rows(report: Report) -> Sequence[Sequence[object]]:
    """The steps to take away."""
    return [
        (
            row["step"], row["name"], row["count"], row["rate_from_first"],
            row["rate_from_previous"], row["drop_off"], row["median_seconds_from_previous"],
            row["mean_seconds_from_previous"],
        )
        for row in report.rows
    ]  # fmt: skip
