"""What the Events page asks of analytics: a sample, turned by the page, and one event whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickstream.analytics import Report
from clickstream.dashboard.desk import Office
from clickstream.dashboard.filters import View

KEYS: Final = ("before", "visitor", "session", "user", "event")
ROWS: Final = 50
EXPORTED: Final = 5000
NAMES: Final = 200
OWN: Final = {"visitor": "visitor_id", "session": "session_id", "user": "user_id",
              "event": "event_name"}  # fmt: skip
"""The page's own filters, by their keys in the URL."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A page of events, the latest first; ``has_more`` where others come after them."""

    rows: Sequence[Mapping[str, Any]]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """One event whole: every column that has a value, and its product lines."""

    event_id: str
    event: Mapping[str, Any] | None


def own_filters(view: View) -> dict[str, tuple[str, ...]]:
    return {f"only_{field}": (text,) for key, field in OWN.items() if (text := view.text(key))}


async def fetch_sample(office: Office, view: View, *, limit: int = ROWS) -> Sample:
    """The events that come after the one that the view names; the latest where it names none."""
    filters = view.filters
    own = own_filters(view)
    if "only_event_name" in own:
        filters = filters.only("event_name", *own.pop("only_event_name"))
    report = await office.ask(
        "sample",
        filters,
        office.period(filters),
        limit=limit + 1,
        before=view.text("before") or None,
        **own,
    )
    return Sample(report.rows[:limit], len(report.rows) > limit)


async def fetch_opened(office: Office, view: View) -> Opened | None:
    """The event that the view opens; None where it opens none."""
    event_id, filters = view.text("open"), view.filters
    if not event_id:
        return None
    report = await office.ask("sample", filters, office.period(filters), limit=1, event=event_id)
    found = report.summary.get("event")
    return Opened(event_id, found if isinstance(found, Mapping) else None)


async def fetch_names(office: Office, view: View) -> Report:
    """The events' names of the period, the most frequent first."""
    filters = view.filters
    return await office.ask("events", filters, office.period(filters), limit=NAMES)
