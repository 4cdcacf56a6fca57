"""Funnels: steps that are chosen here, how far people come through them, and how fast."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.analytics import Report
from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.loading import Ready
from clickstream.dashboard.outputs import chart_box, part, show, show_chart
from clickstream.dashboard.pages import funnels_builder as builder
from clickstream.dashboard.pages import funnels_data as data
from clickstream.dashboard.pages import funnels_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "funnels"


@module.ui
def funnels_ui() -> TagList:
    build = kit.card(
        "Steps",
        part("builder"),
        ui.output_ui("controls"),
        ui.output_ui("suggestions"),
        sub="What has to happen, one after the other",
        span=4,
    )
    result = tags.section(
        ui.output_ui("headline"),
        tags.div(
            tags.div(tags.h2("How far they come")),
            kit.export_link(f"{KEY}-steps"),
            class_="card-head lined",
        ),
        part("bars"),
        class_="card span-8",
        aria_label="How far they come",
    )
    return TagList(
        tags.div(
            build,
            result,
            kit.card(
                "Time to convert",
                tags.div(chart_box("times", class_="low"), class_="card-body"),
                sub="From the first step to the last, of those who came through",
                span=6,
            ),
            kit.card(
                "Conversion over time",
                tags.div(chart_box("trend", class_="low"), class_="card-body"),
                sub="By when the first step was taken; the latest may still convert",
                span=6,
            ),
            kit.card(
                "Broken down",
                ui.output_ui("by"),
                sub=ui.output_ui("by_sub"),
                tools=kit.export_link(f"{KEY}-by"),
            ),
            class_="grid first",
        )
    )


@module.server
def funnels_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    own = tuple(key for key in data.KEYS if key != "by")
    funnel = desk.load(KEY, lambda view: data.fetch_funnel(office, view), keys=own)
    by = desk.load(KEY, lambda view: data.fetch_by(office, view), keys=data.KEYS)
    trend = desk.load(KEY, lambda view: data.fetch_trend(office, view), keys=own)
    known = desk.load(KEY, lambda view: data.fetch_suggestions(office, view))

    show(output, "headline", funnel, parts.headline, waiting="strip")
    show(output, "bars", funnel, parts.bars)
    show(output, "by", by, lambda found: _by(found, desk.own()))
    show_chart(output, "times", funnel, parts.time_chart, nothing=parts.NOBODY)
    show_chart(output, "trend", trend, parts.trend_chart, nothing=parts.NOBODY)

    @output(id="builder")
    @render_html
    def _builder() -> TagChild:
        return builder.builder(desk.own(), office.saved)

    @output(id="controls")
    @render_html
    def _controls() -> TagChild:
        return builder.controls(desk.own(), office.saved)

    @output(id="suggestions")
    @render_html
    def _suggestions() -> TagChild:
        shown = known()
        return builder.suggestions(*shown.value) if isinstance(shown, Ready) else None

    @output(id="by_sub")
    @render_html
    def _by_sub() -> TagChild:
        by = data.chosen_field(desk.own())
        return (
            f"The same funnel by {data.FIELDS[by].lower()}" if by else "The same funnel by a field"
        )


def _by(found: Report | None, view: View) -> TagChild:
    named = str(found.params["by"]) if found else ""
    return parts.by_part(found, named, view)


async def _steps_sheet(office: Office, view: View) -> Sheet:
    report = await data.fetch_funnel(office, view)
    head = (
        "step", "name", "count", "rate_from_first", "rate_from_previous", "drop_off",
        "median_seconds_from_previous", "mean_seconds_from_previous",
    )  # fmt: skip
    return Sheet(head, parts.step_rows(report))


async def _by_sheet(office: Office, view: View) -> Sheet:
    by = data.chosen_field(view)
    report = await data.fetch_by(office, view)
    if report is None:
        return await _steps_sheet(office, view)
    return tables.sheet(parts.by_table(report, by), view)


FUNNELS: Final = Page(
    key=KEY,
    title="Funnels",
    icon=KEY,
    group="Behaviour",
    ui=funnels_ui,
    server=funnels_server,
    fetches=(data.fetch_funnel, data.fetch_by, data.fetch_trend, data.fetch_suggestions),
    exports={"steps": _steps_sheet, "by": _by_sheet},
)
