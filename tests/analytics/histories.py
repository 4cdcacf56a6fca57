"""Histories for tests of reports: events written by hand or at random, and their tables.

Sessions, visitors, orders and refunds are derived here from the events in plain Python, by
docs/metrics.md and nothing of the platform's code, so that tests know what the tables must say.
"""

import datetime as dt
import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

GAP = dt.timedelta(minutes=30)
DAY = dt.timedelta(hours=24)
START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
_numbers = itertools.count()


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of an event."""

    id: str | None
    name: str | None = None
    category: str | None = None
    brand: str | None = None
    price: Decimal | None = None
    discount_price: Decimal | None = None
    quantity: int = 1

    @property
    def worth(self) -> Decimal:
        price = self.discount_price if self.discount_price is not None else self.price
        return (price or Decimal(0)) * self.quantity


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event as a test writes it down."""

    at: dt.datetime
    visitor: str = "ann"
    name: str = "page_view"
    action: str | None = "page_view"
    id: str = field(default_factory=lambda: f"{next(_numbers):09d}")
    page: str | None = "/"
    title: str | None = None
    user: str | None = None
    product: Item | None = None
    items: tuple[Item, ...] = ()
    order: str | None = None
    value: Decimal | None = None
    currency: str | None = None
    term: str | None = None
    engaged_ms: int | None = None
    scroll: float | None = None
    element: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None
    # of the session that it opens
    channel: str = "Direct"
    source: str | None = None
    campaign: str | None = None
    device: str = "desktop"
    bot: float = 0.0
    internal: bool = False

    @property
    def lines(self) -> tuple[Item, ...]:
        """What the event sells: its items, else its product."""
        return self.items or ((self.product,) if self.product else ())

    @property
    def worth(self) -> Decimal:
        if self.value is not None:
            return self.value
        return sum((line.worth for line in self.lines), Decimal(0))

    @property
    def order_id(self) -> str:
        return self.order or f"event:{self.id}"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One session with its events in order."""

    events: tuple[Happening, ...]
    is_first: bool

    @property
    def id(self) -> str:
        return self.events[0].id

    @property
    def first(self) -> Happening:
        return self.events[0]

    @property
    def started(self) -> dt.datetime:
        return self.events[0].at

    @property
    def ended(self) -> dt.datetime:
        return self.events[-1].at

    @property
    def views(self) -> list[Happening]:
        return [event for event in self.events if event.action == "page_view"]

    @property
    def engaged_ms(self) -> int:
        return sum(event.engaged_ms or 0 for event in self.events)

    @property
    def is_engaged(self) -> bool:
        pings = [event.engaged_ms for event in self.events if event.engaged_ms is not None]
        spent = sum(pings) if pings else (self.ended - self.started) / dt.timedelta(milliseconds=1)
        bought = any(event.action == "purchase" for event in self.events)
        return spent >= 10_000 or len(self.views) >= 2 or bought

    @property
    def is_bot(self) -> bool:
        return self.first.bot >= 0.5

    @property
    def is_internal(self) -> bool:
        return self.first.internal


@dataclass(frozen=True, kw_only=True)
class Sale:
    """One order: its founding purchase, that one's session, and what was given back."""

    event: Happening
    visit: Visit
    duplicates: int
    refunded: Decimal = Decimal(0)

    @property
    def id(self) -> str:
        return self.event.order_id


@dataclass(frozen=True, kw_only=True)
class Return:
    """One refund and what it takes from its order."""

    event: Happening
    sale: Sale
    value: Decimal


@dataclass(frozen=True)
class History:
    """Events and what they come to."""

    events: tuple[Happening, ...]
    visits: tuple[Visit, ...]
    sales: tuple[Sale, ...]
    returns: tuple[Return, ...]


def history(events: Iterable[Happening]) -> History:
    """The events in order with their sessions, orders and refunds."""
    ordered = sorted(events, key=lambda event: (event.at, event.id))
    visits = [visit for group in _by_visitor(ordered).values() for visit in _visits(group)]
    placed = {event.id: visit for visit in visits for event in visit.events}
    founded: dict[str, Sale] = {}
    for event in ordered:
        if event.action != "purchase":
            continue
        known = founded.get(event.order_id)
        founded[event.order_id] = (
            replace(known, duplicates=known.duplicates + 1)
            if known
            else Sale(event=event, visit=placed[event.id], duplicates=0)
        )
    returns: list[Return] = []
    for event in ordered:
        sale = founded.get(event.order or "") if event.action == "refund" else None
        if sale is None:
            continue
        left = sale.event.worth - sale.refunded
        taken = min(left, event.worth) if event.value is not None or event.lines else left
        founded[sale.id] = replace(sale, refunded=sale.refunded + taken)
        returns.append(Return(event=event, sale=sale, value=taken))
    return History(tuple(ordered), tuple(visits), tuple(founded.values()), tuple(returns))


