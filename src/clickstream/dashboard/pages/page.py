"""What a page is: its place in the navigation, its interface, its server and its exports."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from htmltools import TagList

from clickstream.dashboard.desk import Desk, Fetch, Office
from clickstream.dashboard.filters import View


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to take away: a head, and rows of plain values."""

    head: Sequence[str]
    rows: Sequence[Sequence[object]]


Export = Callable[[Office, View], Awaitable[Sheet]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. ``ui`` and ``server`` are a module pair and take the page's key as their id.

    ``fetches`` is what its server asks for at first, begun while the browser still loads.
    """

    key: str
    title: str
    icon: str
    ui: Callable[[str], TagList]
    server: Callable[[str, Desk], None]
    group: str = ""
    fetches: Sequence[Fetch] = ()
    exports: Mapping[str, Export] = field(default_factory=dict)
