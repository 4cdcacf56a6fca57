"""What counts: the days, the traffic and the filters of a report, as SQL conditions.

Sessions belong to the day of their first event; events and orders to their own. Under a filter on
events, a session or a visitor counts where at least one of its events matches, and an order where
the purchase that founds it does.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from psycopg import sql

from clickstream.analytics.filters import Condition, at_level, condition_sql, needs_value
from clickstream.analytics.options import Traffic
from clickstream.analytics.period import DateRange
from clickstream.analytics.query import all_of

LONGEST_SESSION: Final = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Scope:
    """Which sessions, events and orders a report counts."""

    range: DateRange
    bots: Traffic = "exclude"
    internal: Traffic = "exclude"
    conditions: Sequence[Condition] = ()
    days_zone: str | None = None
    """Whose days the ETL adds up."""

    @property
    def is_of_days(self) -> bool:
        """Whether the days that the ETL adds up can answer: they are the range's, and no filter."""
        return not self.conditions and self.range.zone.key == self.days_zone

    def over(self, days: DateRange) -> "Scope":
        """The same scope over other days."""
        return replace(self, range=days)

    @cached_property
    def session_conditions(self) -> tuple[Condition, ...]:
        return at_level(self.conditions, "session")

    @cached_property
    def line_conditions(self) -> tuple[Condition, ...]:
        return at_level(self.conditions, "line")

    @property
    def has_session_filter(self) -> bool:
        return bool(self.session_conditions)

    @property
    def has_event_filter(self) -> bool:
        return len(self.session_conditions) < len(self.conditions)

    @property
    def is_one_kind(self) -> bool:
        """Whether each event counted is of one kind of traffic, the same for all."""
        return "include" not in (self.bots, self.internal)

    def traffic(self, alias: str) -> sql.Composable:
        """The kinds of traffic that count, of a table that carries both flags."""
        return all_of(
            [*_flag(alias, "is_bot", self.bots), *_flag(alias, "is_internal", self.internal)]
        )

    def sessions(self) -> sql.Composable:
        """The session filters, on sessions ``s``; its days are not in it."""
        return all_of([condition_sql(condition) for condition in self.session_conditions])

    def events(self) -> sql.Composable:
        """The event filters, on events ``e``; its days are not in it."""
        lines = [self._names_product()] if self.line_conditions else []
        return all_of([self.plain_events(), *lines])

    def plain_events(self) -> sql.Composable:
        """The event filters but for those on products."""
        own = at_level(self.conditions, "event")
        return all_of([condition_sql(condition) for condition in own])

    def _names_product(self) -> sql.Composable:
        """Whether the event names a product that meets all line filters."""
        meets = all_of([condition_sql(condition) for condition in self.line_conditions])
        exists = sql.SQL("exists (select 1 from {lines} where {meets})").format(
            lines=EVENT_LINES, meets=meets
        )
        is_named = any(needs_value(condition) for condition in self.line_conditions)
        return all_of([NAMES_SOME_PRODUCT, exists] if is_named else [exists])

    def during(self, column: str, *, beyond: dt.timedelta = dt.timedelta()) -> sql.Composable:
        """Whether an instant lies in the range, or at most ``beyond`` after it."""
        return sql.SQL("{column} >= {start} and {column} < {end}").format(
            column=_column(column), start=self.start, end=instant(self.range.end + beyond)
        )

    @property
    def start(self) -> sql.Composable:
        return instant(self.range.start)

    @property
    def end(self) -> sql.Composable:
        return instant(self.range.end)


EVENT_LINES: Final = sql.SQL(
    """(
        select i.product_id, i.product_name, i.product_category, i.product_brand
        from event_items i
        where e.item_count > 0 and i.event_id = e.event_id
        union all
        select e.product_id, e.product_name, e.product_category, e.product_brand
        where e.item_count = 0
    ) line"""
)
"""The products that an event ``e`` names: its items, looked up where it has some, else its own."""

NAMES_SOME_PRODUCT: Final = sql.SQL(
    "(e.item_count > 0 or e.product_id is not null or e.product_name is not null"
    " or e.product_category is not null or e.product_brand is not null)"
)
"""Whether an event ``e`` names any product: what the index ``events_of_products`` holds."""

PRICED_LINES: Final = sql.SQL(
    """(
        select i.product_id, i.quantity, i.price, i.discount_price
        from event_items i
        where e.item_count > 0 and i.event_id = e.event_id
        union all
        select e.product_id, 1, e.product_price, e.product_discount_price
        where e.item_count = 0
    ) line"""
)
"""The same with what they cost, and how many of each."""


def instant(value: dt.datetime) -> sql.Composable:
    """An instant as SQL."""
    return sql.SQL("{}::timestamptz").format(sql.Literal(value))


def _flag(alias: str, column: str, traffic: Traffic) -> list[sql.Composable]:
    flag = sql.Identifier(alias, column)
    if traffic == "include":
        return []
    return [flag if traffic == "only" else sql.SQL("not {}").format(flag)]


def _column(name: str) -> sql.Composable:
    return sql.Identifier(*name.split("."))
