"""The parts of the Journeys page, drawn from what was fetched."""

from collections.abc import Mapping, Sequence
from typing import Any

from htmltools import Tag, TagChild, tags

from clickstream.analytics import Report
from clickstream.dashboard import charts, flow, kit, tables
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import number
from clickstream.dashboard.pages.journeys_data import (
    LENGTHS,
    NODES,
    USUAL_LENGTH,
    chosen_node,
    groups_folders,
    make_flow,
)
from clickstream.dashboard.steps import ACTIONS
from clickstream.dashboard.tables import Heading, Table, metric_heading

PATHS = 12


def controls(view: View, nodes: Sequence[str]) -> Tag:
    """What a journey is made of, where it starts or ends, and how long it is shown."""
    length = view.choice("length", LENGTHS, USUAL_LENGTH)
    return tags.div(
        kit.select(
            [("" if key == "page" else key, words) for key, words in NODES.items()],
            key="node",
            chosen="" if chosen_node(view) == "page" else chosen_node(view),
            label="Through",
        ),
        kit.text_field(
            key="start",
            value=view.text("start"),
            label="From",
            placeholder="anywhere",
            suggestions=nodes,
        ),
        kit.text_field(
            key="end",
            value=view.text("end"),
            label="To",
            placeholder="anywhere",
            suggestions=nodes,
        ),
        kit.select(
            [("" if one == USUAL_LENGTH else one, one) for one in LENGTHS],
            key="length",
            chosen="" if length == USUAL_LENGTH else length,
            label="Steps",
        ),
        _folders(view),
        kit.switch("Show repeats", key="repeats", is_on=view.text("repeats") == "on"),
        class_="controls",
    )


def _folders(view: View) -> TagChild:
    if chosen_node(view) != "page":
        return None
    return kit.switch("Group folders", key="folders", is_on=groups_folders(view), off="off")


def node_names(report: Report) -> list[str]:
    return [str(node["node"]) for node in _summary(report, "nodes") if node["node"]]


def _summary(report: Report, name: str) -> Sequence[Mapping[str, Any]]:
    found = report.summary.get(name)
    return found if isinstance(found, Sequence) else ()


def sankey(report: Report) -> charts.Drawing | None:
    """The ways as bands from step to step; None where there are none."""
    found = make_flow(report)
    if not found.links:
        return None
    kind = str(report.params.get("node"))
    stops = [
        flow.Stop(stop.key, said(kind, stop.name), stop.depth, stop.colour, stop.go)
        for stop in found.stops
    ]
    top = max(found.links, key=lambda link: link.value)
    names = {stop.key: stop.name for stop in stops}
    words = (
        f"Journeys in {1 + max(stop.depth for stop in stops)} steps; most sessions, "
        f"{top.value:,.0f}, go from {names[top.source]} to {names[top.target]}"
    )
    measure = charts.Measure("Sessions", "count")
    return flow.sankey(stops, found.links, measure=measure, text=words)


def said(kind: str, node: str) -> str:
    """A node as a reader would say it."""
    return ACTIONS.get(node, node) if kind == "action" else node


def paths(report: Report) -> TagChild:
    """The ways that most sessions took, node by node."""
    found = _summary(report, "paths")
    if not found:
        return kit.nothing_here()
    kind = str(report.params.get("node"))
    top = max(number(path["sessions"]) or 0 for path in found) or 1
    return tags.ol(*(_path(path, kind, top) for path in found[:PATHS]), class_="paths")


def _path(path: Mapping[str, Any], kind: str, top: float) -> Tag:
    nodes = [said(kind, str(node)) for node in path["path"]]
    sessions = number(path["sessions"]) or 0
    return tags.li(
        tags.div(
            *(tags.span(node, title=node, class_="path-node") for node in nodes), class_="path"
        ),
        tags.span(kit.figure(sessions, "count"), tags.small(" sessions"), class_="path-count"),
        tags.span(
            tags.i(style=f"width:{100 * sessions / top:.1f}%"), class_="meter", aria_hidden="true"
        ),
    )


def nodes_table(report: Report) -> Table:
    """A row a node: how often it was come to, and how often it was the end."""
    kind = str(report.params.get("node"))
    rows = [{**node, "name": said(kind, str(node["node"]))} for node in _summary(report, "nodes")]
    return Table(
        label="Nodes",
        headings=[
            Heading(key="name", title=NODES.get(kind, "Node"), opens="start", opens_by="node"),
            metric_heading("sessions", has_bar=True),
            Heading(key="visits", title="Times", unit="count"),
            metric_heading("drop_off_rate"),
        ],
        rows=rows,
        order="-sessions",
        rows_per_page=12,
    )


def draw_nodes(report: Report, view: View) -> TagChild:
    return tables.draw(nodes_table(report), view)


def path_rows(report: Report) -> list[tuple[object, ...]]:
    return [(" > ".join(path["path"]), path["sessions"]) for path in _summary(report, "paths")]
