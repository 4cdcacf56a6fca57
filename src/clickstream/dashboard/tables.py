"""Tables: ordered by a column, turned by the page, searched and taken away, all from the URL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final

from htmltools import Tag, TagChild, tags

from clickstream.dashboard import kit
from clickstream.dashboard.filters import View
from clickstream.dashboard.icons import svg
from clickstream.dashboard.metrics import metric, number
from clickstream.dashboard.pages.page import Sheet

ROWS: Final = 25
NONE: Final = "(none)"
Row = Mapping[str, Any]
_TIMES: Final = {"instant": "moment", "second": "second", "day": "full"}
"""Units of dates, and the style in which each is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column: its key in the rows, its title, and how its cells are shown.

    ``unit`` is None for text, ``instant`` or ``second`` for a date with its time, ``day`` for one
    without, ``status`` for a word with a dot. ``filters`` names the field that choosing a cell
    filters by, with the row's value of ``filters_by``; ``under`` the key of what stands small under
    the text; ``opens`` the page's own setting that choosing a cell sets to the row's value of
    ``opens_by``. ``is_id`` is text of which the beginning is enough.
    """

    key: str
    title: str
    unit: str | None = None
    meaning: str | None = None
    filters: str | None = None
    filters_by: str | None = None
    under: str | None = None
    has_bar: bool = False
    is_sortable: bool = True
    opens: str | None = None
    opens_by: str | None = None
    is_id: bool = False


def metric_heading(
    name: str, *, key: str | None = None, title: str | None = None, has_bar: bool = False
) -> Heading:
    """A column of a metric, with the name, unit and meaning of its definition."""
    known = metric(name)
    return Heading(
        key=key or name,
        title=title or known.title,
        unit=known.unit,
        meaning=known.definition,
        has_bar=has_bar,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings. ``order`` is the usual one: a key, behind ``-`` where it descends.

    ``prefix`` stands before its keys in the URL, where a page has several tables.
    """

    label: str
    headings: Sequence[Heading]
    rows: Sequence[Row]
    order: str = ""
    currency: str | None = None
    prefix: str = ""
    searched: Sequence[str] = field(default_factory=tuple)
    rows_per_page: int = ROWS


def draw(table: Table, view: View) -> TagChild:
    """The page of the table that the view asks for; words where it has no rows."""
    rows = arranged(table, view)
    if not rows:
        return _no_rows(table, view)
    size = table.rows_per_page
    last = -(-len(rows) // size)
    page = min(view.number(f"{table.prefix}n", 1), last)
    body = tags.tbody(*_rows(table, rows, rows[(page - 1) * size : page * size]))
    return tags.div(
        scrolling(tags.table(_head(table, view), body, aria_label=table.label), table.label),
        pager(page, len(rows), size=size, key=f"{table.prefix}n") if last > 1 else None,
    )


def scrolling(content: Tag, label: str) -> Tag:
    """A table that scrolls sideways by itself where it is wider than its place."""
    return tags.div(
        content,
        class_="table-scroll",
        tabindex="0",
        role="region",
        aria_label=f"{label}, a table that scrolls sideways",
    )


def arranged(table: Table, view: View) -> list[Row]:
    """The rows that contain the search, ordered as the view says; those without a value last."""
    wanted = view.text("q").casefold() if table.searched else ""
    rows = [row for row in table.rows if not wanted or wanted in _text_of(table, row)]
    order = chosen_order(table, view)
    if not order:
        return rows
    key = order.lstrip("-")
    placed = [(_sortable(row.get(key)), row) for row in rows]
    present = [pair for pair in placed if pair[0] is not None]
    absent = [row for place, row in placed if place is None]
    present.sort(key=itemgetter(0), reverse=order.startswith("-"))
    return [*(row for _, row in present), *absent]


def chosen_order(table: Table, view: View) -> str:
    keys = [heading.key for heading in table.headings if heading.is_sortable]
    return view.choice(
        f"{table.prefix}sort", (*keys, *(f"-{key}" for key in keys), ""), table.order
    )


def sheet(table: Table, view: View) -> Sheet:
    """The whole table to take away, in the order and search of the view."""
    names = [heading.key for heading in table.headings]
    under = [heading.under for heading in table.headings if heading.under]
    extra = ["currency"] if any(heading.unit == "money" for heading in table.headings) else []
    head = [*names, *under, *(name for name in extra if name not in names)]
    rows = []
    for row in arranged(table, view):
        shown = {"currency": table.currency} | dict(row)
        rows.append([_plain(shown.get(name)) for name in head])
    return Sheet(head, rows)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, list | tuple | dict) else value


def _text_of(table: Table, row: Row) -> str:
    return " ".join(str(row.get(key) or "") for key in table.searched).casefold()


def _sortable(value: object) -> Any:  # noqa: ANN401 - all values of a column compare with each other
    if isinstance(value, bool):
        return value
    if isinstance(value, date):
        return value.isoformat()  # days and instants of one zone in one column
    try:
        return number(value)
    except ValueError:
        return str(value).casefold()


def _no_rows(table: Table, view: View) -> Tag:
    if not table.searched or not view.text("q"):
        return kit.nothing_here()
    clear = tags.button({"data-set": "q="}, "Clear the search", class_="button small")
    return kit.words("Nothing found", f"Nothing here reads like “{view.text('q')}”.", clear)