def _by_visitor(events: Sequence[Happening]) -> dict[str, list[Happening]]:
    groups: dict[str, list[Happening]] = {}
    for event in events:
        groups.setdefault(event.visitor, []).append(event)
    return groups


def _visits(events: Sequence[Happening]) -> list[Visit]:
    visits: list[list[Happening]] = []
    for event in events:
        if visits and event.at - visits[-1][-1].at <= GAP and event.at - visits[-1][0].at < DAY:
            visits[-1].append(event)
        else:
            visits.append([event])
    return [Visit(events=tuple(group), is_first=place == 0) for place, group in enumerate(visits)]


def load(connection: psycopg.Connection, past: History, *, timezone: str = "UTC") -> None:
    """Writes a history's events, sessions, visitors, orders, refunds and products."""
    for table, rows in _tables(past).items():
        _insert(connection, table, rows)
    _insert(connection, "daily_metrics", _day_rows(past, ZoneInfo(timezone)))
    connection.execute("insert into warehouse_settings values ('timezone', %s)", [timezone])
    connection.commit()


def _tables(past: History) -> dict[str, list[dict[str, Any]]]:
    placed = {event.id: visit for visit in past.visits for event in visit.events}
    return {
        "events": [_event_row(event, placed[event.id]) for event in past.events],
        "event_items": [
            _item_row(event, place, item)
            for event in past.events
            for place, item in enumerate(event.items)
        ],
        "sessions": [_session_row(visit) for visit in past.visits],
        "visitors": _visitor_rows(past.visits),
        "orders": [_order_row(sale) for sale in past.sales],
        "refunds": [_refund_row(given) for given in past.returns],
        "product_attributes": _attribute_rows(past.events),
    }


def _event_row(event: Happening, visit: Visit) -> dict[str, Any]:
    product = event.product or Item(id=None)
    return {
        "event_id": event.id,
        "event_timestamp": event.at,
        "time_source": "imported",
        "received_at": event.at,
        "event_name": event.name,
        "action": event.action,
        "visitor_id": event.visitor,
        "identity_source": "client",
        "user_id": event.user,
        "session_id": visit.id,
        "is_first_visit": visit.is_first,
        "channel": visit.first.channel,
        "bot_score": visit.first.bot,
        "is_bot": visit.first.bot >= 0.5,
        "is_internal": visit.first.internal,
        "page_host": "shop.example",
        "page_path": event.page,
        "page_title": event.title,
        "device_type": visit.first.device,
        "product_id": product.id,
        "product_name": product.name,
        "product_category": product.category,
        "product_brand": product.brand,
        "product_price": product.price,
        "product_discount_price": product.discount_price,
        "order_id": event.order,
        "value": event.worth,
        "currency": event.currency,
        "search_term": event.term,
        "engagement_time_ms": event.engaged_ms,
        "scroll_percent": event.scroll,
        "element": Jsonb(event.element) if event.element else None,
        "properties": Jsonb(event.properties) if event.properties else None,
        "own_bot_score": event.bot,
        "own_internal": event.internal,
        "is_key_event": event.action == "purchase",
        "item_count": len(event.items),
        "payload_hash": event.id.encode(),
        "object_key": "events/test",
        "object_line": 1,
    }


def _item_row(event: Happening, place: int, item: Item) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "position": place,
        "product_id": item.id,
        "product_name": item.name,
        "product_category": item.category,
        "product_brand": item.brand,
        "price": item.price,
        "discount_price": item.discount_price,
        "quantity": item.quantity,
    }


FUNNEL = ("view_item", "add_to_cart", "begin_checkout", "purchase")


