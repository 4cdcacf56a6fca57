"""Outputs of a page that show an outcome: its parts as HTML, and its charts."""

from collections.abc import Callable
from typing import TypeVar

from htmltools import Tag, TagChild, tags
from shiny import Outputs, reactive, ui

from clickstream.dashboard import kit
from clickstream.dashboard.charts import Drawing
from clickstream.dashboard.loading import Outcome, Ready
from clickstream.dashboard.render import render_chart, render_html

T = TypeVar("T")


def show(
    output: Outputs,
    name: str,
    found: reactive.Value[Outcome[T]],
    draw: Callable[[T], TagChild],
    *,
    waiting: str = "rows",
) -> None:
    """Shows ``draw(value)`` under a name; a skeleton before, and words where it failed."""

    @output(id=name)
    @render_html
    def _() -> TagChild:
        return kit.block(found(), draw, waiting=waiting)


def show_chart(
    output: Outputs,
    name: str,
    found: reactive.Value[Outcome[T]],
    draw: Callable[[T], Drawing | None],
    *,
    nothing: str | None = None,
) -> None:
    """Draws a chart under a name, in the box that ``chart_box`` made; words where there is none.

    ``nothing`` is what is said there, where it is not that the dates and filters have no event.
    """

    @reactive.calc
    def drawing() -> Drawing | None:
        shown = found()
        return draw(shown.value) if isinstance(shown, Ready) else None

    @output(id=name)
    @render_chart
    def _chart() -> Drawing | None:
        return drawing()

    @output(id=f"{name}_words")
    @render_html
    def _words() -> TagChild:
        return kit.in_place_of_chart(found(), has_any=drawing() is not None, nothing=nothing)


def chart_box(name: str, *, class_: str = "") -> Tag:
    """The place of a chart, and of the words in its stead."""
    words = ui.output_ui(f"{name}_words")
    return tags.div(kit.chart(name, class_=class_), words, class_="chart-box")


def part(name: str) -> Tag:
    """The place of a part that ``show`` fills, inside a card."""
    return tags.div(ui.output_ui(name), class_="card-body")
