"""The building blocks of a page: figures, cards, bars, words, charts and skeletons."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlencode

from htmltools import HTML, Tag, TagChild, tags
from shiny import module

from clickstream.dashboard.filters import DIMENSIONS
from clickstream.dashboard.icons import icon, svg
from clickstream.dashboard.loading import Failed, Outcome, Ready
from clickstream.dashboard.metrics import TENFOLD

T = TypeVar("T")
Figures = Mapping[str, object]
TagAttrs = dict[str, str | float | bool | HTML | None]

NOTHING = "\N{EN DASH}"
DASH = f" {NOTHING} "


def pairs(**values: str | int) -> str:
    """A change of the view as a query string, for ``data-set`` and ``data-toggle``."""
    return urlencode(values)


def figure(
    value: float | None, unit: str, *, currency: str | None = None, is_compact: bool = True
) -> Tag:
    """A number that the browser writes in the reader's locale; an en dash where there is none."""
    attributes: TagAttrs = {"data-unit": unit, "data-currency": currency or ""}
    if is_compact:
        attributes["data-compact"] = ""
    text = "" if value is None else plain(value)
    return Tag("data", text or NOTHING, attributes, value=text)


def plain(value: float) -> str:
    """A number without exponent, thousands separators or needless decimals."""
    text = format(Decimal(repr(round(value, 6))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(value: object, style: str) -> Tag:
    """A date or an instant that the browser writes in the reader's locale."""
    return tags.time({"data-style": style}, str(value), datetime=str(value))


def hint(label: str, definition: str) -> Tag:
    """The small question mark that shows what a metric means."""
    return tags.button(
        {
            "data-hint": definition,
            "aria-label": f"What is {label}?",
            "aria-description": definition,
        },
        "?",
        type="button",
        class_="hint-button",
    )


def delta(change: float | None, *, is_better_higher: bool = True) -> Tag | None:
    """A change against the previous period, coloured by whether it is welcome.

    Words where there was nothing before, or too little for a percentage to mean anything.
    """
    if change is None:
        return None
    if change >= TENFOLD:
        return _hardly_comparable(change)
    good = (change > 0) == is_better_higher
    mood = "" if abs(change) < 0.0005 else " good" if good else " bad"
    return Tag(
        "data",
        {"data-unit": "change"},
        plain(change),
        value=plain(change),
        class_=f"change{mood}",
    )


def _hardly_comparable(change: float) -> Tag:
    if math.isinf(change):
        return tags.span("new", title="Nothing in the period before", class_="change")
    why = "Too little in the period before to compare with"
    return tags.span("little before", title=why, class_="change")


def sparkline(values: Sequence[float | None]) -> Tag:
    """A line of 100 by 30 units, stretched to the tile, with its area; flat where all is equal."""
    points = [value or 0.0 for value in values] or [0.0]
    if len(points) == 1:
        points = points * 2
    low, high = min(points), max(points)
    height = (high - low) or 1.0
    step = 100 / (len(points) - 1)
    drawn = [
        f"{index * step:.2f},{27 - 22 * (value - low) / height:.2f}"
        for index, value in enumerate(points)
    ]
    line = "M" + "L".join(drawn)
    return svg(
        Tag("path", d=f"{line}L100,34L0,34Z", class_="area"),
        Tag("path", d=line, class_="line"),
        class_="spark",
        viewBox="0 0 100 34",
        preserveAspectRatio="none",
    )


def card(
    title: str, *body: TagChild, sub: TagChild = None, tools: TagChild = None, span: int = 12
) -> Tag:
    """A bordered box with a heading, a line under it, and tools at its right."""
    return tags.section(
        tags.div(
            tags.div(tags.h2(title), tags.div(sub, class_="sub") if sub else None),
            tools,
            class_="card-head",
        ),
        *body,
        class_=f"card span-{span}",
        aria_label=title,
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar list: what it is named, how much it has, and what choosing it filters."""

    name: str
    value: float
    share: float | None = None
    toggle: str | None = None


_SPOKEN: Mapping[tuple[str, str], str] = {
    ("device", "mobile"): "Mobile",
    ("device", "desktop"): "Desktop",
    ("device", "tablet"): "Tablet",
    ("device", "tv"): "Television",
    ("device", "other"): "Other",
    ("device", "unknown"): "Unknown",
    ("login", "guest"): "Guest",
    ("login", "logged_in"): "Signed in",
    ("visitor_type", "new"): "New",
    ("visitor_type", "returning"): "Returning",
}


def spoken(dimension: str | None, value: str) -> str:
    """A value as a reader would say it."""
    if dimension == "segment":
        return value.replace("-", " ").capitalize()
    return _SPOKEN.get((dimension or "", value), value)


def bar_list(
    bars: Sequence[Bar], *, unit: str, heads: Sequence[str], currency: str | None = None
) -> Tag:
    """Rows with a bar behind each, the longest being the full width."""
    longest = max((bar.value for bar in bars), default=0) or 1
    return tags.div(
        tags.div(*(tags.span(head) for head in heads), class_="bars-head"),
        tags.div(*(_bar(bar, longest, unit, currency) for bar in bars), class_="bars"),
    )


def _bar(bar: Bar, longest: float, unit: str, currency: str | None) -> Tag:
    width = f"{max(0.4, 100 * bar.value / longest):.2f}%"
    inside = (
        svg(Tag("rect", width=width, height="100%", rx="7")),
        tags.span(bar.name, class_="bars-name", title=bar.name),
        figure(bar.value, unit, currency=currency),
        None if bar.share is None else _share(bar.share),
    )
    if bar.toggle is None:
        return tags.div(*inside, class_="bars-row")
    return tags.button(
        {"data-toggle": bar.toggle, "data-focus": bar.toggle, "title": f"Show only {bar.name}"},
        *inside,
        type="button",
    )


def _share(value: float) -> Tag:
    shown = figure(value, "share")
    shown.add_class("share")
    return shown


def words(title: str, text: TagChild = None, *actions: TagChild) -> Tag:
    """What stands where there is nothing to draw: why, and what to do next."""
    return tags.div(
        tags.strong(title),
        tags.p(text) if text else None,
        tags.div(*actions, class_="actions") if actions else None,
        class_="words",
    )


def nothing_here() -> Tag:
    """The words for a period and filters that no event matches."""
    return words(
        "Nothing in these dates",
        "No event matches the dates and filters chosen. Choose other dates, or fewer filters.",
        tags.button({"data-set": "range=90d&from=&to="}, "Last 90 days", class_="button small"),
        tags.button({"data-set": CLEAR}, "Clear filters", class_="button small"),
    )


CLEAR = "&".join(f"{name}=" for name in (*DIMENSIONS, "bots", "internal", "tz"))
"""The change of the view that takes every filter away, but for the dates."""


def ghost(kind: str) -> Tag:
    """A quiet shape in the place of figures that are on their way."""
    return tags.div(class_=f"ghost ghost-{kind}", role="status", aria_label="Loading")


def block(outcome: Outcome[T], draw: Callable[[T], TagChild], *, waiting: str = "rows") -> TagChild:
    """What a part of the page shows: a skeleton, the figures, or why there are none."""
    if isinstance(outcome, Ready):
        return draw(outcome.value)
    if isinstance(outcome, Failed):
        return words("This could not be loaded", outcome.words)
    return ghost(waiting)


def in_place_of_chart(
    outcome: Outcome[T], *, has_any: bool, nothing: str | None = None
) -> TagChild:
    """What covers a chart's place while it waits, or where there is nothing to draw."""
    if has_any:
        return None
    empty = words(nothing) if nothing else nothing_here()
    return tags.div(block(outcome, lambda _: empty, waiting="chart"), class_="chart-words")


def chart(id_: str, *, class_: str = "") -> Tag:
    """The place where a ``render_chart`` of this id draws."""
    return tags.div(id=module.resolve_id(id_), class_=f"chart {class_}".strip(), role="img")


def menu_item(text: str, *, set_: str, is_on: bool) -> Tag:
    return tags.button(
        {"data-set": set_, "aria-pressed": str(is_on).lower(), "data-focus": set_},
        text,
        type="button",
    )


def segments(options: Iterable[tuple[str, str]], *, key: str, chosen: str, label: str) -> Tag:
    """Buttons side by side of which one is pressed; choosing sets ``key`` in the URL."""
    return tags.div(
        *(
            menu_item(text, set_=pairs(**{key: value}), is_on=value == chosen)
            for value, text in options
        ),
        class_="seg",
        role="group",
        aria_label=label,
    )


def select(
    options: Iterable[tuple[str, str]], *, key: str, chosen: str, label: str, is_bare: bool = False
) -> Tag:
    """A list to choose one of, under its label; choosing sets ``key`` in the URL."""
    choices = (
        tags.option(text, value=value, selected="" if value == chosen else None)
        for value, text in options
    )
    box = tags.select(
        {
            "data-param": key,
            "data-focus": f"select-{key}",
            "aria-label": label,
        },
        *choices,
    )
    if is_bare:
        return box
    return tags.label(tags.span(label), box, class_="field")


def text_field(
    *, key: str, value: str, label: str, placeholder: str = "", suggestions: Iterable[str] = ()
) -> Tag:
    """A text to type, taken on Enter or on leaving it; with suggestions."""
    list_id = f"suggest-{key}"
    return tags.label(
        tags.span(label),
        tags.input(
            {
                "data-param": key,
                "data-lazy": "",
                "data-focus": f"text-{key}",
                "aria-label": label,
                "list": list_id,
            },
            type="search",
            value=value,
            placeholder=placeholder,
            autocomplete="off",
        ),
        tags.datalist(*(tags.option(value=one) for one in suggestions), id=list_id),
        class_="field",
    )


def switch(text: str, *, key: str, is_on: bool, on: str = "on", off: str = "") -> Tag:
    """A switch; turning it sets ``key`` to ``on`` or ``off``, the usual one of which is empty."""
    usual = "" if off else on
    attributes: TagAttrs = {
        "data-set": pairs(**{key: off if is_on else usual}),
        "data-focus": f"switch-{key}",
        "aria-pressed": str(is_on).lower(),
    }
    return tags.button(attributes, tags.i(), tags.span(text), type="button", class_="switch")


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline number: its name, value, unit and meaning, and the value before."""

    title: str
    value: float | None
    unit: str
    meaning: str | None = None
    change: float | None = None
    is_better_higher: bool = True
    under: TagChild = None


def tiles(found: Sequence[Tile], *, currency: str | None = None) -> Tag:
    """A bordered strip of headline numbers."""
    return tags.div(
        *(_tile(one, currency) for one in found),
        class_=f"strip strip-lone strip-{len(found)}",
    )


def _tile(one: Tile, currency: str | None) -> Tag:
    money = currency if one.unit == "money" else None
    return tags.div(
        tags.div(
            tags.span(one.title, class_="tile-name"),
            tags.span(
                figure(one.value, one.unit, currency=money),
                delta(one.change, is_better_higher=one.is_better_higher),
                class_="tile-value",
            ),
            tags.span(one.under, class_="tile-under") if one.under else None,
            class_="tile-press",
        ),
        hint(one.title, one.meaning) if one.meaning else None,
        class_="tile",
    )


def legend(entries: Iterable[tuple[str, int]]) -> Tag:
    """The names of a chart's series, each with its colour of the palette."""
    return tags.div(
        *(tags.span(tags.i(class_=f"c{(place - 1) % 8 + 1}"), name) for name, place in entries),
        class_="legend",
    )


def table_tools(lead: TagChild, *, export: str, search: str, label: str) -> Tag:
    """The bar above a table: what leads it, a search of its rows, and the table as CSV."""
    field = tags.input({"data-param": "q"}, type="search", placeholder=search, aria_label=label)
    return tags.div(
        lead,
        field,
        tags.span(class_="push"),
        export_link(export, text="CSV"),
        class_="table-tools",
    )


def export_link(name: str, *, text: str = "") -> Tag:
    """A link that takes a table away as CSV, under the filters of the moment."""
    return tags.a(
        {"data-export": name},
        icon("download"),
        text,
        href=f"export/{name}.csv",
        download="",
        class_="button" if text else "icon-button",
        title="Take away as CSV",
        aria_label="Take away as CSV",
    )
