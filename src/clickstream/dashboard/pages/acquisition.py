"""Acquisition: where sessions came from, and what they brought."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.outputs import chart_box, part, show, show_chart
from clickstream.dashboard.pages import acquisition_data as data
from clickstream.dashboard.pages import acquisition_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "acquisition"


@module.ui
def acquisition_ui() -> TagList:
    tools = kit.table_tools(
        ui.output_ui("groups"),
        export=f"{KEY}-{KEY}",
        search="Search",
        label="Search the table",
    )
    return TagList(
        tags.div(
            kit.card(
                "Sessions over time",
                tags.div(ui.output_ui("legend"), class_="card-body tight"),
                tags.div(chart_box("course"), class_="card-body"),
                sub="The six with the most",
                span=8,
            ),
            kit.card(
                "AI assistants",
                part("assistants"),
                sub="Sessions that an assistant's answer brought",
                tools=kit.export_link(f"{KEY}-assistants"),
                span=4,
            ),
            tags.section(
                tools, ui.output_ui("table"), class_="card span-12", aria_label="Where from"
            ),
            class_="grid first",
        )
    )


@module.server
def acquisition_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    found = desk.load(KEY, lambda view: data.fetch_acquisition(office, view), keys=data.KEYS)
    course = desk.load(KEY, lambda view: data.fetch_course(office, view), keys=data.KEYS)
    assistants = desk.load(KEY, lambda view: data.fetch_assistants(office, view))

    @output(id="groups")
    @render_html
    def _groups() -> TagChild:
        chosen = data.chosen_group(desk.own())
        return kit.segments(data.GROUPS.items(), key="by", chosen=chosen, label="Grouped by")

    show(output, "table", found, lambda shown: parts.draw_table(shown, desk.own()))
    show(output, "legend", course, parts.course_legend, waiting="line")
    show_chart(output, "course", course, parts.course_chart)
    show(output, "assistants", assistants, parts.assistants)


async def _sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.table(await data.fetch_acquisition(office, view)), view)


async def _assistants_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.table(await data.fetch_assistants(office, view)), view)


ACQUISITION: Final = Page(
    key=KEY,
    title="Acquisition",
    icon=KEY,
    group="Marketing",
    ui=acquisition_ui,
    server=acquisition_server,
    fetches=(data.fetch_acquisition, data.fetch_course, data.fetch_assistants),
    exports={KEY: _sheet, "assistants": _assistants_sheet},
)
