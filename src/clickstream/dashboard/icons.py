"""Line icons of 16 by 16, drawn for this dashboard."""

from collections.abc import Mapping, Sequence
from typing import Final

from htmltools import Tag, TagChild

_STROKES: Final[Mapping[str, Sequence[str]]] = {
    "overview": (
        "M2.5 13.5v-5h3v5z",
        "M6.5 13.5v-11h3v11z",
        "M10.5 13.5v-8h3v8z",
    ),
    "live": (
        "M8 9.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4z",
        "M5.2 10.8a4 4 0 0 1 0-5.6",
        "M10.8 5.2a4 4 0 0 1 0 5.6",
        "M3 13a7 7 0 0 1 0-10",
        "M13 3a7 7 0 0 1 0 10",
    ),
    "trends": (
        "M2 12.5 6 8l3 2.5L14 4",
        "M10.5 4H14v3.5",
    ),
    "journeys": (
        "M3.5 5.5a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
        "M12.5 14a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
        "M5.2 3.8h4.3a2.1 2.1 0 0 1 0 4.2h-3a2.1 2.1 0 0 0 0 4.2h4.3",
    ),
    "funnels": ("M2 3h12l-4.6 5.4v4.8l-2.8-1.5V8.4z",),
    "retention": (
        "M13.5 8A5.5 5.5 0 1 1 11.6 3.8",
        "M13.5 2v3h-3",
        "M8 5v3.2l2.2 1.3",
    ),
    "acquisition": (
        "M8 2v7",
        "M5 6.2 8 9.2l3-3",
        "M2.5 10v3.5h11V10",
    ),
    "attribution": (
        "M3 3.8h3.5L10 12h3",
        "M3 12h3.5l1-2.4",
        "M8.8 6.4l1.2-2.6h3",
        "M11.4 2.2 13 3.8l-1.6 1.6",
        "M11.4 10.4 13 12l-1.6 1.6",
    ),
    "products": (
        "M8 1.8 13.5 4.7v6.6L8 14.2l-5.5-2.9V4.7z",
        "M2.7 4.8 8 7.7l5.3-2.9",
        "M8 7.7v6.3",
    ),
    "orders": (
        "M3.5 1.8h9v12.4l-2.2-1.4-2.3 1.4-2.3-1.4-2.2 1.4z",
        "M6 5.2h4",
        "M6 8.2h4",
    ),
    "customers": (
        "M6 7.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2z",
        "M1.5 13.5c0-2.4 2-4 4.5-4s4.5 1.6 4.5 4",
        "M11 2.7a2.6 2.6 0 0 1 0 4.6",
        "M12.2 9.8c1.4.6 2.3 1.9 2.3 3.7",
    ),
    "events": (
        "M5.5 4h8",
        "M5.5 8h8",
        "M5.5 12h8",
        "M2.5 4h.1",
        "M2.5 8h.1",
        "M2.5 12h.1",
    ),
    "health": ("M1.8 8h3l1.6-4.5 3 9L11 8h3.2",),
    "up": (
        "M8 12.5v-9",
        "M4.5 7 8 3.5 11.5 7",
    ),
    "down": (
        "M8 3.5v9",
        "M4.5 9 8 12.5 11.5 9",
    ),
    "plus": (
        "M8 3v10",
        "M3 8h10",
    ),
    "menu": (
        "M2.5 4.5h11",
        "M2.5 8h11",
        "M2.5 11.5h11",
    ),
    "filter": (
        "M2 4h12",
        "M4.5 8h7",
        "M6.5 12h3",
    ),
    "calendar": (
        "M2.5 4h11v9.5h-11z",
        "M2.5 7h11",
        "M5.5 2.2V5",
        "M10.5 2.2V5",
    ),
    "close": (
        "m4 4 8 8",
        "M12 4l-8 8",
    ),
    "download": (
        "M8 2.5v7.5",
        "M4.8 7 8 10.2 11.2 7",
        "M2.5 13.2h11",
    ),
    "moon": ("M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z",),
    "sun": (
        "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
        "M8 1.5v1.3",
        "M8 13.2v1.3",
        "M1.5 8h1.3",
        "M13.2 8h1.3",
        "M3.4 3.4l.9.9",
        "M11.7 11.7l.9.9",
        "M12.6 3.4l-.9.9",
        "M4.3 11.7l-.9.9",
    ),
}


def svg(*children: TagChild, **attributes: str) -> Tag:
    """A drawing that screen readers leave out."""
    return Tag("svg", *children, aria_hidden="true", focusable="false", **attributes)


def icon(name: str, class_: str = "icon") -> Tag:
    """A line icon, hidden from screen readers."""
    return svg(Tag("path", d="".join(_STROKES[name])), class_=class_, viewBox="0 0 16 16")
