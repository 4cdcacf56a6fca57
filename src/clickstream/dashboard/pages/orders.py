"""Orders: what was ordered and given back, and the carts that were left."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.loading import Loading
from clickstream.dashboard.outputs import chart_box, part, show, show_chart
from clickstream.dashboard.pages import orders_data as data
from clickstream.dashboard.pages import orders_parts as parts
from clickstream.dashboard.pages.orders_books import card, fetch_books, table
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "orders"


@module.ui
def orders_ui() -> TagList:
    tools = kit.table_tools(
        tags.h2("Orders"),
        export=f"{KEY}-{KEY}",
        search="Order, user, visitor or coupon",
        label="Search the orders",
    )
    return TagList(
        tags.div(ui.output_ui("headline"), class_="card"),
        tags.div(
            kit.card(
                "Over time",
                tags.div(chart_box("course", class_="low"), class_="card-body"),
                tools=ui.output_ui("figures"),
                span=7,
            ),
            kit.card(
                "Carts",
                part("carts"),
                sub="What became of those opened in the period, within 24 hours",
                tools=kit.export_link(f"{KEY}-carts"),
                span=5,
            ),
            tags.section(tools, ui.output_ui("table"), class_="card span-12", aria_label="Orders"),
            tags.div(ui.output_ui("books"), class_="span-12"),
            class_="grid",
        ),
    )


@module.server
def orders_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    found = desk.load(KEY, lambda view: data.fetch_orders(office, view))
    course = desk.load(KEY, lambda view: data.fetch_course(office, view), keys=("figure",))

    books = desk.load(KEY, lambda view: fetch_books(office, view))

    @output(id="books")
    @render_html
    def _books() -> TagChild:
        shown, view = books(), desk.own()
        return None if isinstance(shown, Loading) else kit.block(shown, lambda it: card(it, view))

    @output(id="figures")
    @render_html
    def _figures() -> TagChild:
        return parts.figures(desk.own())

    show(output, "headline", found, parts.headline, waiting="strip")
    show(output, "carts", found, parts.carts)
    show(output, "table", found, lambda shown: parts.draw_table(shown, desk.own()))
    show_chart(output, "course", course, parts.chart, nothing=parts.NONE)


async def _sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.table(await data.fetch_orders(office, view)), view)


async def _carts_sheet(office: Office, view: View) -> Sheet:
    found = await data.fetch_orders(office, view)
    return Sheet(tuple(found.carts), [tuple(found.carts.values())])


async def _books_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(table(await fetch_books(office, view)), view)


ORDERS: Final = Page(
    key=KEY,
    title="Orders & carts",
    icon=KEY,
    group="Commerce",
    ui=orders_ui,
    server=orders_server,
    fetches=(data.fetch_orders, data.fetch_course, fetch_books),
    exports={KEY: _sheet, "carts": _carts_sheet, "books": _books_sheet},
)
