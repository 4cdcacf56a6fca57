"""Events: the raw ones as they are stored, listed, filtered, and opened one by one."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.loading import Ready
from clickstream.dashboard.outputs import show
from clickstream.dashboard.pages import events_data as data
from clickstream.dashboard.pages import events_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "events"
EXPORTED: Final = (
    "event_id", "event_timestamp", "event_name", "action", "page", "product_name", "order_id",
    "value", "currency", "visitor_id", "session_id", "user_id", "channel", "device", "is_bot",
)  # fmt: skip


@module.ui
def events_ui() -> TagList:
    listed = tags.section(
        ui.output_ui("controls"), ui.output_ui("table"), class_="card", aria_label="Events"
    )
    return TagList(tags.div(listed, ui.output_ui("opened"), class_="explorer"))


@module.server
def events_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    found = desk.load(KEY, lambda view: data.fetch_sample(office, view), keys=data.KEYS)
    opened = desk.load(KEY, lambda view: data.fetch_opened(office, view), keys=("open",))
    names = desk.load(KEY, lambda view: data.fetch_names(office, view))

    @output(id="controls")
    @render_html
    def _controls() -> TagChild:
        known = names()
        return parts.controls(desk.own(), known.value if isinstance(known, Ready) else None)

    show(output, "table", found, lambda sample: parts.draw_table(sample, desk.own()))
    show(output, "opened", opened, parts.opened, waiting="line")


async def _sheet(office: Office, view: View) -> Sheet:
    sample = await data.fetch_sample(office, view, limit=data.EXPORTED)
    rows = [
        [row[name].isoformat() if name == "event_timestamp" else row[name] for name in EXPORTED]
        for row in sample.rows
    ]
    return Sheet(EXPORTED, rows)


EVENTS: Final = Page(
    key=KEY,
    title="Events",
    icon=KEY,
    group="Data",
    ui=events_ui,
    server=events_server,
    fetches=(data.fetch_sample, data.fetch_names),
    exports={KEY: _sheet},
)
