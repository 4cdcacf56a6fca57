"""Attribution: which channels, sources or campaigns brought the orders, by each model."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.outputs import show
from clickstream.dashboard.pages import attribution_data as data
from clickstream.dashboard.pages import attribution_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "attribution"


@module.ui
def attribution_ui() -> TagList:
    return TagList(
        tags.div(ui.output_ui("headline"), class_="card"),
        tags.div(
            tags.section(
                ui.output_ui("controls"),
                ui.output_ui("table"),
                class_="card span-12",
                aria_label="Credit by model",
            ),
            kit.card(
                "How each model gives credit",
                tags.div(parts.notes(), class_="card-body"),
                sub="The credits of every model add up to the orders, and to their revenue",
            ),
            class_="grid",
        ),
    )


@module.server
def attribution_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    found = desk.load(KEY, lambda view: data.fetch_credits(office, view), keys=data.KEYS)

    @output(id="controls")
    @render_html
    def _controls() -> TagChild:
        return parts.controls(desk.own())

    show(output, "headline", found, parts.headline, waiting="strip")
    show(output, "table", found, lambda shown: parts.draw_table(shown, desk.own()))


async def _sheet(office: Office, view: View) -> Sheet:
    found = await data.fetch_credits(office, view)
    return tables.sheet(parts.table(found, data.chosen_measure(view)), view)


ATTRIBUTION: Final = Page(
    key=KEY,
    title="Attribution",
    icon=KEY,
    group="Marketing",
    ui=attribution_ui,
    server=attribution_server,
    fetches=(data.fetch_credits,),
    exports={"credits": _sheet},
)
