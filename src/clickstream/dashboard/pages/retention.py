"""Retention: who comes again, by when they came first; and the visitors' lifecycle."""

from typing import Final

from htmltools import TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, module, ui

from clickstream.dashboard import kit
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import metric
from clickstream.dashboard.outputs import chart_box, show, show_chart
from clickstream.dashboard.pages import retention_data as data
from clickstream.dashboard.pages import retention_parts as parts
from clickstream.dashboard.pages.page import Page, Sheet
from clickstream.dashboard.render import render_html

KEY: Final = "retention"


@module.ui
def retention_ui() -> TagList:
    known = metric("retention_rate")
    cohorts = tags.section(
        ui.output_ui("controls"),
        ui.output_ui("heat"),
        tags.p(
            "Share of each cohort that came again; striped where the period is not over. ",
            kit.hint(known.title, known.definition),
            class_="foot lined-top",
        ),
        class_="card span-12",
        aria_label="Cohorts",
    )
    return TagList(
        tags.div(
            cohorts,
            kit.card(
                "On average",
                tags.div(chart_box("curve", class_="low"), class_="card-body"),
                sub="Share that came again, by how much later; complete periods only",
                span=5,
            ),
            kit.card(
                "Lifecycle",
                tags.div(parts.lifecycle_legend(), class_="card-body tight"),
                tags.div(chart_box("lifecycle", class_="low"), class_="card-body"),
                sub="Visitors of each period by whether they had been here before",
                tools=kit.export_link(f"{KEY}-lifecycle"),
                span=7,
            ),
            class_="grid first",
        )
    )


@module.server
def retention_server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:  # noqa: A002, ARG001
    office = desk.office
    found = desk.load(KEY, lambda view: data.fetch_retention(office, view), keys=data.KEYS)
    states = desk.load(KEY, lambda view: data.fetch_lifecycle(office, view), keys=("interval",))

    @output(id="controls")
    @render_html
    def _controls() -> TagChild:
        view = desk.view()
        return parts.controls(view, office.period(view.filters))

    show(output, "heat", found, parts.heat_map)
    show_chart(output, "curve", found, parts.curve)
    show_chart(output, "lifecycle", states, parts.lifecycle_chart)


async def _cohorts_sheet(office: Office, view: View) -> Sheet:
    found = await data.fetch_retention(office, view)
    head = ("cohort", "size", "period", "retained", "rate", "complete")
    return Sheet(head, parts.cohort_rows(found))


async def _lifecycle_sheet(office: Office, view: View) -> Sheet:
    report = await data.fetch_lifecycle(office, view)
    head = ("period", "new", "returning", "resurrected", "dormant", "visitors", "is_complete")
    return Sheet(head, [[row[name] for name in head] for row in report.rows])


RETENTION: Final = Page(
    key=KEY,
    title="Retention",
    icon=KEY,
    group="Behaviour",
    ui=retention_ui,
    server=retention_server,
    fetches=(data.fetch_retention, data.fetch_lifecycle),
    exports={"cohorts": _cohorts_sheet, "lifecycle": _lifecycle_sheet},
)