def _head(table: Table, view: View) -> Tag:
    order = chosen_order(table, view)
    return tags.thead(tags.tr(*(_heading(table, one, order) for one in table.headings)))


def _heading(table: Table, one: Heading, order: str) -> Tag:
    is_sorted, descends = order.lstrip("-") == one.key, order.startswith("-")
    if not one.is_sortable:
        name: Tag = tags.span(one.title, class_="th-text")
    else:
        starts_down = one.unit is not None
        down = not descends if is_sorted else starts_down
        prefix = table.prefix
        change = {f"{prefix}sort": f"-{one.key}" if down else one.key, f"{prefix}n": ""}
        arrow = ("↓" if descends else "↑") if is_sorted else ""
        name = tags.button(
            {"data-set": kit.pairs(**change), "data-focus": f"{prefix}sort-{one.key}"},
            one.title,
            tags.span(arrow, aria_hidden="true"),
            type="button",
        )
    sorting: kit.TagAttrs = (
        {"aria-sort": "descending" if descends else "ascending"} if is_sorted else {}
    )
    return tags.th(
        sorting,
        name,
        kit.hint(one.title, one.meaning) if one.meaning else None,
        scope="col",
        class_="is-text" if one.unit is None else None,
        aria_label=one.title,
    )


def _rows(table: Table, every: Sequence[Row], shown: Sequence[Row]) -> list[Tag]:
    tops = {
        one.key: max((number(row.get(one.key)) or 0 for row in every), default=0) or 1
        for one in table.headings
        if one.has_bar
    }
    return [tags.tr(*(_cell(table, one, row, tops) for one in table.headings)) for row in shown]


def _cell(table: Table, one: Heading, row: Row, tops: Mapping[str, float]) -> Tag:
    value = row.get(one.key)
    if one.unit is None:
        return _text_cell(one, row, value)
    if one.unit == "status":
        return tags.td(tags.span(tags.i(class_=f"dot {value}"), str(value)), class_="status")
    if one.unit in _TIMES:
        return tags.td(instant(value, style=_TIMES[one.unit]))
    if one.unit == "score":
        return tags.td(str(value))
    return tags.td(_amount(table, one, row, tops))


def _amount(table: Table, one: Heading, row: Row, tops: Mapping[str, float]) -> TagChild:
    """A number with its unit; over a bar as long as its part of the greatest, where wanted."""
    amount = number(row.get(one.key))
    if one.unit == "change":
        return kit.delta(amount) or kit.NOTHING
    currency = row.get("currency", table.currency)
    shown = kit.figure(amount, str(one.unit), currency=currency, is_compact=False)
    if not one.has_bar:
        return shown
    width = f"{100 * max(0.0, amount or 0) / tops[one.key]:.1f}%"
    bar = svg(Tag("rect", width=width, height="100%"), class_="cell-bar")
    return tags.div(shown, bar)


def _text_cell(one: Heading, row: Row, value: object) -> Tag:
    text = NONE if value in (None, "") else str(value)
    shown = text if one.filters_by else kit.spoken(one.filters or one.key, text)
    content: TagChild = shown
    if one.filters:
        chosen = str(row.get(one.filters_by)) if one.filters_by else text
        attributes: kit.TagAttrs = {
            "data-toggle": kit.pairs(**{one.filters: chosen}),
            "data-focus": f"{one.filters}-{chosen}",
            "title": f"Show only {shown}",
        }
        content = tags.button(attributes, shown, type="button", class_="plain")
    elif one.opens:
        opened = str(row.get(one.opens_by or one.key) or "")
        attributes = {
            "data-set": kit.pairs(**{one.opens: opened}),
            "data-focus": f"{one.opens}-{opened}",
        }
        content = tags.button(attributes, shown, type="button", class_="plain link-like")
    under = row.get(one.under) if one.under else None
    return tags.td(
        content,
        tags.span(str(under), class_="under", title=str(under)) if under else None,
        title=text,
        class_="is-text is-id" if one.is_id else "is-text",
    )


def instant(value: object, *, style: str = "moment") -> TagChild:
    """An instant or a day of the report's zone, as it reads there."""
    if isinstance(value, datetime):
        return kit.moment(value.strftime("%Y-%m-%dT%H:%M:%S"), style)
    if isinstance(value, date):
        return kit.moment(value, "full")
    return kit.moment(value, style) if value else kit.NOTHING


def pager(page: int, total: int, *, size: int = ROWS, key: str = "n") -> Tag:
    """Which rows are shown, and buttons to the rows before and after."""
    last = -(-total // size)
    first_row, last_row = (page - 1) * size + 1, min(page * size, total)
    return tags.div(
        tags.span(f"{first_row}-{last_row} of ", kit.figure(total, "count", is_compact=False)),
        turn("Previous", kit.pairs(**{key: page - 1}), is_possible=page > 1),
        turn("Next", kit.pairs(**{key: page + 1}), is_possible=page < last),
        class_="pager",
    )


def turn(text: str, change: str, *, is_possible: bool) -> Tag:
    return tags.button(
        {"data-set": change, "data-focus": f"turn-{text}"},
        text,
        type="button",
        class_="button small",
        disabled=None if is_possible else "",
    )
