"""What can be asked of a report: dates, traffic, filters, and each report's own options."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from typing import Final, Literal, get_args

from clickstream.analytics.saved import BUILT_IN_ONLY, Saved
from clickstream.errors import ReportError

Traffic = Literal["exclude", "include", "only"]
Compare = Literal["previous", "none"]
Interval = Literal["hour", "day", "week", "month"]

TRAFFIC: Final[tuple[Traffic, ...]] = get_args(Traffic)
INTERVALS: Final[tuple[Interval, ...]] = get_args(Interval)

COMMON: Final = frozenset(
    {"now", "saved", "from_", "to", "timezone", "bots", "internal", "filters", "segments"}
)
"""The options that every report takes."""


FLAGS: Final = {
    "from_": "from",
    "filters": "filter",
    "segments": "segment",
    "metrics": "metric",
    "steps": "step",
    "funnel": "name",
}
"""The names on the command line of options that are called otherwise here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """One question's options; None where the report's default is meant.

    ``now`` is the clock. ``from_`` and ``to`` are days of ``timezone`` (the warehouse's own unless
    given), both included; the default is the 30 days that end today. ``filters`` are texts
    ``FIELD=VALUE`` (or ``FIELD!=VALUE``): one field's values are or-ed, fields are and-ed.
    ``segments`` are names that ``saved`` knows, each of which must hold.
    """

    now: dt.datetime
    from_: dt.date | None = None
    to: dt.date | None = None
    timezone: str | None = None
    bots: Traffic = "exclude"
    internal: Traffic = "exclude"
    filters: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    saved: Saved = BUILT_IN_ONLY
    compare: Compare | None = None
    metrics: tuple[str, ...] | None = None
    interval: Interval | None = None
    by: str | None = None
    limit: int | None = None
    steps: tuple[str, ...] | None = None
    exclude_steps: tuple[str, ...] | None = None
    funnel: str | None = None
    order: str | None = None
    window: str | None = None
    unit: str | None = None
    trend: Interval | None = None
    node: str | None = None
    start: str | None = None
    end: str | None = None
    length: int | None = None
    merge: tuple[str, ...] | None = None
    merge_repeats: bool | None = None
    from_first: str | None = None
    on_or_after: bool | None = None
    model: str | None = None
    lookback: str | None = None
    kind: str | None = None
    minutes: int | None = None
    before: str | None = None
    event: str | None = None
    time_unit: str | None = None
    calibration_end: str | None = None
    horizon: str | None = None
    monetary: str | None = None
    tolerance: str | None = None
    uncounted_status: tuple[str, ...] | None = None

    def given(self) -> frozenset[str]:
        """The names of the options that are not at their defaults."""
        return frozenset(
            option.name
            for option in fields(self)
            if option.default is MISSING or getattr(self, option.name) != option.default
        )


def check_taken(report: str, options: ReportOptions, taken: Iterable[str]) -> None:
    """Raise ReportError where an option was given that the report does not take."""
    known = frozenset(taken)
    for name in sorted(options.given() - COMMON - known):
        others = ", ".join(f"--{flag(option)}" for option in sorted(known)) or "none of its own"
        raise ReportError(
            f"The report {report} takes no --{flag(name)}. Its options, beside dates and filters: "
            f"{others}."
        )
    if options.limit is not None and options.limit < 0:
        raise ReportError(f"--limit is {options.limit}; give 0 for all rows, or a positive number")


def one_of(option: str, value: str | None, allowed: Iterable[str], default: str) -> str:
    """An option's value, or its default. Raises ReportError where it is not among the allowed."""
    choices = tuple(allowed)
    if value is None:
        return default
    if value not in choices:
        raise ReportError(f"--{flag(option)} is {value!r}; it is one of {', '.join(choices)}")
    return value


def flag(option: str) -> str:
    """The option's name on the command line."""
    return FLAGS.get(option, option.replace("_", "-"))
