"""Live: what happened in the last 30 minutes; it asks again by itself."""

from typing import Final

from htmltools import TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.outputs import chart_box, part, show, show_chart
from clickstream.dashboard.pages import live_data as data
from clickstream.dashboard.pages import live_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet

KEY: Final = "live"


@module.ui
def live_ui() -> TagList:
    return TagList(
        tags.section(
            ui.output_ui("headline"),
            tags.div(
                tags.div(
                    tags.h2(tags.i(class_="pulse", aria_hidden="true"), "Visitors a minute"),
                    tags.div(
                        "The last 30 minutes, whatever the dates; asked again every "
                        f"{data.EVERY} seconds",
                        class_="sub",
                    ),
                ),
                kit.export_link(f"{KEY}-minutes"),
                class_="card-head lined",
            ),
            tags.div(chart_box("minutes"), class_="card-body"),
            class_="card",
            aria_label="The last 30 minutes",
        ),
        tags.div(
            kit.card("Pages", part("pages"), sub="By visitors in the last 30 minutes", span=6),
            kit.card("Events", part("names"), sub="By visitors in the last 30 minutes", span=6),
            class_="grid",
        ),
    )


@module.server
def live_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    found = desk.load(KEY, lambda view: data.fetch_live(office, view), every=data.EVERY)
    show(output, "headline", found, parts.headline, waiting="strip")
    show(output, "pages", found, lambda report: parts.top(report, "page", "Page"))
    show(output, "names", found, lambda report: parts.top(report, "event_name", "Event"))
    show_chart(output, "minutes", found, parts.chart, nothing=parts.NONE)


async def _sheet(office: Office, view: View) -> Sheet:
    report = await data.fetch_live(office, view)
    return Sheet([column.name for column in report.columns], parts.rows(report))


LIVE: Final = Page(
    key=KEY,
    title="Live",
    icon=KEY,
    ui=live_ui,
    server=live_server,
    fetches=(data.fetch_live,),
    exports={"minutes": _sheet},
)
