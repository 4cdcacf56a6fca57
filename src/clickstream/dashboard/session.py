"""One session: the view from the URL, the shared outputs of the frame, the pages' servers."""

import asyncio
import shlex
from collections.abc import Callable, Sequence
from typing import Final

from htmltools import Tag, TagChild, TagList, tags
from shiny import Inputs, Outputs, Session, reactive

from clickstream.dashboard import kit
from clickstream.dashboard.choices import fetch_choices
from clickstream.dashboard.desk import Desk, Office
from clickstream.dashboard.filters import DIMENSIONS, Filters, View, read_view
from clickstream.dashboard.icons import icon
from clickstream.dashboard.loading import Activity, Failed, Latest, Outcome, Ready
from clickstream.dashboard.pages.page import Page
from clickstream.dashboard.queries import Freshness
from clickstream.dashboard.render import render_html

EXAMPLE: Final = '{"eventName": "page_view", "pageUrl": "https://shop.example/", "clientId": "me"}'


def make_server(
    pages: Sequence[Page], office: Office
) -> Callable[[Inputs, Outputs, Session], None]:
    """The function that Shiny calls once for each session."""

    def server(input: Inputs, output: Outputs, session: Session) -> None:  # noqa: A002
        with reactive.isolate():
            start = read_view(session.clientdata.url_search().lstrip("?"), _keys(pages))
        desk = Desk(
            office,
            session,
            Activity(session),
            view=reactive.Value(start, name="view"),
            own=reactive.Value(start.without_filters(), name="own"),
            state=reactive.Value(office.known(), name="state"),
        )
        _follow_url(input, desk, pages)
        _start_pages(desk, pages)
        _frame(input, output, desk)
        session.on_flushed(desk.begin, once=True)
        following = asyncio.create_task(desk.follow())
        session.on_ended(lambda: _stop(following))

    return server


def _keys(pages: Sequence[Page]) -> list[str]:
    return [page.key for page in pages]


def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()


def _follow_url(input: Inputs, desk: Desk, pages: Sequence[Page]) -> None:  # noqa: A002
    @reactive.effect
    @reactive.event(input.query)
    def _() -> None:
        desk.turn_to(read_view(input.query(), _keys(pages)))
        # A view that needs nothing new from analytics has settled once its outputs are sent.
        desk.session.on_flushed(desk.activity.settle, once=True)


def _start_pages(desk: Desk, pages: Sequence[Page]) -> None:
    """Starts a page's server when the page is first shown, so that others cost nothing."""
    started: set[str] = set()

    @reactive.effect(priority=1)
    def _() -> None:
        shown = desk.view().page
        for page in pages:
            if page.key == shown and page.key not in started:
                started.add(page.key)
                with reactive.isolate():
                    page.server(page.key, desk)


def _frame(input: Inputs, output: Outputs, desk: Desk) -> None:  # noqa: A002
    @output(id="chips")
    @render_html
    def _chips() -> TagChild:
        return chips(desk.view())

    @output(id="dates")
    @render_html
    def _dates() -> TagChild:
        custom = desk.view().filters.custom
        if custom is None:
            return TagList(icon("calendar"), "Dates")
        start, end = kit.moment(custom.start, "day"), kit.moment(custom.end, "day")
        return TagList(start, kit.DASH, end)

    @output(id="fresh")
    @render_html
    def _fresh() -> TagChild:
        return freshness(desk.state(), desk.office)

    @output(id="notice")
    @render_html
    def _notice() -> TagChild:
        return notice(desk.state(), desk.office)

    _choices(input, output, desk)


def _choices(input: Inputs, output: Outputs, desk: Desk) -> None:  # noqa: A002
    """The values of the filter menu: those of a dimension, fetched when it is looked at."""
    latest: Latest[tuple[str, Sequence[str]]] = Latest(desk.activity, desk.office.explain)

    @reactive.effect
    def _() -> None:
        wanted, filters, state = input.choices_wanted(), desk.view().filters, desk.state()
        if wanted in DIMENSIONS and isinstance(state, Ready):
            latest.request(lambda: _choices_of(desk.office, filters, wanted))

    @output(id="choices", suspend_when_hidden=False)
    @render_html
    def _() -> TagChild:
        wanted, found = input.choices_wanted(), latest.outcome()
        if wanted not in DIMENSIONS:
            return None
        if isinstance(found, Ready) and found.value[0] != wanted:
            return kit.ghost("rows")
        chosen = desk.view().filters.values(wanted)
        return kit.block(found, lambda of: choice_list(wanted, of[1], chosen))


async def _choices_of(
    office: Office, filters: Filters, dimension: str
) -> tuple[str, Sequence[str]]:
    return dimension, await fetch_choices(office, filters, dimension)


def choice_list(dimension: str, found: Sequence[str], chosen: Sequence[str]) -> TagChild:
    """Check boxes for a dimension's values, the chosen ones among them even if now unknown."""
    values = list(dict.fromkeys([*found, *chosen]))
    if not values:
        return kit.words("Nothing to choose", "No event in these dates says.")
    boxes = (_choice(dimension, value, is_chosen=value in chosen) for value in values)
    narrow = tags.input(
        {"data-narrow": ""}, type="search", placeholder="Find", aria_label=f"Find a {dimension}"
    )
    return TagList(narrow if len(values) > 8 else None, tags.div(*boxes, class_="filter-list"))


