"""A question as it is resolved: what a report's module plans its queries by."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from clickstream.analytics.fields import Field, find_field
from clickstream.analytics.filters import read_filter
from clickstream.analytics.options import TRAFFIC, ReportOptions, check_taken, one_of
from clickstream.analytics.people import (
    is_of_saved,
    overlap_note,
    read_conditions,
    segment_field,
)
from clickstream.analytics.period import DateRange, read_zone, resolve_range
from clickstream.analytics.query import Plan
from clickstream.analytics.saved import SEGMENT
from clickstream.analytics.scope import Scope


@dataclass(frozen=True, slots=True)
class Facts:
    """What the warehouse says of itself: its zone, latest load and event, what stands ready."""

    timezone: str = "UTC"
    loaded_at: dt.datetime | None = None
    last_event_at: dt.datetime | None = None
    has_details: bool = False
    """Whether the details of all sessions are derived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question: its options, the days, traffic and filters that they mean, and the facts."""

    options: ReportOptions
    scope: Scope
    facts: Facts

    @property
    def now(self) -> dt.datetime:
        return self.options.now

    @property
    def reads_details(self) -> bool:
        """Whether the sessions' details can answer: there is no filter on events."""
        return self.facts.has_details and not self.scope.has_event_filter

    @property
    def zone(self) -> ZoneInfo:
        return self.scope.range.zone

    @property
    def by(self) -> Field | None:
        """The field to break down by, of any kind; None where none is asked for."""
        if self.options.by is None:
            return None
        segment = segment_field(self.options.by, self.options.saved, self.scope)
        return segment or find_field(self.options.by)

    @property
    def by_notes(self) -> list[str]:
        """What a reader must know of the field that it is broken down by."""
        is_saved = self.options.by is not None and is_of_saved(self.options.by)
        return [overlap_note(self.options.saved)] if is_saved else []


def usual_days(options: ReportOptions, _: Facts, zone: ZoneInfo) -> DateRange:
    """The days that the options name, else the 30 that end today."""
    return resolve_range(options, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One report: its name, what it tells in a line, the options of its own, and its planner."""

    name: str
    summary: str
    plan: Callable[[Request], Plan]
    takes: tuple[str, ...] = ()
    days: Callable[[ReportOptions, Facts, ZoneInfo], DateRange] = usual_days
    """The days that are meant."""
    is_of_all_traffic: bool = False
    """Whether bots and internal traffic count, whatever the options say."""
    is_heavy: bool = False
    """Whether its rows take a second or so to become the answer."""


def resolve(kind: Kind, options: ReportOptions, facts: Facts) -> Request:
    """The request that options mean. Raises ReportError where the report cannot answer them."""
    check_taken(kind.name, options, kind.takes)
    options = replace(options, filters=(*_standing(options), *options.filters))
    if kind.is_of_all_traffic:
        options = replace(options, bots="include", internal="include")
    one_of("bots", options.bots, TRAFFIC, "exclude")
    one_of("internal", options.internal, TRAFFIC, "exclude")
    zone = read_zone(options.timezone or facts.timezone)
    scope = Scope(
        range=kind.days(options, facts, zone),
        bots=options.bots,
        internal=options.internal,
        days_zone=facts.timezone,
    )
    conditions = read_conditions(options.filters, options.segments, options.saved, scope)
    return Request(options=options, scope=replace(scope, conditions=conditions), facts=facts)


def _standing(options: ReportOptions) -> tuple[str, ...]:
    """The filters that every report begins with, but for fields that are filtered anyway."""
    if not options.saved.filters:
        return ()
    asked = {_field(text) for text in options.filters}
    return tuple(text for text in options.saved.filters if _field(text) not in asked)


def _field(text: str) -> str:
    name = read_filter(text)[0]
    return name if name == SEGMENT else find_field(name).name


def resolved_params(request: Request) -> dict[str, object]:
    """The options as they were understood, for the report's ``params``."""
    options, days = request.options, request.scope.range
    return {
        "from": days.first,
        "to": days.last,
        "timezone": days.zone.key,
        "bots": options.bots,
        "internal": options.internal,
        "filters": list(options.filters),
        "segments": list(options.segments),
    }
