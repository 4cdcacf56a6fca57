"""Renderers of outputs: tags and drawings, sent only where the browser does not show them yet."""

from collections.abc import Mapping
from typing import TypeVar

from htmltools import Tag, TagChild, TagList, tags
from shiny.render.renderer import Jsonifiable, Renderer
from shiny.types import SilentCancelOutputException

T = TypeVar("T")
Drawing = Mapping[str, object]
_UNKNOWN = object()


class _Sparing(Renderer[T]):
    """Sends nothing where the browser shows it already."""

    _shown: object = _UNKNOWN

    async def render(self) -> Jsonifiable:
        before, self._shown = self._shown, _UNKNOWN
        self._shown = rendered = await super().render()
        if rendered == before:
            raise SilentCancelOutputException
        return rendered


class render_chart(_Sparing[Drawing]):  # noqa: N801 - a decorator, named as Shiny names its own
    """Renders a drawing of ``charts`` to the browser's ECharts; None leaves the place blank."""

    async def transform(self, value: Drawing) -> Jsonifiable:
        return dict(value)  # type: ignore[arg-type]


class render_html(_Sparing[TagChild]):  # noqa: N801 - a decorator, named as Shiny names its own
    """Renders tags that hold nothing but tags and text: no dependencies are looked for in them.

    ``render.ui`` walks through them once more for those, which takes as long as all the rest.
    """

    def auto_output_ui(self) -> Tag:
        return tags.div(id=self.output_id, class_="shiny-html-output")

    async def transform(self, value: TagChild) -> Jsonifiable:
        return {"deps": [], "html": str(TagList(value).get_html_string())}