def _choice(dimension: str, value: str, *, is_chosen: bool) -> TagChild:
    pair = kit.pairs(**{dimension: value})
    attributes: kit.TagAttrs = {"data-toggle": pair, "data-focus": f"choice-{pair}"}
    box = tags.input(attributes, type="checkbox", checked="" if is_chosen else None)
    return tags.label(box, tags.span(kit.spoken(dimension, value), title=value))


TRAFFIC_WORDS: Final = {"include": "included", "only": "only these"}


def chips(view: View) -> TagChild:
    """What is chosen beside the dates, each of which a click takes away."""
    filters = view.filters
    shown = [
        _chip(DIMENSIONS[name], kit.spoken(name, value), value, toggle=kit.pairs(**{name: value}))
        for name, values in filters.chosen
        for value in values
    ]
    if filters.timezone:
        shown.append(_chip("Time zone", filters.timezone, filters.timezone, change="tz="))
    for name, label, traffic in (
        ("bots", "Bots", filters.bots),
        ("internal", "Internal", filters.internal),
    ):
        if traffic in TRAFFIC_WORDS:
            shown.append(_chip(label, TRAFFIC_WORDS[traffic], name, change=f"{name}="))
    if not shown:
        return None
    clear = tags.button({"data-set": kit.CLEAR}, "Clear all", type="button", class_="link")
    return tags.div(*shown, clear, class_="chips")


def _chip(label: str, text: str, value: str, *, toggle: str = "", change: str = "") -> Tag:
    act: kit.TagAttrs = {"data-toggle": toggle} if toggle else {"data-set": change}
    return tags.button(
        act | {"aria-label": f"Remove {value}"},
        tags.b(label),
        tags.span(text),
        icon("close"),
        type="button",
        class_="chip",
    )


def freshness(state: Outcome[Freshness], office: Office) -> TagChild:
    """How old the figures are."""
    match state:
        case Ready(fresh) if fresh.as_of is not None:
            when = kit.moment(fresh.as_of.isoformat(), "ago")
            words = tags.span(tags.strong("As of"), when)
            late = " late" if fresh.problem or office.is_late(fresh) else ""
            return tags.div(tags.i(class_=f"dot{late}"), words, class_="fresh")
        case Ready(fresh):
            words = tags.span(*_before_the_first_load(fresh))
            late = "" if fresh.is_loading else " late"
            return tags.div(tags.i(class_=f"dot{late}"), words, class_="fresh")
        case Failed(_):
            words = tags.span(tags.strong("Warehouse away"), "Trying again")
            return tags.div(tags.i(class_="dot late"), words, class_="fresh")
    return tags.div(class_="fresh")


def _before_the_first_load(fresh: Freshness) -> tuple[Tag, str]:
    """What is said while no load has ended well."""
    if fresh.is_loading:
        return tags.strong("First load running"), "The figures still grow"
    if fresh.last_run_at is None:
        return tags.strong("Nothing loaded yet"), "The ETL has not run"
    return tags.strong("No whole load yet"), "The figures are of a part"


def notice(state: Outcome[Freshness], office: Office) -> TagChild:
    """What a reader must know before the figures: that there are none, or why they stand still."""
    match state:
        case Failed(reason):
            text = tags.p(tags.strong("The figures cannot be brought up to date. "), reason)
            return tags.div(text, class_="notice", role="alert")
        case Ready(fresh) if not fresh.has_events:
            return welcome(office.collector_url)
        case Ready(fresh) if fresh.is_loading and fresh.as_of is None:
            title = tags.strong("The first load is running. ")
            text = tags.p(title, "The figures are of the part that is loaded, and grow with it.")
            return tags.div(text, class_="notice calm", role="status")
        case Ready(fresh) if fresh.problem:
            title = tags.strong("The latest load failed; the figures are older. ")
            text = tags.p(title, f"{fresh.problem} ", "It is tried again with the next load.")
            return tags.div(text, class_="notice", role="status")
        case Ready(fresh) if office.is_late(fresh) and fresh.last_run_at is not None:
            since = kit.moment(fresh.last_run_at.isoformat(), "ago")
            title = tags.strong("No load has run lately; the figures stand still. ")
            text = tags.p(
                title, "The latest began ", since, ". Start it with clickstream etl --loop."
            )
            return tags.div(text, class_="notice", role="status")
    return None


def welcome(collector_url: str) -> TagChild:
    """The first thing that a new shop sees: how to send an event."""
    command = f"curl {collector_url}/clickstream -d {shlex.quote(EXAMPLE)}"
    code = tags.div(
        tags.pre(command, id="example"),
        tags.button({"data-copy": "example"}, "Copy", type="button", class_="button small"),
        class_="code",
    )
    return tags.div(
        tags.h2("No events yet"),
        tags.p(
            "The dashboard is ready, and waits for the first event. Send one from a terminal; "
            "it shows here after the next load, within seconds under ",
            tags.code("clickstream up"),
            ".",
        ),
        code,
        tags.p(
            "Or bring a file: ",
            tags.code("clickstream import FILE"),
            ", or see it with ",
            "simulated shoppers: ",
            tags.code("make demo"),
            ".",
        ),
        class_="card welcome",
    )
