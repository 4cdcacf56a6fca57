"""Value: what each customer will buy and be worth, by BG/NBD and Gamma-Gamma.

Grain: one row a person (the user, else the visitor) and currency that it ordered in, the largest
expected value first. A person's orders of one day are one transaction. Times run from the day of
the first transaction, in weeks unless told otherwise: ``frequency`` counts the days with orders
after the first, ``recency`` is the time of the last of them, ``age`` the time until the calibration
ends. ``monetary_value`` is the mean worth of the transactions after the first, null without one.
The models are fitted by maximum likelihood on what was ordered until the end of the calibration,
one for each currency: BG/NBD (Fader, Hardie and Lee 2005) on all customers, Gamma-Gamma (Fader and
Hardie 2013) on those who bought again for more than nothing. ``expected_value`` is the expected
purchases within the horizon times the expected average value. The range is all of history, up to
the latest event, unless told otherwise.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from psycopg import sql

from clickstream.analytics.measures import period_of
from clickstream.analytics.options import ReportOptions, one_of
from clickstream.analytics.people import PERSON
from clickstream.analytics.period import EARLIEST, DateRange, check_range, day_start, read_duration
from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column, Row
from clickstream.analytics.request import Facts, Kind, Request
from clickstream.analytics.scope import instant
from clickstream.analytics.sources import counted_orders
from clickstream.errors import ReportError

if TYPE_CHECKING:
    from clickstream.analytics.lifetime import Lifetime

UNITS: Final[Mapping[str, float]] = {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}
"""Days of each unit of time."""

MONETARY: Final = ("repeat", "all")
HORIZON: Final = "52w"
COLUMNS: Final = (
    Column("person", "Customer"),
    Column("currency", "Currency"),
    Column("first_ordered_on", "First order"),
    Column("last_ordered_on", "Latest order"),
    Column("orders", "Orders", "count"),
    Column("revenue", "Revenue", "money"),
    Column("frequency", "Repeat purchases", "count"),
    Column("recency", "Latest, from the first", "ratio"),
    Column("age", "Now, from the first", "ratio"),
    Column("monetary_value", "Mean value", "money"),
    Column("expected_purchases", "Expected purchases", "ratio"),
    Column("probability_alive", "Still a customer", "rate"),
    Column("expected_average_value", "Expected mean value", "money"),
    Column("expected_value", "Expected value", "money"),
    Column("later_transactions", "Purchases after the calibration", "count"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked: the unit of time, the calibration's end, the horizon, whose mean counts."""

    unit: str
    until: dt.datetime
    """The instant before which orders are fitted to."""
    last_day: dt.date
    """The last day of the calibration, to which ages run."""
    horizon: float
    """In units of time."""
    monetary: str


def history(options: ReportOptions, facts: Facts, zone: ZoneInfo) -> DateRange:
    """All of history up to the latest event, unless the options name days."""
    today = options.now.astimezone(zone).date()
    latest = facts.last_event_at.astimezone(zone).date() if facts.last_event_at else today
    last = options.to or min(today, latest)
    return check_range(DateRange(options.from_ or EARLIEST, last, zone))


def plan(request: Request) -> Plan:
    """The one query: every customer's transactions, added up."""
    wanted = read_wanted(request)
    scope = request.scope
    query = compose(
        "value",
        person=PERSON,
        day=period_of("o.ordered_at", scope, "day"),
        **counted_orders(scope, with_session=True),
        calibrated_until=instant(wanted.until),
        calibration_day=sql.SQL("{}::date").format(sql.Literal(wanted.last_day)),
    )
    return Plan({"customers": query}, lambda results: shape(request, wanted, results))


def read_wanted(request: Request) -> Wanted:
    """What the options ask for. Raises ReportError where they make no sense."""
    options, last = request.options, request.scope.range.last
    unit = one_of("time_unit", options.time_unit, UNITS, "week")
    horizon = read_duration("horizon", options.horizon or HORIZON)
    until, last_day = _calibration(options.calibration_end, request)
    if not request.scope.range.first <= last_day <= last:
        raise ReportError(
            f"--calibration-end is {options.calibration_end!r}; it has to lie in the report's "
            f"days, {request.scope.range.first} to {last}"
        )
    return Wanted(
        unit=unit,
        until=until,
        last_day=last_day,
        horizon=horizon / dt.timedelta(days=UNITS[unit]),
        monetary=one_of("monetary", options.monetary, MONETARY, "repeat"),
    )


def _calibration(text: str | None, request: Request) -> tuple[dt.datetime, dt.date]:
    """The first instant after the calibration, and its last day. A day, or an instant, is in it."""
    zone, days = request.zone, request.scope.range
    if text is None:
        return days.end, days.last
    try:
        if len(text.strip()) <= len("2026-01-31"):
            day = dt.date.fromisoformat(text.strip())
            return day_start(day + dt.timedelta(days=1), zone), day
        at = dt.datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise ReportError(
            f"--calibration-end is {text!r}; give a day such as 2026-01-31, or an instant"
        ) from None
    at = at.replace(tzinfo=zone) if at.tzinfo is None else at
    return at + dt.timedelta(microseconds=1), at.astimezone(zone).date()


def shape(request: Request, wanted: Wanted, results: Results) -> Answer:
    """The customers of each currency with what its models expect of them."""
    from clickstream.analytics.lifetime import lifetimes  # noqa: PLC0415 - scipy takes its time

    groups: dict[str | None, list[Row]] = defaultdict(list)
    for row in results["customers"]:
        groups[row["currency"]].append(row)
    found = {
        currency: lifetimes(
            rows,
            unit_days=UNITS[wanted.unit],
            horizon=wanted.horizon,
            has_first=wanted.monetary == "all",
        )
        for currency, rows in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0] or "~"))
    }
    limit = request.options.limit
    rows = [row for one in found.values() for row in one.rows(limit)]
    rows.sort(key=_rank)
    return Answer(
        columns=COLUMNS,
        rows=rows[:limit] if limit else rows,
        params=_params(request, wanted, found),
        summary={"totals": [_total(code, one) for code, one in found.items()]},
        notes=[note for code, one in found.items() for note in _notes(code, one, len(found))],
    )


def _rank(row: Row) -> tuple[Any, ...]:
    worth = row["expected_value"]
    return (worth is None, -(worth or 0.0), -row["revenue"], row["person"], row["currency"] or "")


def _params(
    request: Request, wanted: Wanted, found: Mapping[str | None, "Lifetime"]
) -> dict[str, Any]:
    """The options, and the parameters: ``model`` is that of the currency with most customers."""
    models = {currency or "": one.parameters for currency, one in found.items()}
    return {
        "time_unit": wanted.unit,
        "calibration_end": request.options.calibration_end or wanted.last_day,
        "horizon": request.options.horizon or HORIZON,
        "monetary": wanted.monetary,
        "model": next(iter(models.values()), {}),
        "models": models,
    }


def _total(currency: str | None, one: "Lifetime") -> dict[str, Any]:
    return {"currency": currency, **one.summary}


def _notes(currency: str | None, one: "Lifetime", currencies: int) -> Sequence[str]:
    prefix = f"{currency or 'No currency'}: " if currencies > 1 else ""
    return [prefix + note for note in one.notes]


KIND: Final = Kind(
    name="value",
    summary="What each customer is expected to buy and be worth (BG/NBD, Gamma-Gamma).",
    plan=plan,
    takes=("time_unit", "calibration_end", "horizon", "monetary", "limit"),
    days=history,
    is_heavy=True,
)
