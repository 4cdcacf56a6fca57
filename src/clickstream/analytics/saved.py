"""Saved: funnels and segments by name, the settings file's beside the built-in ones.

``Saved.funnels`` and ``Saved.segments`` are the lists to choose from; ``Saved()`` holds what there
is without a settings file, ``read_saved`` adds what its tables save.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from clickstream.analytics.rfm import RFM_SEGMENTS
from clickstream.errors import ReportError

SEGMENT: Final = "segment"
"""The field by which segments are filtered."""

KINDS: Final = ("rfm", "behaviour", "lifecycle")
SEGMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "rfm": RFM_SEGMENTS,
    "behaviour": ("Repeat buyer", "One-time buyer", "Cart abandoner", "Browser", "Lapsed"),
    "lifecycle": ("New", "Returning", "Resurrected", "Dormant"),
}
"""The built-in segments of each kind, in their usual order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """A funnel by its name; None where the report's default is meant."""

    name: str
    title: str
    steps: tuple[str, ...]
    exclude_steps: tuple[str, ...] = ()
    order: str | None = None
    window: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment by its name: saved filters, or one that is built in (rfm, behaviour, lifecycle)."""

    name: str
    title: str
    kind: str = "saved"
    filters: tuple[str, ...] = ()


CHECKOUT: Final = Funnel(
    name="checkout",
    title="Checkout",
    steps=("view_item", "add_to_cart", "begin_checkout", "purchase"),
)
"""The shop's checkout funnel: what is shown when no steps are given."""


def slug(title: str) -> str:
    """A title as a name: ``Cannot lose them`` is ``cannot-lose-them``."""
    return "-".join(title.replace("_", " ").replace("-", " ").lower().split())


BUILT_IN: Final = tuple(
    Segment(name=slug(title), title=title, kind=kind)
    for kind, titles in SEGMENTS.items()
    for title in titles
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What can be asked for by name."""

    funnels: tuple[Funnel, ...] = (CHECKOUT,)
    """Those of the settings, and ``checkout``, which stands first unless they redefine it."""
    segments: tuple[Segment, ...] = BUILT_IN
    """Those of the settings first, then the built-in ones."""
    filters: tuple[str, ...] = ()
    """What every report begins with, unless it filters the same field itself."""

    def funnel(self, name: str) -> Funnel:
        """The funnel of a name. Raises ReportError, with the names that there are."""
        for funnel in self.funnels:
            if slug(name) == slug(funnel.name):
                return funnel
        raise ReportError(
            f"There is no funnel {name!r}. There are: "
            f"{', '.join(funnel.name for funnel in self.funnels)}; the table [funnels] of the "
            "settings file adds others."
        )

    def segment(self, name: str) -> Segment:
        """The segment of a name, or title. Raises ReportError, with the names that there are."""
        for segment in self.segments:
            if slug(name) in {slug(segment.name), f"{segment.kind}:{slug(segment.name)}"}:
                return segment
        raise ReportError(
            f"There is no segment {name!r}. There are: "
            f"{', '.join(segment.name for segment in self.segments)}; the table [segments] of the "
            "settings file adds others."
        )


BUILT_IN_ONLY: Final = Saved()
"""What there is without a settings file."""
