"""The parts of the Products page, drawn from what was fetched."""

from collections.abc import Sequence
from typing import Final

from htmltools import Tag, TagChild, tags

from clickstream.dashboard import charts, kit
from clickstream.dashboard.filters import View
from clickstream.dashboard.icons import svg
from clickstream.dashboard.metrics import metric
from clickstream.dashboard.pages.products_data import (
    FIGURES,
    GROUPS,
    Line,
    Order,
    Products,
    arrange,
    chosen_order,
)

ROWS: Final = 25
RANKED: Final = 10
SPOTS: Final = 80
RANKABLE: Final = ("views", "carts", "orders", "quantity", "revenue")
ONE: Final = {"product": "Product", "brand": "Brand", "category": "Category"}


def measure(name: str, currency: str | None) -> charts.Measure:
    meaning = metric("product_revenue" if name == "revenue" else name)
    title = "Revenue" if name == "revenue" else meaning.title
    return charts.Measure(title, meaning.unit, currency if meaning.unit == "money" else None)


def ranked_by(view: View) -> str:
    """The figure that the ranking shows: the one that the table is ordered by, where it adds up."""
    column = chosen_order(view).column
    return column if column in RANKABLE else "revenue"


def ranking(found: Products, view: View) -> charts.Drawing | None:
    """The ten with most of a figure; choosing a brand or category filters by it."""
    name = ranked_by(view)
    lines = arrange(found.lines, Order(name, is_descending=True), view.text("q"))[:RANKED]
    items = [
        charts.Item(line.name, line.figures[name] or 0, _go(found.group, line))
        for line in lines
        if line.figures[name]
    ]
    return charts.ranking(items, measure=measure(name, found.currency)) if items else None


def _go(group: str, line: Line) -> str | None:
    return None if group == "product" else kit.pairs(**{group: line.key, "by": ""})


def scatter(found: Products, view: View) -> charts.Drawing | None:
    """Views against the share that was put into a cart: what is seen, and what convinces."""
    lines = arrange(found.lines, Order("views", is_descending=True), view.text("q"))[:SPOTS]
    spots = [
        charts.Spot(
            line.name,
            line.figures["views"] or 0,
            line.figures["view_to_cart_rate"] or 0,
            line.figures["revenue"] or 0,
        )
        for line in lines
        if line.figures["views"]
    ]
    if not spots:
        return None
    x, y, size = (measure(n, found.currency) for n in ("views", "view_to_cart_rate", "revenue"))
    return charts.scatter(spots, x=x, y=y, size=size)


def table(found: Products, view: View) -> TagChild:
    """The lines as a table of 25 a page, ordered by the column chosen."""
    order = chosen_order(view)
    lines = arrange(found.lines, order, view.text("q"))
    if not lines:
        return _no_lines(view)
    last = -(-len(lines) // ROWS)
    page = min(view.number("n", 1), last)
    shown = lines[(page - 1) * ROWS : page * ROWS]
    top = max((line.figures["revenue"] or 0 for line in lines), default=0) or 1
    body = tags.tbody(*(_row(line, found, top) for line in shown))
    sheet = tags.table(_head(found.group, order), body, aria_label=GROUPS[found.group])
    scroll = tags.div(
        sheet,
        class_="table-scroll",
        tabindex="0",
        role="region",
        aria_label=f"{GROUPS[found.group]}, a table that scrolls sideways",
    )
    return tags.div(scroll, _pager(page, last, len(lines)))


def _no_lines(view: View) -> Tag:
    if not view.text("q"):
        return kit.nothing_here()
    clear = tags.button({"data-set": "q="}, "Clear the search", class_="button small")
    return kit.words("Nothing found", f"Nothing is named like “{view.text('q')}”.", clear)


def _head(group: str, order: Order) -> Tag:
    names: list[tuple[str, str, str | None]] = [("name", ONE[group], None)]
    for name in FIGURES:
        meaning = metric("product_revenue" if name == "revenue" else name)
        title = "Revenue" if name == "revenue" else meaning.title
        names.append((name, title, meaning.definition))
    return tags.thead(tags.tr(*(_heading(*heading, order=order) for heading in names)))


def _heading(name: str, title: str, definition: str | None, *, order: Order) -> Tag:
    is_first = name == "name"
    is_sorted = order.column == name
    descends = not order.is_descending if is_sorted else not is_first
    arrow = ("↓" if order.is_descending else "↑") if is_sorted else ""
    button = tags.button(
        {"data-set": kit.pairs(sort=Order(name, descends).to_text()), "data-focus": f"sort-{name}"},
        title,
        tags.span(arrow, aria_hidden="true"),
        type="button",
    )
    direction = "descending" if order.is_descending else "ascending"
    sorting: kit.TagAttrs = {"aria-sort": direction} if is_sorted else {}
    return tags.th(
        sorting,
        button,
        kit.hint(title, definition) if definition else None,
        scope="col",
        aria_label=title,
    )


def _row(line: Line, found: Products, top: float) -> Tag:
    cells: list[Tag] = []
    for name in FIGURES:
        of = measure(name, found.currency)
        shown = kit.figure(line.figures[name], of.unit, currency=of.currency, is_compact=False)
        cells.append(tags.td(_revenue(shown, line, top) if name == "revenue" else shown))
    return tags.tr(_name(line, found.group), *cells)


def _name(line: Line, group: str) -> Tag:
    under = tags.span(line.under, class_="under") if line.under else None
    if group == "product":
        return tags.td(line.name, under, title=line.name)
    toggle: kit.TagAttrs = {
        "data-toggle": kit.pairs(**{group: line.key}),
        "title": f"Show only {line.name}",
    }
    return tags.td(tags.button(toggle, line.name, type="button", class_="plain"))


def _revenue(shown: Tag, line: Line, top: float) -> Tag:
    width = f"{100 * (line.figures['revenue'] or 0) / top:.1f}%"
    bar = svg(Tag("rect", width=width, height="100%"), class_="cell-bar")
    moved = kit.delta(line.revenue_change)
    return tags.div(tags.span(moved, " ", shown), bar)


def _pager(page: int, last: int, total: int) -> Tag:
    first_row, last_row = (page - 1) * ROWS + 1, min(page * ROWS, total)
    return tags.div(
        tags.span(f"{first_row}-{last_row} of ", kit.figure(total, "count", is_compact=False)),
        _turn("Previous", page - 1, is_possible=page > 1),
        _turn("Next", page + 1, is_possible=page < last),
        class_="pager",
    )


def _turn(text: str, page: int, *, is_possible: bool) -> Tag:
    return tags.button(
        {"data-set": kit.pairs(n=page), "data-focus": f"turn-{text}"},
        text,
        type="button",
        class_="button small",
        disabled=None if is_possible else "",
    )


def csv_rows(found: Products) -> Sequence[Sequence[object]]:
    return [
        (line.key, line.name, line.under, *line.figures.values(), found.currency or "")
        for line in found.lines
    ]
