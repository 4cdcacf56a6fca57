"""What the visitor of the dashboard is looking at: page, dates and filters, to and from the URL."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, urlencode
from zoneinfo import available_timezones

DEFAULT_RANGE: Final = "14d"
EARLIEST: Final = dt.date(2000, 1, 1)
LATEST: Final = dt.date(2100, 1, 1)
MAX_VALUES: Final = 50
MAX_LENGTH: Final = 200

RANGES: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {
        "today": ("Today", 1),
        "7d": ("7 days", 7),
        "14d": ("14 days", 14),
        "30d": ("30 days", 30),
        "90d": ("90 days", 90),
    }
)

DIMENSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "channel": "Channel",
        "device": "Device",
        "visitor_type": "New or returning",
        "login": "Signed in",
        "brand": "Brand",
        "category": "Category",
        "source": "Source",
        "campaign": "Campaign",
        "landing_page": "Landing page",
        "country": "Country",
        "browser": "Browser",
        "event_name": "Event",
        "segment": "Segment",
    }
)
"""What can be chosen in the filter menu: fields of analytics, with their names."""

TRAFFIC: Final = ("exclude", "include", "only")
"""What may be done with bots, and with internal traffic."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` to ``end``, both included, in the report's zone."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def before(self) -> "Period":
        """The period of the same length that ends the day before this one starts."""
        return Period(self.start - dt.timedelta(days=self.days), self.start - dt.timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which events count: dates, comparison and chosen values. Hashable: it keys a cache."""

    range: str = DEFAULT_RANGE
    custom: Period | None = None
    compare: bool = True
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    currency: str | None = None
    timezone: str | None = None
    bots: str = "exclude"
    internal: str = "exclude"

    def period(self, today: dt.date) -> Period:
        if self.custom is not None:
            return self.custom
        days = RANGES[self.range][1]
        return Period(today - dt.timedelta(days=days - 1), today)

    def values(self, dimension: str) -> tuple[str, ...]:
        return dict(self.chosen).get(dimension, ())

    def only(self, dimension: str, *values: str) -> "Filters":
        """The same filters, with these values of a dimension in place of those chosen."""
        rest = dict(self.chosen) | {dimension: values}
        return replace(
            self, chosen=tuple((name, rest[name]) for name in DIMENSIONS if name in rest)
        )

    def to_pairs(self) -> list[tuple[str, str]]:
        """Query-string pairs that ``read_view`` reads back; what is default is left out."""
        pairs: list[tuple[str, str]] = []
        if self.custom is not None:
            pairs += [("from", str(self.custom.start)), ("to", str(self.custom.end))]
        elif self.range != DEFAULT_RANGE:
            pairs.append(("range", self.range))
        if not self.compare:
            pairs.append(("compare", "off"))
        if self.currency:
            pairs.append(("currency", self.currency))
        if self.timezone:
            pairs.append(("tz", self.timezone))
        pairs += [
            (name, value)
            for name, value in (("bots", self.bots), ("internal", self.internal))
            if value != "exclude"
        ]
        pairs += [(name, value) for name, values in self.chosen for value in values]
        return pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One page with its filters and its own small state (metric, order, page of a table)."""

    page: str
    filters: Filters = field(default_factory=Filters)
    own: tuple[tuple[str, str], ...] = ()

    def choice(self, key: str, allowed: Iterable[str], default: str) -> str:
        """The page's own setting, where it is one of the allowed ones."""
        value = self.text(key) or default
        return value if value in allowed else default

    def text(self, key: str) -> str:
        """The page's own setting; its first value, where there are several."""
        return next(iter(self.texts(key)), "")

    def texts(self, key: str) -> tuple[str, ...]:
        """All values of the page's own setting, in their order."""
        return tuple(value for name, value in self.own if name == key)

    def number(self, key: str, default: int) -> int:
        """A whole number from 1 to 99,999 among the page's own settings."""
        value = self.text(key)
        is_number = value.isascii() and value.isdigit() and len(value) <= 5
        return max(1, int(value)) if is_number else default

    def to_query(self) -> str:
        pairs = [("page", self.page), *self.filters.to_pairs(), *self.own]
        return urlencode(pairs)

    def with_page(self, page: str) -> "View":
        return replace(self, page=page, own=())

    def without_filters(self) -> "View":
        """The page with its own small state alone."""
        return replace(self, filters=Filters())


FILTER_KEYS: Final = frozenset(
    {"page", "range", "from", "to", "compare", "currency", "tz", "bots", "internal", *DIMENSIONS}
)


def read_view(query: str, pages: Sequence[str]) -> View:
    """The view that a URL's query string asks for. What it cannot mean is left out, silently.

    The first of ``pages`` is the default. Nothing here raises: a link is anybody's text.
    """
    pairs = [(key, value) for key, value in parse_qsl(query[:16_000]) if _is_plain(value)]
    single = dict(reversed(pairs))
    page = single.get("page", pages[0])
    own = [(key, value) for key, value in pairs if key not in FILTER_KEYS]
    return View(
        page=page if page in pages else pages[0],
        filters=_read_filters(pairs, single),
        own=tuple(sorted(own, key=lambda pair: pair[0]))[:MAX_VALUES],
    )


def _read_filters(pairs: Sequence[tuple[str, str]], single: Mapping[str, str]) -> Filters:
    named = single.get("range", DEFAULT_RANGE)
    currency = single.get("currency", "")
    is_currency = len(currency) == 3 and currency.isascii() and currency.isupper()
    return Filters(
        range=named if named in RANGES else DEFAULT_RANGE,
        custom=_read_period(single.get("from", ""), single.get("to", "")),
        compare=single.get("compare") != "off",
        chosen=_read_chosen(pairs),
        currency=currency if is_currency else None,
        timezone=_read_zone(single.get("tz", "")),
        bots=_read_traffic(single.get("bots", "")),
        internal=_read_traffic(single.get("internal", "")),
    )


def _read_zone(name: str) -> str | None:
    return name if name in time_zones() else None


def _read_traffic(text: str) -> str:
    return text if text in TRAFFIC else "exclude"


@cache
def time_zones() -> Sequence[str]:
    """The names of places whose clocks can be chosen, in order; UTC first."""
    places = (name for name in available_timezones() if "/" in name and name[:4] != "Etc/")
    return ("UTC", *sorted(places))


def _read_chosen(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, set[str]] = {}
    for key, value in pairs:
        if key in DIMENSIONS:
            found.setdefault(key, set()).add(value)
    return tuple(
        (name, tuple(sorted(found[name])[:MAX_VALUES])) for name in DIMENSIONS if name in found
    )


def _read_period(start: str, end: str) -> Period | None:
    try:
        first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    except ValueError:
        return None
    if first > last:
        first, last = last, first
    return Period(first, last) if first >= EARLIEST and last <= LATEST else None


def _is_plain(value: str) -> bool:
    return len(value) <= MAX_LENGTH and value.isprintable()