def _session_row(visit: Visit) -> dict[str, Any]:
    step = 0
    for event in visit.events:
        if step < len(FUNNEL) and event.action == FUNNEL[step]:
            step += 1
    users = [event.user for event in visit.events if event.user]
    return {
        "session_id": visit.id,
        "visitor_id": visit.first.visitor,
        "user_id": users[-1] if users else None,
        "started_at": visit.started,
        "ended_at": visit.ended,
        "spell_started_at": visit.started,
        "is_first_visit": visit.is_first,
        "is_engaged": visit.is_engaged,
        "events": len(visit.events),
        "page_views": len(visit.views),
        "key_events": sum(event.action == "purchase" for event in visit.events),
        "purchases": sum(event.action == "purchase" for event in visit.events),
        "engagement_time_ms": visit.engaged_ms,
        "funnel_step": step,
        "entry_page_path": visit.views[0].page if visit.views else None,
        "exit_page_path": visit.views[-1].page if visit.views else None,
        "page_host": "shop.example",
        "channel": visit.first.channel,
        "source": visit.first.source,
        "campaign": visit.first.campaign,
        "device_type": visit.first.device,
        "is_logged_in": bool(users),
        "bot_score": visit.first.bot,
        "is_internal": visit.first.internal,
    }


def _visitor_rows(visits: Sequence[Visit]) -> list[dict[str, Any]]:
    groups: dict[str, list[Visit]] = {}
    for visit in visits:
        groups.setdefault(visit.first.visitor, []).append(visit)
    return [
        {
            "visitor_id": visitor,
            "first_session_id": group[0].id,
            "first_seen_at": group[0].started,
            "last_seen_at": group[-1].ended,
            "first_channel": group[0].first.channel,
            "sessions": len(group),
            "events": sum(len(visit.events) for visit in group),
            "page_views": sum(len(visit.views) for visit in group),
        }
        for visitor, group in groups.items()
    ]


def _order_row(sale: Sale) -> dict[str, Any]:
    return {
        "order_id": sale.id,
        "event_id": sale.event.id,
        "ordered_at": sale.event.at,
        "visitor_id": sale.event.visitor,
        "session_id": sale.visit.id,
        "value": sale.event.worth,
        "currency": sale.event.currency,
        "quantity": sum(line.quantity for line in sale.event.lines),
        "duplicates": sale.duplicates,
        "refunded": sale.refunded,
        "is_bot": sale.visit.is_bot,
        "is_internal": sale.visit.is_internal,
    }


def _refund_row(given: Return) -> dict[str, Any]:
    event = given.event
    kind = "value" if event.value is not None else "items" if event.lines else "whole"
    return {
        "event_id": event.id,
        "order_id": event.order,
        "refunded_at": event.at,
        "kind": kind,
        "value": given.value,
        "currency": given.sale.event.currency,
        "is_bot": given.sale.visit.is_bot,
        "is_internal": given.sale.visit.is_internal,
    }


def _attribute_rows(events: Sequence[Happening]) -> list[dict[str, Any]]:
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events:
        for position, line in enumerate((event.product, *event.items)):
            for attribute in ("name", "category", "brand", "price", "discount_price"):
                value = getattr(line, attribute, None)
                if line and line.id and value is not None:
                    latest[line.id, attribute] = {
                        "product_id": line.id,
                        "attribute": attribute,
                        "value": str(value),
                        "event_timestamp": event.at,
                        "event_id": event.id,
                        "position": position,
                    }
    return list(latest.values())


