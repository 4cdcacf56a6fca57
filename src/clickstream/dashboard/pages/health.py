"""Data health: how fresh the figures are, what was loaded and rejected, and what stands out."""

from typing import Final

from htmltools import Tag, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit, tables
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.outputs import show
from clickstream.dashboard.pages import health_data as data
from clickstream.dashboard.pages import health_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet

KEY: Final = "health"
EVERY: Final = 30


@module.ui
def health_ui() -> TagList:
    def card(name: str, title: str, sub: str, *, span: int) -> Tag:
        tools = kit.export_link(f"{KEY}-{name}")
        return kit.card(title, ui.output_ui(name), sub=sub, tools=tools, span=span)

    return TagList(
        tags.div(ui.output_ui("headline"), class_="card"),
        tags.div(
            card("runs", "Runs of the ETL", "Those that began in these dates", span=12),
            card("checks", "Quality checks", "The latest result of each", span=12),
            card("rejects", "Rejected", "What lies in quarantine, by reason", span=6),
            card("anomalies", "What stood out", "Metrics other than expected", span=6),
            class_="grid",
        ),
    )


@module.server
def health_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    health = desk.load(KEY, lambda view: data.fetch_health(office, view), every=EVERY)
    checks = desk.load(KEY, lambda view: data.fetch_checks(office, view))
    unusual = desk.load(KEY, lambda view: data.fetch_anomalies(office, view))
    show(output, "headline", health, parts.headline, waiting="strip")
    show(output, "runs", health, lambda found: parts.draw_runs(found, desk.own()))
    show(output, "rejects", health, lambda found: parts.draw_rejects(found, desk.own()))
    show(output, "checks", checks, lambda found: parts.draw_checks(found, desk.own()))
    show(output, "anomalies", unusual, lambda found: parts.draw_anomalies(found, desk.own()))


async def _runs_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.runs_table(await data.fetch_health(office, view)), view)


async def _rejects_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.rejects_table(await data.fetch_health(office, view)), view)


async def _checks_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.checks_table(await data.fetch_checks(office, view)), view)


async def _anomalies_sheet(office: Office, view: View) -> Sheet:
    return tables.sheet(parts.anomalies_table(await data.fetch_anomalies(office, view)), view)


HEALTH: Final = Page(
    key=KEY,
    title="Data health",
    icon=KEY,
    group="Data",
    ui=health_ui,
    server=health_server,
    fetches=(data.fetch_health, data.fetch_checks, data.fetch_anomalies),
    exports={
        "runs": _runs_sheet,
        "rejects": _rejects_sheet,
        "checks": _checks_sheet,
        "anomalies": _anomalies_sheet,
    },
)
