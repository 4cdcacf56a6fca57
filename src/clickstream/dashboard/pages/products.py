"""Products: what is seen, put into carts and sold; by product, brand and category."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.outputs import chart_box, show_chart
from clickstream.dashboard.pages import products_kinds_parts as kinds
from clickstream.dashboard.pages import products_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.pages.products_data import (
    FIGURES,
    GROUPS,
    chosen_group,
    fetch_products,
)
from clickstream.dashboard.pages.products_kinds_data import chosen_kind, fetch_kind
from clickstream.dashboard.render import render_html

KEY: Final = "products"


@module.ui
def products_ui() -> TagList:
    tools = kit.table_tools(
        ui.output_ui("groups"),
        export=f"{KEY}-{KEY}",
        search="Search by name",
        label="Search",
    )
    return TagList(
        tags.div(
            _chart_card("ranking", "Best sellers", span=7),
            _chart_card("scatter", "Seen and wanted", span=5),
            tags.section(tools, ui.output_ui("table"), class_="card span-12", aria_label="Table"),
            kit.card(
                "Carts and discounts",
                ui.output_ui("kind"),
                sub=ui.output_ui("kind_sub"),
                tools=tags.div(
                    ui.output_ui("kind_tabs"), kit.export_link(f"{KEY}-kind"), class_="card-tools"
                ),
            ),
            class_="grid first",
        )
    )


def _chart_card(name: str, title: str, *, span: int) -> TagChild:
    box = tags.div(chart_box(name, class_="tall"), class_="card-body")
    return kit.card(title, box, sub=ui.output_ui(f"{name}_sub"), span=span)


@module.server
def products_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    found = desk.load(KEY, lambda view: fetch_products(office, view), keys=("by",))

    @output(id="groups")
    @render_html
    def _groups() -> TagChild:
        chosen = chosen_group(desk.own())
        return kit.segments(GROUPS.items(), key="by", chosen=chosen, label="Grouped by")

    @output(id="table")
    @render_html
    def _table() -> TagChild:
        view = desk.own()
        return kit.block(found(), lambda products: parts.table(products, view))

    kind = desk.load(KEY, lambda view: fetch_kind(office, view), keys=("by", "kind"))

    @output(id="kind")
    @render_html
    def _kind() -> TagChild:
        view = desk.own()
        return kit.block(kind(), lambda shown: kinds.draw(shown, view))

    @output(id="kind_tabs")
    @render_html
    def _kind_tabs() -> TagChild:
        return kinds.tabs(desk.own())

    @output(id="kind_sub")
    @render_html
    def _kind_sub() -> TagChild:
        return kinds.MEANINGS[chosen_kind(desk.own())]

    @output(id="ranking_sub")
    @render_html
    def _ranking_sub() -> TagChild:
        view = desk.own()
        title = parts.measure(parts.ranked_by(view), None).label.lower()
        return f"The ten {GROUPS[chosen_group(view)].lower()} with the most: {title}"

    @output(id="scatter_sub")
    @render_html
    def _scatter_sub() -> TagChild:
        return "Views against the share put into a cart; larger earns more"

    show_chart(
        output,
        "ranking",
        found,
        lambda shown: parts.ranking(shown, desk.own()),
        nothing="Nothing to rank in these dates",
    )
    show_chart(
        output,
        "scatter",
        found,
        lambda shown: parts.scatter(shown, desk.own()),
        nothing="No product was viewed in these dates",
    )


async def _sheet(office: Office, view: View) -> Sheet:
    products = await fetch_products(office, view)
    head = (products.group, "name", "brand_and_category", *FIGURES, "currency")
    return Sheet(head, parts.csv_rows(products))


async def _kind_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(kinds.table(await fetch_kind(office, view)), view)


PRODUCTS: Final = Page(
    key=KEY,
    title="Products",
    icon="products",
    group="Commerce",
    ui=products_ui,
    server=products_server,
    fetches=(fetch_products, fetch_kind),
    exports={KEY: _sheet, "kind": _kind_sheet},
)
