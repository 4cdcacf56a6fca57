"""Overview: how the shop does, against the period before, and where its visitors come from."""

from typing import Final

from htmltools import Tag, TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, reactive, ui

from clickstream.dashboard import kit
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.loading import Ready
from clickstream.dashboard.outputs import chart_box, show_chart
from clickstream.dashboard.pages import overview_data as data
from clickstream.dashboard.pages import overview_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "overview"


@module.ui
def overview_ui() -> TagList:
    return TagList(
        tags.div(
            ui.output_ui("headline"),
            tags.div(
                ui.output_ui("trend_head"),
                chart_box("trend"),
                class_="trend",
            ),
            class_="card",
        ),
        tags.div(
            _list("channels", "Top channels", "Sessions by what brought the visitor", span=6),
            kit.card(
                "Checkout",
                tags.div(ui.output_ui("funnel"), class_="card-body"),
                sub="Visitors who reach each step within 14 days of the first",
                tools=kit.export_link(f"{KEY}-funnel"),
                span=6,
            ),
            _list("pages", "Top pages", "Page views by address", span=7),
            _list("devices", "Devices", "Sessions by kind of device", span=5),
            class_="grid",
        ),
    )


def _list(output: str, title: str, sub: str, *, span: int) -> Tag:
    body = tags.div(ui.output_ui(output), class_="card-body")
    return kit.card(title, body, sub=sub, tools=kit.export_link(f"{KEY}-{output}"), span=span)


@module.server
def overview_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    headline = desk.load(KEY, lambda view: data.fetch_headline(office, view))
    trend = desk.load(KEY, lambda view: data.fetch_trend(office, view), keys=("metric", "interval"))
    funnel = desk.load(KEY, lambda view: data.fetch_funnel(office, view))
    pages = desk.load(KEY, lambda view: data.fetch_pages(office, view))
    channels = desk.load(KEY, lambda view: data.fetch_channels(office, view))
    devices = desk.load(KEY, lambda view: data.fetch_devices(office, view))

    @output(id="headline")
    @render_html
    def _headline() -> TagChild:
        view = desk.own()
        return kit.block(headline(), lambda found: parts.headline(found, view), waiting="strip")

    @output(id="trend_head")
    @render_html
    def _trend_head() -> TagChild:
        shown, beside = trend(), headline()
        if not isinstance(shown, Ready):
            return None
        currencies = beside.value.currencies if isinstance(beside, Ready) else ()
        with reactive.isolate():
            period = office.period(desk.view().filters)
        return parts.trend_head(shown.value, period, currencies)

    show_chart(output, "trend", trend, parts.trend_drawing)

    @output(id="funnel")
    @render_html
    def _funnel() -> TagChild:
        return kit.block(funnel(), parts.funnel)

    @output(id="pages")
    @render_html
    def _pages() -> TagChild:
        heads = ("Page", "Views")
        return kit.block(pages(), lambda found: parts.shares(found, dimension=None, heads=heads))

    @output(id="channels")
    @render_html
    def _channels() -> TagChild:
        heads = ("Channel", "Sessions")
        return kit.block(
            channels(), lambda found: parts.shares(found, dimension="channel", heads=heads)
        )

    @output(id="devices")
    @render_html
    def _devices() -> TagChild:
        heads = ("Device", "Sessions")
        return kit.block(
            devices(), lambda found: parts.shares(found, dimension="device", heads=heads)
        )


async def _channels_sheet(office: Office, view: View) -> Sheet:
    found = await data.fetch_channels(office, view)
    return Sheet(("channel", "sessions", "share"), [(s.name, s.value, s.share) for s in found])


async def _devices_sheet(office: Office, view: View) -> Sheet:
    found = await data.fetch_devices(office, view)
    return Sheet(("device", "sessions", "share"), [(s.name, s.value, s.share) for s in found])


async def _pages_sheet(office: Office, view: View) -> Sheet:
    found = await data.fetch_pages(office, view)
    return Sheet(("page", "views", "share"), [(s.name, s.value, s.share) for s in found])


async def _funnel_sheet(office: Office, view: View) -> Sheet:
    head = ("step", "name", "count", "rate_from_first", "rate_from_previous")
    report = await data.fetch_funnel(office, view)
    return Sheet(head, [[row[name] for name in head] for row in report.rows])


OVERVIEW: Final = Page(
    key=KEY,
    title="Overview",
    icon="overview",
    ui=overview_ui,
    server=overview_server,
    fetches=(
        data.fetch_headline,
        data.fetch_trend,
        data.fetch_funnel,
        data.fetch_pages,
        data.fetch_channels,
        data.fetch_devices,
    ),
    exports={
        "channels": _channels_sheet,
        "devices": _devices_sheet,
        "funnel": _funnel_sheet,
        "pages": _pages_sheet,
    },
)