def _day_rows(past: History, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What the ETL would have added up by day."""
    days: dict[tuple[Any, ...], dict[str, Any]] = {}
    visitors: dict[tuple[Any, ...], set[str]] = {}

    def add(at: dt.datetime, visit: Visit, **amounts: int) -> None:
        key = (at.astimezone(zone).date(), visit.is_bot, visit.is_internal)
        row = days.setdefault(key, dict.fromkeys(DAY_COLUMNS, 0))
        for name, amount in amounts.items():
            row[name] += amount

    for visit in past.visits:
        add(
            visit.started, visit, sessions=1, engaged_sessions=int(visit.is_engaged),
            first_visits=int(visit.is_first),
            duration_ms=(visit.ended - visit.started) // dt.timedelta(milliseconds=1),
        )  # fmt: skip
        for event in visit.events:
            add(
                event.at, visit, events=1, page_views=int(event.action == "page_view"),
                engagement_time_ms=event.engaged_ms or 0,
            )  # fmt: skip
            key = (event.at.astimezone(zone).date(), visit.is_bot, visit.is_internal)
            visitors.setdefault(key, set()).add(event.visitor)
    return [
        {"day": key[0], "is_bot": key[1], "is_internal": key[2]}
        | row
        | {"visitors": len(visitors.get(key, ()))}
        for key, row in days.items()
    ]


def _insert(connection: psycopg.Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    names = list(rows[0])
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(sql.Placeholder() * len(names)),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[row[name] for name in names] for row in rows])


DAY_COLUMNS = (
    "events", "page_views", "sessions", "engaged_sessions", "first_visits", "engagement_time_ms",
    "duration_ms",
)  # fmt: skip
PRODUCTS = tuple(
    Item(
        id=f"p{number}",
        name=f"Product {number}",
        category=("laptops", "mice", None)[number % 3],
        brand=("Acme", "Bolt")[number % 2],
        price=Decimal(100 + 10 * number),
        discount_price=Decimal(95) if number % 4 == 0 else None,
    )
    for number in range(6)
)
PAGES = ("/", "/laptops", "/mice", "/cart", "/search", "/p/0")
CHANNELS = ("Direct", "Email", "Organic Search", "Paid Search")
NAMES = (
    ("page_view", "page_view"), ("view", "view_item"), ("cart", "add_to_cart"),
    ("list_view", "view_item_list"), ("begin_checkout", "begin_checkout"),
    ("purchase", "purchase"), ("search", "search"), ("wiggle", None),
    ("user_engagement", "user_engagement"), ("refund", "refund"),
)  # fmt: skip
WEIGHTS = (30, 20, 10, 5, 6, 4, 5, 3, 8, 1)


def random_history(seed: int, *, events: int = 400, visitors: int = 25, days: int = 12) -> History:
    """A history from a seed: some bots and internal traffic, sessions across midnight, refunds."""
    dice = random.Random(seed)
    found: list[Happening] = []
    while len(found) < events:
        visitor = dice.randrange(visitors)
        at = START + dt.timedelta(seconds=dice.randrange(days * 86_400))
        opening = _opening(dice, visitor)
        for _ in range(dice.choice((1, 1, 2, 4, 8, 20))):
            found.append(_random_event(dice, at, f"v{visitor:02d}", opening, len(found)))
            at += dt.timedelta(seconds=dice.choice((0, 1, 15, 90, 600, 1800)))
    return history(_of_one_kind(found))


def _opening(dice: random.Random, visitor: int) -> dict[str, Any]:
    return {
        "channel": dice.choice(CHANNELS),
        "campaign": dice.choice((None, "spring", "sale")),
        "source": dice.choice((None, "google", "news")),
        "device": dice.choice(("desktop", "mobile")),
        "bot": 0.8 if dice.random() < 0.08 else 0.0,
        "internal": dice.random() < 0.08,
    }


def _random_event(
    dice: random.Random, at: dt.datetime, visitor: str, opening: dict[str, Any], number: int
) -> Happening:
    name, action = dice.choices(NAMES, WEIGHTS)[0]
    is_commerce = action in ("view_item", "add_to_cart", "purchase", "view_item_list")
    items = tuple(
        replace(dice.choice(PRODUCTS), quantity=dice.randrange(1, 4))
        for _ in range(dice.randrange(3) if action in ("purchase", "view_item_list") else 0)
    )
    is_order = action in ("purchase", "refund")
    return Happening(
        at=at,
        visitor=visitor,
        name=name,
        action=action,
        id=f"e{number:05d}",
        page=dice.choice(PAGES),
        title=dice.choice(("Home", "Shop")),
        user=f"u-{visitor}" if dice.random() < 0.1 else None,
        product=dice.choice(PRODUCTS) if is_commerce and not items else None,
        items=items,
        order=f"o{dice.randrange(12)}" if is_order and dice.random() < 0.6 else None,
        value=Decimal(dice.randrange(50, 500)) if is_order and dice.random() < 0.4 else None,
        currency=dice.choice(("USD", "VND", None)) if is_order else None,
        term=dice.choice(("laptop", "mouse")) if action == "search" else None,
        engaged_ms=dice.randrange(20_000) if action == "user_engagement" else None,
        scroll=dice.choice((None, 25.0, 90.0)),
        properties={"theme": dice.choice(("dark", "light"))} if dice.random() < 0.3 else None,
        **opening,
    )


def _of_one_kind(events: Sequence[Happening]) -> list[Happening]:
    """The events, each with what its session's first event says of the session."""
    told: list[Happening] = []
    for visit in history(events).visits:
        first = visit.first
        told += [
            replace(
                event, channel=first.channel, source=first.source, campaign=first.campaign,
                device=first.device, bot=first.bot, internal=first.internal,
            )
            for event in visit.events
        ]  # fmt: skip
    return told
