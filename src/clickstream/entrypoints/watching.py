"""The watch over a shop's numbers: what is read from the reports, and judged after each load."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg

from clickstream.analytics import Report, ReportOptions, Saved, run_report
from clickstream.quality.watched import Grain, Name, Observation, Part, start_of, step

COUNTS: Final = ("visitors", "sessions", "orders")
WEIGHED: Final = {
    "events": ("sum", "sessions"),
    "page_views": ("sum", "sessions"),
    "engaged_rate": ("rate", "sessions"),
    "conversion_rate": ("rate", "sessions"),
    "revenue": ("sum", "orders"),
    "average_order_value": ("mean", "orders"),
}
"""How the other headline metrics vary by chance, and over how many of what."""
MONEY: Final = frozenset({"revenue", "average_order_value"})
NUMERATORS: Final = {
    "engaged_rate": ("engaged_sessions", "sessions"),
    "conversion_rate": ("converting_sessions", "sessions"),
    "average_order_value": ("revenue", "orders"),
}
"""What is looked at by dimensions where a metric is a quotient, and what it is set against."""
DIMENSIONS: Final = ("channel", "device", "browser", "country", "landing_page")
OF_EVENTS: Final = ("page", "event_name")
OF_ORDERS: Final = ("product_id", "category")
FUNNEL: Final = "funnel:"
WINDOW: Final = "1h"
"""The time that a watched funnel's sessions have: then its numbers are final when it is judged."""
COMPARED: Final = {"hour": (1, 7), "day": (7, 4)}
"""How many days the like periods before one are apart, and how many of them there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """The reports as the watch reads them: without bots and internal traffic, and by the standing
    filters, in one zone."""

    connection: psycopg.Connection
    zone: ZoneInfo
    now: datetime
    saved: Saved

    @property
    def filters(self) -> str:
        """The filters that every report begins with, in any order."""
        return " ".join(sorted(self.saved.filters))

    def observe(self, grain: Grain, first: datetime, last: datetime) -> list[Observation]:
        """Every headline metric, and each step of each saved funnel, in the periods asked for."""
        found = [*self._metrics(grain, first, last)]
        for funnel in self.saved.funnels:
            found += self._funnel(funnel.name, grain, (first, last))
        return [one for one in found if first <= one.period <= last]

    def _metrics(self, grain: Grain, first: datetime, last: datetime) -> Iterator[Observation]:
        metrics = (*COUNTS, *WEIGHED)
        report = self._ask("trends", first, last, metrics=metrics, interval=grain, compare="none")
        weights: dict[tuple[str, datetime], float] = {}
        for row in report.rows:
            if row["metric"] in COUNTS:
                period = self._period(row["period"])
                weights[row["metric"], period] = float(row["value"] or 0)
        for row in report.rows:
            yield self._observation(row, weights)

    def _observation(
        self, row: Mapping[str, Any], weights: Mapping[tuple[str, datetime], float]
    ) -> Observation:
        metric, period = row["metric"], self._period(row["period"])
        value = None if row["value"] is None else float(row["value"])
        if metric in COUNTS:
            return Observation(Name(metric), period, value, value or 0.0)
        kind, weight = WEIGHED[metric]
        name = Name(metric, "currency", row["currency"] or "") if metric in MONEY else Name(metric)
        return Observation(name, period, value, weights[weight, period], kind)

    def _funnel(
        self, funnel: str, grain: Grain, periods: tuple[datetime, datetime]
    ) -> Iterator[Observation]:
        report = self._ask(
            "funnel", *periods, funnel=funnel, unit="session", window=WINDOW, trend=grain
        )
        counts: dict[tuple[Name, datetime], float] = {}
        names: dict[Name, None] = {}
        for row in report.rows:
            name = Name(FUNNEL + funnel, "step", f"{row['step']} {row['name']}")
            names[name] = None
            counts[name, self._period(row["period"])] = float(row["count"])
        for period in self._periods(grain, *periods):
            for name in names:
                count = counts.get((name, period), 0.0)
                yield Observation(name, period, count, count)

    def parts(self, name: Name, grain: Grain, period: datetime) -> list[Part]:
        """The period and the mean of the like ones before it, by each dimension's values."""
        days, count = COMPARED[grain]
        earlier = [step(period, "day", -days * number, self.zone) for number in range(1, count + 1)]
        return [
            part
            for dimension in self._dimensions(name)
            for part in self._parts(name, grain, dimension, (period, earlier))
        ]

    def _dimensions(self, name: Name) -> tuple[str, ...]:
        metric = name.metric
        if metric.startswith(FUNNEL):
            return (*DIMENSIONS, *OF_ORDERS)
        if metric in {"events", "page_views"}:
            return (*DIMENSIONS, *OF_EVENTS)
        return (*DIMENSIONS, *OF_ORDERS) if metric in {"orders", *MONEY} else DIMENSIONS

    def _parts(
        self, name: Name, grain: Grain, dimension: str, periods: tuple[datetime, Sequence[datetime]]
    ) -> list[Part]:
        period, earlier = periods
        amounts, bases = self._by(name, grain, dimension, (earlier[-1], period))
        usual_base = sum(bases.get(one, 0.0) for one in earlier)
        # What is a quotient is compared as if there had been as many sessions, or orders.
        scale = bases.get(period, 0.0) / usual_base if usual_base else 1 / len(earlier)
        now, before = amounts.get(period, {}), dict[str, float]()
        for one in earlier:
            for value, amount in amounts.get(one, {}).items():
                before[value] = before.get(value, 0.0) + amount * scale
        return [
            Part(dimension, value, now.get(value, 0.0), before.get(value, 0.0))
            for value in sorted({*now, *before})
        ]

    def _by(
        self, name: Name, grain: Grain, dimension: str, periods: tuple[datetime, datetime]
    ) -> tuple[dict[datetime, dict[str, float]], dict[datetime, float]]:
        """Each period's amounts by a dimension's values, and what a quotient is set against."""
        amounts: dict[datetime, dict[str, float]] = {}
        bases: dict[datetime, float] = {}
        base = NUMERATORS.get(name.metric, ("", ""))[1]
        for row in self._broken_down(name, grain, dimension, periods):
            period = self._period(row["period"])
            amount = float(row["count" if name.dimension == "step" else "value"] or 0)
            if base and row["metric"] == base:
                bases[period] = bases.get(period, 0.0) + amount
            elif self._is_of(name, row):
                value = "(none)" if row[dimension] is None else str(row[dimension])
                own = amounts.setdefault(period, {})
                own[value] = own.get(value, 0.0) + amount
        return amounts, bases

    def _broken_down(
        self, name: Name, grain: Grain, dimension: str, periods: tuple[datetime, datetime]
    ) -> Sequence[Mapping[str, Any]]:
        if name.metric.startswith(FUNNEL):
            return self._ask(
                "funnel", *periods, funnel=name.metric.removeprefix(FUNNEL), by=dimension,
                unit="session", window=WINDOW, trend=grain,
            ).rows  # fmt: skip
        metrics = NUMERATORS.get(name.metric, (name.metric,))
        return self._ask(
            "trends", *periods, metrics=metrics, interval=grain, by=dimension, compare="none"
        ).rows

    def _is_of(self, name: Name, row: Mapping[str, Any]) -> bool:
        if name.dimension == "step":
            return bool(f"{row['step']} {row['name']}" == name.value)
        return name.dimension != "currency" or (row.get("currency") or "") == name.value

    def _ask(self, report: str, first: datetime, last: datetime, **options: Any) -> Report:  # noqa: ANN401
        asked = ReportOptions(
            now=self.now,
            from_=first.astimezone(self.zone).date(),
            to=last.astimezone(self.zone).date(),
            timezone=self.zone.key,
            saved=self.saved,
            **options,
        )
        return run_report(self.connection, report, asked)

    def _period(self, shown: date | datetime) -> datetime:
        """The beginning of a period in UTC, from how a report shows it."""
        if isinstance(shown, datetime):
            return shown.astimezone(UTC)
        return datetime(shown.year, shown.month, shown.day, tzinfo=self.zone).astimezone(UTC)

    def _periods(self, grain: Grain, first: datetime, last: datetime) -> Iterator[datetime]:
        period = start_of(grain, first, self.zone)
        while period <= last:
            yield period
            period = step(period, grain, 1, self.zone)
