"""Journeys: the ways through the shop, as a flow and as the paths that are taken most."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.loading import Ready
from clickstream.dashboard.outputs import chart_box, part, show, show_chart
from clickstream.dashboard.pages import journeys_data as data
from clickstream.dashboard.pages import journeys_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "journeys"


@module.ui
def journeys_ui() -> TagList:
    flow = tags.section(
        ui.output_ui("controls"),
        tags.div(chart_box("flow", class_="flow"), class_="card-body"),
        tags.p(
            "Bands are as wide as the sessions that take them; what a step holds more than it "
            "passes on has left. Choose a node to see what follows from it.",
            class_="foot",
        ),
        class_="card span-12",
        aria_label="Flow",
    )
    return TagList(
        tags.div(
            flow,
            kit.card(
                "Top paths",
                part("paths"),
                sub="The ways that most sessions took",
                tools=kit.export_link(f"{KEY}-paths"),
                span=7,
            ),
            kit.card(
                "Where they come through",
                ui.output_ui("nodes"),
                sub="And how often it was the last thing seen",
                tools=kit.export_link(f"{KEY}-nodes"),
                span=5,
            ),
            class_="grid first",
        )
    )


@module.server
def journeys_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    found = desk.load(KEY, lambda view: data.fetch_journeys(office, view), keys=data.KEYS)

    @output(id="controls")
    @render_html
    def _controls() -> TagChild:
        shown = found()
        nodes = parts.node_names(shown.value) if isinstance(shown, Ready) else ()
        return parts.controls(desk.own(), nodes)

    show_chart(output, "flow", found, parts.sankey)
    show(output, "paths", found, parts.paths)
    show(output, "nodes", found, lambda report: parts.draw_nodes(report, desk.own()))


async def _paths_sheet(office: Office, view: View) -> Sheet:
    report = await data.fetch_journeys(office, view)
    return Sheet(("path", "sessions"), parts.path_rows(report))


async def _nodes_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.nodes_table(await data.fetch_journeys(office, view)), view)


JOURNEYS: Final = Page(
    key=KEY,
    title="Journeys",
    icon=KEY,
    group="Behaviour",
    ui=journeys_ui,
    server=journeys_server,
    fetches=(data.fetch_journeys,),
    exports={"paths": _paths_sheet, "nodes": _nodes_sheet},
)
