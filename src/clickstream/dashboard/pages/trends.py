"""Trends: any metric over time, beside the period before or broken down by any field."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.outputs import chart_box, show, show_chart
from clickstream.dashboard.pages import trends_data as data
from clickstream.dashboard.pages import trends_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "trends"


@module.ui
def trends_ui() -> TagList:
    drawn = tags.section(
        ui.output_ui("controls"),
        tags.div(ui.output_ui("legend"), class_="card-body tight"),
        tags.div(chart_box("chart", class_="tall"), class_="card-body"),
        class_="card span-12",
        aria_label="Trend",
    )
    table = kit.card(
        "In figures",
        ui.output_ui("table"),
        sub="Values of a field are counted over the whole period, not added up from its parts",
        tools=kit.export_link(f"{KEY}-table"),
    )
    return TagList(tags.div(drawn, table, class_="grid first"))


@module.server
def trends_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    found = desk.load(KEY, lambda view: data.fetch_trend(office, view), keys=data.KEYS)

    @output(id="controls")
    @render_html
    def _controls() -> TagChild:
        view = desk.view()
        return parts.controls(view, office.period(view.filters))

    show(output, "legend", found, parts.legend, waiting="line")
    show_chart(output, "chart", found, parts.chart)
    show(output, "table", found, lambda shown: tables.draw(parts.table(shown), desk.own()))


async def _sheet(office: Office, view: View) -> Sheet:
    found = await data.fetch_trend(office, view)
    head = ("metric", "period", found.by or "value_of", "value", "currency")
    return Sheet(
        head,
        [
            (found.metric, row["period"], row["value_of"], row["value"], found.currency)
            for row in parts.csv_rows(found)
        ],
    )


async def _table_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.table(await data.fetch_trend(office, view)), view)


TRENDS: Final = Page(
    key=KEY,
    title="Trends",
    icon=KEY,
    ui=trends_ui,
    server=trends_server,
    fetches=(data.fetch_trend,),
    exports={"trend": _sheet, "table": _table_sheet},
)
