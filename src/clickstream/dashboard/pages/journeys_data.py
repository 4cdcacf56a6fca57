"""What the Journeys page asks of analytics, and the flow that it makes of the answer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from clickstream.analytics import Report
from clickstream.dashboard import kit
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View
from clickstream.dashboard.flow import Link, Stop
from clickstream.dashboard.metrics import number

KEYS: Final = ("node", "start", "end", "length", "repeats", "folders")
NODES: Final = {
    "page": "Pages", "title": "Page titles", "action": "Actions", "event_name": "Events",
}  # fmt: skip
LENGTHS: Final = ("3", "4", "5", "6", "8", "10")
USUAL_LENGTH: Final = "5"
STOPS: Final = 7
"""How many nodes a step shows by name; the rest is one."""
REST: Final = "Other"
MOST_PAGES: Final = 300
FOLDER_PAGES: Final = 4
"""From how many pages on a folder is one node."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes from which node of a step to which of the next."""

    stops: Sequence[Stop]
    links: Sequence[Link]


def chosen_node(view: View) -> str:
    return view.choice("node", NODES, "page")


def groups_folders(view: View) -> bool:
    return chosen_node(view) == "page" and view.text("folders") != "off"


async def fetch_journeys(office: Office, view: View) -> Report:
    """The ways of the sessions, from the start or towards the end that the view names.

    Pages of a folder with many are one node, unless the view wants them apart.
    """
    filters = view.filters
    pages = await _page_paths(office, view) if groups_folders(view) else ()
    return await office.ask(
        "journeys",
        filters,
        office.period(filters),
        node=chosen_node(view),
        start=view.text("start") or None,
        end=view.text("end") or None,
        length=int(view.choice("length", LENGTHS, USUAL_LENGTH)),
        merge=tuple(folders(pages)) or None,
        merge_repeats=view.text("repeats") != "on" or None,
    )


async def _page_paths(office: Office, view: View) -> list[str]:
    filters = view.filters
    report = await office.ask("pages", filters, office.period(filters), limit=MOST_PAGES)
    return [str(row["page"]) for row in report.rows if row["page"]]


def folders(pages: Iterable[str]) -> list[str]:
    """Patterns of the folders in which several pages lie, the most specific first."""
    found: dict[str, int] = defaultdict(int)
    for page in pages:
        folder, _, name = page.rpartition("/")
        if name and folder:
            found[folder] += 1
    many = [folder for folder, count in found.items() if count >= FOLDER_PAGES]
    return [f"{folder}/*" for folder in sorted(many, key=lambda folder: (-len(folder), folder))]


def make_flow(report: Report) -> Flow:
    """The steps of a report as stops and links; of each step the most frequent nodes by name."""
    steps: dict[tuple[int, str, str], float] = defaultdict(float)
    for row in report.rows:
        if row["position"] is not None:
            pair = (int(row["position"]), str(row["from_node"]), str(row["to_node"]))
            steps[pair] += number(row["sessions"]) or 0
    if not steps:
        return Flow((), ())
    first = min(position for position, _, _ in steps)
    named = _named(steps)
    links: dict[tuple[int, str, str], float] = defaultdict(float)
    for (position, source, target), sessions in steps.items():
        ends = _called(named, position, source), _called(named, position + 1, target)
        links[position - first, *ends] += sessions
    return Flow(_stops(links), _links(links))


def _named(steps: dict[tuple[int, str, str], float]) -> dict[int, set[str]]:
    """Of each position the nodes that most sessions come through."""
    weights: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    incoming: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (position, source, target), sessions in steps.items():
        weights[position][source] += sessions
        incoming[position + 1][target] += sessions
    for position, nodes in incoming.items():
        for node, sessions in nodes.items():
            weights[position][node] = max(weights[position][node], sessions)
    return {
        position: set(sorted(nodes, key=lambda node: (-nodes[node], node))[:STOPS])
        for position, nodes in weights.items()
    }


def _called(named: dict[int, set[str]], position: int, node: str) -> str:
    return node if node in named[position] else REST


def _stops(links: dict[tuple[int, str, str], float]) -> list[Stop]:
    found = dict.fromkeys((depth, source) for depth, source, _ in links)
    found |= dict.fromkeys((depth + 1, target) for depth, _, target in links)
    colours = {name: place for place, name in enumerate(dict.fromkeys(n for _, n in found), 1)}
    return [
        Stop(
            key=f"{depth} {name}",
            name=name,
            depth=depth,
            colour=8 if name == REST else 1 + (colours[name] - 1) % 7,
            go=None if name == REST else kit.pairs(start=name, end=""),
        )
        for depth, name in found
    ]


def _links(links: dict[tuple[int, str, str], float]) -> list[Link]:
    return [
        Link(f"{depth} {source}", f"{depth + 1} {target}", sessions)
        for (depth, source, target), sessions in links.items()
    ]
