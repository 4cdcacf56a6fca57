"""Customers: the shop's people in groups, and everybody who ordered."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.outputs import show
from clickstream.dashboard.pages import customers_data as data
from clickstream.dashboard.pages import customers_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "customers"


@module.ui
def customers_ui() -> TagList:
    groups = tags.div(
        tags.div(tags.h2("Segments"), tags.div(ui.output_ui("sub"), class_="sub")),
        tags.span(class_="push"),
        ui.output_ui("controls"),
        kit.export_link(f"{KEY}-segments"),
        class_="table-tools",
    )
    tools = kit.table_tools(
        ui.output_ui("tabs"),
        export=f"{KEY}-{KEY}",
        search="Customer or segment",
        label="Search the customers",
    )
    return TagList(
        tags.div(
            tags.section(
                groups, ui.output_ui("segments"), class_="card span-12", aria_label="Segments"
            ),
            tags.section(
                tools, ui.output_ui("customers"), class_="card span-12", aria_label="Customers"
            ),
            class_="grid first",
        )
    )


@module.server
def customers_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    groups = desk.load(KEY, lambda view: data.fetch_segments(office, view), keys=("kind",))
    people = desk.load(KEY, lambda view: data.fetch_customers(office, view))
    value = desk.load(KEY, lambda view: data.fetch_value(office, view), keys=("show",))

    @output(id="controls")
    @render_html
    def _controls() -> TagChild:
        return parts.controls(desk.own())

    @output(id="sub")
    @render_html
    def _sub() -> TagChild:
        return data.MEANINGS[data.chosen_kind(desk.own())]

    show(
        output,
        "segments",
        groups,
        lambda found: parts.draw_segments(found, desk.own()),
    )

    @output(id="tabs")
    @render_html
    def _tabs() -> TagChild:
        return parts.tabs(desk.own())

    @output(id="customers")
    @render_html
    def _customers() -> TagChild:
        view = desk.own()
        if data.shows_value(view):
            return kit.block(value(), lambda found: parts.draw_value(found, view))
        return kit.block(people(), lambda found: parts.draw_customers(found, view))


async def _segments_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.segments_table(await data.fetch_segments(office, view)), view)


async def _customers_sheet(office: Office, view: View) -> Sheet:
    value = await data.fetch_value(office, view)
    if value is not None:
        return tables.sheet(parts.value_table(value), view)
    return tables.sheet(parts.customers_table(await data.fetch_customers(office, view)), view)


CUSTOMERS: Final = Page(
    key=KEY,
    title="Customers & segments",
    icon=KEY,
    group="Commerce",
    ui=customers_ui,
    server=customers_server,
    fetches=(data.fetch_segments, data.fetch_customers, data.fetch_value),
    exports={"segments": _segments_sheet, KEY: _customers_sheet},
)
