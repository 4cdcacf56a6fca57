"""The parts of the Acquisition page, drawn from what was fetched."""

from collections.abc import Sequence

from htmltools import TagChild

from clickstream.dashboard import charts, kit, series, tables
from clickstream.dashboard.filters import DIMENSIONS, View
from clickstream.dashboard.metrics import number
from clickstream.dashboard.pages.acquisition_data import GROUPS, ONE, Acquisition, Course
from clickstream.dashboard.tables import Heading, Row, Table, metric_heading

ASSISTANT_ROWS = 8


def course_chart(found: Course) -> charts.Drawing | None:
    """Sessions over time, a line a value."""
    if not found.labels:
        return None
    lines = [
        series.Series(name, values, place)
        for place, (name, values) in enumerate(found.lines.items(), 1)
    ]
    measure = charts.Measure("Sessions", "count")
    return series.lines(
        found.labels,
        lines,
        measure=measure,
        interval=found.interval,
        is_running=found.is_running,
    )


def course_legend(found: Course) -> TagChild:
    return kit.legend((name, place) for place, name in enumerate(found.lines, 1))


def table(found: Acquisition) -> Table:
    """What each value brought: sessions, their quality, and their orders."""
    is_compared = any("sessions_previous" in row for row in found.rows)
    changed = [Heading(key="sessions_change", title="Change", unit="change")] if is_compared else []
    return Table(
        label=GROUPS[found.by],
        headings=[
            Heading(
                key=found.by,
                title=ONE[found.by],
                filters=found.by if found.by in DIMENSIONS else None,
            ),
            metric_heading("sessions", has_bar=True),
            *changed,
            metric_heading("visitors"),
            metric_heading("engaged_rate"),
            metric_heading("pages_per_session"),
            metric_heading("orders"),
            metric_heading("conversion_rate"),
            metric_heading("revenue", has_bar=True),
            metric_heading("average_order_value"),
            *spend_headings(found.rows),
        ],
        rows=found.rows,
        order="-sessions",
        currency=found.currency,
        searched=(found.by,),
    )


def spend_headings(rows: Sequence[Row]) -> list[Heading]:
    """What was spent and what came back, where any spend is known."""
    if not any(row.get("spend") for row in rows):
        return []
    return [
        Heading(key="spend", title="Spend", unit="money", meaning="What was paid for it."),
        Heading(
            key="roas",
            title="Return on spend",
            unit="ratio",
            meaning="Revenue divided by spend: 1 gives back what was paid.",
        ),
        Heading(
            key="cost_per_acquisition",
            title="Cost per order",
            unit="money",
            meaning="Spend divided by orders.",
        ),
    ]


def draw_table(found: Acquisition, view: View) -> TagChild:
    return tables.draw(table(found), view)


def assistants(found: Acquisition) -> TagChild:
    """The AI assistants that sent visitors, with their part of the assistants' sessions."""
    total = sum(number(row["sessions"]) or 0 for row in found.rows)
    if not total:
        return kit.words(
            "No visit from an AI assistant",
            "Visitors who follow a link in ChatGPT, Copilot, Gemini, Perplexity and the like are "
            "counted here.",
        )
    bars = [
        kit.Bar(
            name=str(row["source"] or tables.NONE),
            value=number(row["sessions"]) or 0,
            share=(number(row["sessions"]) or 0) / total,
            toggle=kit.pairs(source=str(row["source"] or tables.NONE)),
        )
        for row in found.rows[:ASSISTANT_ROWS]
    ]
    return kit.bar_list(bars, unit="count", heads=("Assistant", "Sessions", "Share"))
