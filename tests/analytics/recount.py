"""The metrics of a history, counted once more from its events, one by one."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from histories import Happening, History, Return, Sale, Visit


def everything(_: object) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Window:
    """What counts: instants from ``start`` to before ``end``, kinds of traffic, and filters."""

    start: dt.datetime
    end: dt.datetime
    bots: str = "exclude"
    internal: str = "exclude"
    visit: Callable[[Visit], bool] = everything
    event: Callable[[Happening], bool] = everything

    def holds(self, at: dt.datetime) -> bool:
        return self.start <= at < self.end

    def takes(self, visit: Visit) -> bool:
        return self.is_traffic(visit) and self.visit(visit)

    def is_traffic(self, visit: Visit) -> bool:
        wanted = {"exclude": (False,), "only": (True,), "include": (True, False)}
        return visit.is_bot in wanted[self.bots] and visit.is_internal in wanted[self.internal]


def window(first: dt.date, last: dt.date, zone: str = "UTC", **kind: Any) -> Window:
    """The window of days of a zone, both included."""
    start, after = (
        dt.datetime.combine(day, dt.time(), ZoneInfo(zone))
        for day in (first, last + dt.timedelta(days=1))
    )
    return Window(start=start, end=after, **kind)


def events_in(past: History, seen: Window) -> list[Happening]:
    return [
        event
        for visit in past.visits
        if seen.takes(visit)
        for event in visit.events
        if seen.holds(event.at) and seen.event(event)
    ]


def visits_in(past: History, seen: Window) -> list[Visit]:
    return [
        visit
        for visit in past.visits
        if seen.takes(visit)
        and seen.holds(visit.started)
        and any(seen.event(event) for event in visit.events)
    ]


def sales_in(past: History, seen: Window) -> list[Sale]:
    return [
        sale
        for sale in past.sales
        if seen.takes(sale.visit) and seen.holds(sale.event.at) and seen.event(sale.event)
    ]


def returns_in(past: History, seen: Window) -> list[Return]:
    return [
        given
        for given in past.returns
        if given.value > 0
        and seen.holds(given.event.at)
        and seen.takes(given.sale.visit)
        and seen.event(given.sale.event)
    ]


def count(past: History, seen: Window) -> dict[str, Any]:
    """The counts of a window, and its money per currency."""
    events, visits, sales = events_in(past, seen), visits_in(past, seen), sales_in(past, seen)
    sold_in = {sale.visit.id for sale in past.sales if seen.event(sale.event)}
    return {
        "events": len(events),
        "visitors": len({event.visitor for event in events}),
        "page_views": sum(event.action == "page_view" for event in events),
        "sessions": len(visits),
        "engaged_sessions": sum(visit.is_engaged for visit in visits),
        "new_visitors": sum(visit.is_first for visit in visits),
        "engagement_time_ms": sum(event.engaged_ms or 0 for event in events),
        "duration_ms": sum(
            (visit.ended - visit.started) // dt.timedelta(milliseconds=1) for visit in visits
        ),
        "converting_sessions": sum(visit.id in sold_in for visit in visits),
        "orders": len(sales),
        "buyers": len({sale.event.visitor for sale in sales}),
        "quantity": sum(line.quantity for sale in sales for line in sale.event.lines),
        "money": _money(sales, returns_in(past, seen)),
    }


def _money(sales: Sequence[Sale], returns: Sequence[Return]) -> dict[str | None, dict[str, Any]]:
    codes = {sale.event.currency for sale in sales} | {
        given.sale.event.currency for given in returns
    }
    return {
        code: {
            "orders": sum(sale.event.currency == code for sale in sales),
            "revenue": _sum(sale.event.worth for sale in sales if sale.event.currency == code),
            "refunded": _sum(given.value for given in returns if given.sale.event.currency == code),
        }
        for code in codes
    }


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
