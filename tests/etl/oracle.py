"""Every table of the warehouse, recomputed from all lines of the lake: for clarity, not speed.

Written from the definitions of docs/metrics.md and the comments of the schema, not from how the
warehouse does it. Only the reading of a single line (`clickstream.etl.read`) is shared with it.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from clickstream.etl.read import read_object
from clickstream.etl.rows import Accepted, EventRow, ItemRow, Rejection, values
from clickstream.etl.rules import Rules

Row = dict[str, Any]
Tables = dict[str, list[Row]]

MAX_GAP = timedelta(minutes=30)
MAX_LENGTH = timedelta(hours=24)
ENGAGED = timedelta(seconds=10)
BOT = 0.5
PACE_SCORE, PACE_VIEWS = 0.7, 30
FUNNEL = ("view_item", "add_to_cart", "begin_checkout", "purchase")
CONSENTS = ("denied", "anonymous", "granted")
LINE_COUNTS = {"view_item_list": "impressions", "view_item": "views", "add_to_cart": "carts"}
NO_CURRENCY = "XXX"


@dataclass
class Event:
    """One event that stands, and the items that its line named."""

    row: EventRow
    items: list[ItemRow]
    session: "Session | None" = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def place(self) -> tuple[datetime, bytes]:
        """Events are in order of time, and at one instant of their ids, bytewise."""
        return self.row.event_timestamp, self.row.event_id.encode()

    @property
    def traffic(self) -> tuple[bool, bool]:
        return self.session.traffic

    @property
    def order(self) -> str:
        return self.row.order_id or f"event:{self.row.event_id}"


@dataclass
class Line:
    """One product line of an event: an item, or the event's product where it has no items."""

    position: int
    product_id: str | None
    name: str | None
    category: str | None
    brand: str | None
    price: Decimal | None
    discount_price: Decimal | None
    quantity: int

    @property
    def asked_price(self) -> Decimal | None:
        return self.price if self.discount_price is None else self.discount_price


@dataclass
class Session:
    """A piece of a spell."""

    events: list[Event]
    spell_started_at: datetime
    spell_user_id: str | None
    is_first_visit: bool = False
    user_id: str | None = None

    @property
    def first(self) -> Event:
        return self.events[0]

    @property
    def last(self) -> Event:
        return self.events[-1]

    @property
    def session_id(self) -> str:
        return self.first.event_id

    @property
    def duration(self) -> timedelta:
        return self.last.event_timestamp - self.first.event_timestamp

    @cached_property
    def own_user_id(self) -> str | None:
        return next((one.user_id for one in reversed(self.events) if one.user_id), None)

    def of(self, action: str) -> list[Event]:
        return [one for one in self.events if one.action == action]

    @cached_property
    def pages(self) -> list[Event]:
        """The page views that name a page."""
        return [one for one in self.of("page_view") if one.page_path is not None]

    @cached_property
    def touch(self) -> Event | None:
        """The first event that names a traffic source."""
        return next((one for one in self.events if one.touch_channel), None)

    @property
    def channel(self) -> str:
        return self.touch.touch_channel if self.touch else "Direct"

    @cached_property
    def engagement_pings(self) -> list[int]:
        return [one.engagement_time_ms for one in self.events if one.engagement_time_ms is not None]

    @cached_property
    def is_engaged(self) -> bool:
        attention = self.duration
        if self.engagement_pings:
            attention = timedelta(milliseconds=sum(self.engagement_pings))
        has_key_event = any(one.is_key_event for one in self.events)
        return attention >= ENGAGED or len(self.of("page_view")) >= 2 or has_key_event

    @cached_property
    def is_fast(self) -> bool:
        """Pages opened at a pace of which only the browser's own clock can tell."""
        views = [one for one in self.of("page_view") if one.time_source == "corrected"]
        if len(views) < PACE_VIEWS:
            return False
        return views[-1].event_timestamp - views[0].event_timestamp < timedelta(seconds=len(views))

    @cached_property
    def bot_score(self) -> float:
        own = max(one.own_bot_score for one in self.events)
        return max(own, PACE_SCORE) if self.is_fast else own

    @cached_property
    def bot_reasons(self) -> list[str] | None:
        named = {reason for one in self.events for reason in one.bot_reasons or ()}
        return sorted(named | ({"pace"} if self.is_fast else set())) or None

    @cached_property
    def is_internal(self) -> bool:
        return any(one.own_internal for one in self.events)

    @cached_property
    def traffic(self) -> tuple[bool, bool]:
        return self.bot_score >= BOT, self.is_internal

    @cached_property
    def consent(self) -> str | None:
        """The least that was agreed to."""
        given = {one.consent for one in self.events}
        return next((one for one in CONSENTS if one in given), None)

    @cached_property
    def funnel_step(self) -> int:
        """How many steps of the checkout funnel it took, each at or after the one before."""
        reached_at = self.first.event_timestamp
        for step, action in enumerate(FUNNEL):
            later = [one for one in self.of(action) if one.event_timestamp >= reached_at]
            if not later:
                return step
            reached_at = later[0].event_timestamp
        return len(FUNNEL)


@dataclass
class World:
    """All that follows from the lines: what stands, what does not, and in which sessions."""

    rules: Rules
    events: list[Event] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    objects: list[Row] = field(default_factory=list)

    def day(self, instant: datetime) -> Any:
        return instant.astimezone(ZoneInfo(self.rules.timezone)).date()

    def hour(self, instant: datetime) -> datetime:
        local = instant.astimezone(ZoneInfo(self.rules.timezone))
        return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def recompute(objects: Mapping[str, bytes], rules: Rules) -> Tables:
    """Every table, its rows in no particular order, from the objects that were loaded."""
    world = World(rules)
    lines = []
    for key, body in objects.items():
        outcomes = list(read_object(key, body, rules))
        refused = [one for one in outcomes if isinstance(one, Rejection)]
        lines += [one for one in outcomes if not isinstance(one, Rejection)]
        world.rejections += refused
        world.objects.append({"object_key": key, "lines": len(outcomes), "rejected": len(refused)})
    world.events = standing_events(lines)
    for visits in grouped(world.events, lambda one: one.visitor_id).values():
        world.sessions += sessions_of_visitor(visits)
    orders, refunds = commerce(world.events)
    return {
        "etl_objects": world.objects,
        "quarantine": [quarantine_row(one) for one in world.rejections],
        "events": [event_row(one) for one in world.events],
        "event_items": [item_row(one, item) for one in world.events for item in one.items],
        "sessions": [session_row(one) for one in world.sessions],
        "visitors": visitor_rows(world.sessions),
        "identities": identity_rows(world.sessions),
        "orders": orders,
        "refunds": refunds,
        "product_attributes": attribute_rows(world.events),
        "daily_metrics": metric_rows(world, "day", world.day),
        "hourly_metrics": metric_rows(world, "hour", world.hour),
        "daily_orders": daily_order_rows(world, orders, refunds),
        "daily_products": daily_product_rows(world, orders),
        "daily_pages": daily_page_rows(world),
        "daily_funnel": daily_funnel_rows(world),
        "daily_transitions": daily_transition_rows(world),
    }


# --- events and sessions


def standing_events(lines: Iterable[Accepted]) -> list[Event]:
    """Of several with one id, the first by (received_at, payload hash, object key, line)."""

    def rank(line: Accepted) -> tuple[Any, ...]:
        row, _items = line
        return row.received_at, row.payload_hash, row.object_key.encode(), row.object_line

    same = grouped(lines, lambda line: line[0].event_id)
    return [Event(*min(rivals, key=rank)) for rivals in same.values()]


def sessions_of_visitor(events: list[Event]) -> list[Session]:
    """A visitor's sessions in order, each event placed in its own."""
    sessions = [
        session
        for spell in spells(sorted(events, key=lambda one: one.place))
        for session in pieces(spell)
    ]
    sessions[0].is_first_visit = True
    for session in sessions:
        for event in session.events:
            event.session = session
    give_users(sessions)
    return sessions


def spells(events: list[Event]) -> Iterator[list[Event]]:
    """Runs without a gap over 30 minutes and without a change of the user that is signed in."""
    spell: list[Event] = []
    user: str | None = None
    for event in events:
        is_late = spell and event.event_timestamp - spell[-1].event_timestamp > MAX_GAP
        is_other = event.user_id and user and event.user_id != user
        if is_late or is_other:
            yield spell
            spell, user = [], None
        spell.append(event)
        user = event.user_id or user
    yield spell


def pieces(spell: list[Event]) -> Iterator[Session]:
    """A spell, cut at its first event + k * 24 hours; an event exactly there opens a session."""
    started_at = spell[0].event_timestamp
    user = None
    for events in grouped(
        spell, lambda one: (one.event_timestamp - started_at) // MAX_LENGTH
    ).values():
        user = next((one.user_id for one in events if one.user_id), user)
        yield Session(events, spell_started_at=started_at, spell_user_id=user)


def give_users(sessions: list[Session]) -> None:
    """Its own user, else the visitor's latest earlier one, else the first later one."""
    for place, session in enumerate(sessions):
        earlier = [one.own_user_id for one in reversed(sessions[: place + 1])]
        later = [one.own_user_id for one in sessions[place + 1 :]]
        session.user_id = next(filter(None, earlier + later), None)


def event_row(event: Event) -> Row:
    row = {name: getattr(event.row, name) for name in event.row.__struct_fields__}
    return row | {
        "session_id": event.session.session_id,
        "is_first_visit": event.session.is_first_visit,
        "channel": event.session.channel,
        "bot_score": event.session.bot_score,
        "is_bot": event.session.traffic[0],
        "is_internal": event.session.is_internal,
        "element": json.loads(event.element) if event.element else None,
        "properties": json.loads(event.properties) if event.properties else None,
    }


def item_row(event: Event, item: ItemRow) -> Row:
    row = {name: getattr(item, name) for name in item.__struct_fields__}
    return {"event_id": event.event_id, **row}


def quarantine_row(rejection: Rejection) -> Row:
    row = dict(zip(rejection.__struct_fields__, values(rejection), strict=True))
    return row | {"reason": rejection.reason.value}


def session_row(session: Session) -> Row:
    first, touch, pages = session.first, session.touch, session.pages
    return {
        "session_id": session.session_id,
        "visitor_id": first.visitor_id,
        "user_id": session.user_id,
        "own_user_id": session.own_user_id,
        "started_at": first.event_timestamp,
        "ended_at": session.last.event_timestamp,
        "spell_started_at": session.spell_started_at,
        "spell_user_id": session.spell_user_id,
        "is_first_visit": session.is_first_visit,
        "is_engaged": session.is_engaged,
        "events": len(session.events),
        "page_views": len(session.of("page_view")),
        "key_events": sum(one.is_key_event for one in session.events),
        "purchases": len(session.of("purchase")),
        "engagement_time_ms": sum(session.engagement_pings),
        "funnel_step": session.funnel_step,
        "entry_page_path": pages[0].page_path if pages else None,
        "exit_page_path": pages[-1].page_path if pages else None,
        "page_host": first.page_host,
        "referrer_host": touch.referrer_host if touch else None,
        "channel": session.channel,
        "source": touch.touch_source if touch else None,
        "medium": touch.touch_medium if touch else None,
        "campaign": touch.touch_campaign if touch else None,
        "device_type": first.device_type,
        "browser": first.browser,
        "os": first.os,
        "language": first.language,
        "country": first.country,
        "is_logged_in": any(
            one.user_id is not None or one.user_login_state == "logged_in" for one in session.events
        ),
        "consent": session.consent,
        "bot_score": session.bot_score,
        "is_bot": session.traffic[0],
        "bot_reasons": session.bot_reasons,
        "is_internal": session.is_internal,
    }


def visitor_rows(sessions: list[Session]) -> list[Row]:
    return [
        {
            "visitor_id": visitor_id,
            "user_id": visits[-1].user_id,
            "first_session_id": visits[0].session_id,
            "first_seen_at": visits[0].first.event_timestamp,
            "last_seen_at": visits[-1].last.event_timestamp,
            "first_channel": visits[0].channel,
            "sessions": len(visits),
            "events": sum(len(one.events) for one in visits),
            "page_views": sum(len(one.of("page_view")) for one in visits),
        }
        for visitor_id, visits in grouped(sessions, lambda one: one.first.visitor_id).items()
    ]


def identity_rows(sessions: list[Session]) -> list[Row]:
    signed_in = [one for one in sessions if one.own_user_id]
    return [
        {
            "visitor_id": visitor_id,
            "user_id": user_id,
            "first_seen_at": visits[0].first.event_timestamp,
            "last_seen_at": visits[-1].last.event_timestamp,
            "sessions": len(visits),
        }
        for (visitor_id, user_id), visits in grouped(
            signed_in, lambda one: (one.first.visitor_id, one.own_user_id)
        ).items()
    ]


# --- commerce


def product_lines(event: Event) -> list[Line]:
    """An event's items, else its product."""
    if event.items:
        return [
            Line(
                one.position, one.product_id, one.product_name, one.product_category,
                one.product_brand, one.price, one.discount_price, one.quantity,
            )
            for one in event.items
        ]  # fmt: skip
    if event.product_id is None:
        return []
    row = event.row
    return [
        Line(
            0, row.product_id, row.product_name, row.product_category, row.product_brand,
            row.product_price, row.product_discount_price, 1,
        )
    ]  # fmt: skip


def commerce(events: list[Event]) -> tuple[list[Row], list[Row]]:
    """Orders, and the refunds that name them."""
    purchases = sorted((one for one in events if one.action == "purchase"), key=lambda e: e.place)
    orders: dict[str, Row] = {}
    founders: dict[str, Event] = {}
    for order_id, rivals in grouped(purchases, lambda one: one.order).items():
        founders[order_id] = founder = rivals[0]
        orders[order_id] = {
            "order_id": order_id,
            "event_id": founder.event_id,
            "ordered_at": founder.event_timestamp,
            "visitor_id": founder.visitor_id,
            "session_id": founder.session.session_id,
            "value": founder.value or Decimal(0),
            "currency": founder.currency,
            "tax": founder.order_tax,
            "shipping": founder.order_shipping,
            "coupon": founder.order_coupon,
            "quantity": sum(line.quantity for line in product_lines(founder)),
            "duplicates": len(rivals) - 1,
            "refunded": Decimal(0),
            "is_bot": founder.traffic[0],
            "is_internal": founder.traffic[1],
        }
    refunds = sorted((one for one in events if one.action == "refund"), key=lambda e: e.place)
    rows = [
        refund_row(one, orders.get(one.order_id), founders.get(one.order_id)) for one in refunds
    ]
    return list(orders.values()), rows


def refund_row(refund: Event, order: Row | None, founder: Event | None) -> Row:
    """A refund; what it takes is added to its order's `refunded`. Called in order of time."""
    kind = "value" if refund.order_value is not None else "items" if refund.items else "whole"
    requested: Decimal | None
    if kind == "value":
        requested = refund.order_value
    elif kind == "items":
        requested = items_worth(refund, founder)
    else:
        requested = order["value"] if order else None
    taken = Decimal(0)
    currencies = [refund.currency, order["currency"] if order else None]
    is_foreign = kind != "whole" and None not in currencies and currencies[0] != currencies[1]
    if order and not is_foreign:
        taken = min(requested, order["value"] - order["refunded"])
        order["refunded"] += taken
    return {
        "event_id": refund.event_id,
        "order_id": refund.order_id,
        "refunded_at": refund.event_timestamp,
        "kind": kind,
        "requested": requested,
        "value": taken,
        "currency": next(filter(None, currencies[::-1] if kind == "whole" else currencies), None),
        "is_bot": order["is_bot"] if order else refund.traffic[0],
        "is_internal": order["is_internal"] if order else refund.traffic[1],
    }


def items_worth(refund: Event, founder: Event | None) -> Decimal:
    """Items at the price that the refund names, else at that of their order."""
    bought: dict[str | None, Decimal | None] = {}
    for line in product_lines(founder) if founder else ():
        bought.setdefault(line.product_id, line.asked_price)
    bought.pop(None, None)
    total = Decimal(0)
    for line in product_lines(refund):
        price = line.asked_price
        if price is None:
            price = bought.get(line.product_id)
        total += (price or 0) * line.quantity
    return total


def attribute_rows(events: list[Event]) -> list[Row]:
    """The latest value that each product was given, attribute by attribute."""
    rows: dict[tuple[str, str], Row] = {}
    for event in sorted(events, key=lambda one: one.place):
        for line in product_lines(event):
            if line.product_id is None:
                continue
            for attribute in ("name", "category", "brand", "price", "discount_price"):
                value = getattr(line, attribute)
                if value is None:
                    continue
                rows[line.product_id, attribute] = {
                    "product_id": line.product_id,
                    "attribute": attribute,
                    "value": format(value, "f") if isinstance(value, Decimal) else value,
                    "event_timestamp": event.event_timestamp,
                    "event_id": event.event_id,
                    "position": line.position,
                }
    return list(rows.values())


# --- aggregates


class Sums:
    """Rows of sums by key; those that come to nothing are left out, as the warehouse does."""

    def __init__(self, key: tuple[str, ...], sums: tuple[str, ...]) -> None:
        self._key, self._sums = key, sums
        self._rows: dict[tuple[Any, ...], Row] = {}

    def add(self, *key: Any, **amounts: Any) -> None:
        row = self._rows.setdefault(key, dict.fromkeys(self._sums, 0))
        for name, amount in amounts.items():
            row[name] += amount

    def rows(self) -> list[Row]:
        return [
            dict(zip(self._key, key, strict=True)) | row
            for key, row in self._rows.items()
            if any(row.values())
        ]


def metric_rows(world: World, period: str, of: Callable[[datetime], Any]) -> list[Row]:
    sums = Sums(
        (period, "is_bot", "is_internal"),
        ("events", "visitors", "page_views", "sessions", "engaged_sessions", "first_visits",
         "engagement_time_ms", "duration_ms"),
    )  # fmt: skip
    seen = set()
    for event in world.events:
        key = (of(event.event_timestamp), *event.traffic)
        sums.add(
            *key,
            events=1,
            page_views=event.action == "page_view",
            engagement_time_ms=event.engagement_time_ms or 0,
        )
        seen.add((key, event.visitor_id))
    for key, _visitor in seen:
        sums.add(*key, visitors=1)
    for session in world.sessions:
        sums.add(
            of(session.first.event_timestamp),
            *session.traffic,
            sessions=1,
            engaged_sessions=session.is_engaged,
            first_visits=session.is_first_visit,
            duration_ms=rounded_ms(session.duration),
        )
    return sums.rows()


def daily_order_rows(world: World, orders: list[Row], refunds: list[Row]) -> list[Row]:
    sums = Sums(
        ("day", "currency", "is_bot", "is_internal"), ("orders", "revenue", "refunds", "refunded")
    )
    for order in orders:
        key = (world.day(order["ordered_at"]), order["currency"] or NO_CURRENCY)
        sums.add(*key, order["is_bot"], order["is_internal"], orders=1, revenue=order["value"])
    for refund in refunds:
        key = (world.day(refund["refunded_at"]), refund["currency"] or NO_CURRENCY)
        if refund["value"]:
            sums.add(
                *key, refund["is_bot"], refund["is_internal"], refunds=1, refunded=refund["value"]
            )
    return sums.rows()


def daily_product_rows(world: World, orders: list[Row]) -> list[Row]:
    sums = Sums(
        ("day", "product_id", "currency", "is_bot", "is_internal"),
        ("impressions", "views", "carts", "orders", "quantity", "revenue"),
    )
    founders = {order["event_id"] for order in orders}
    for event in world.events:
        sold = set()
        for line in product_lines(event):
            if line.product_id is None:
                continue
            key = (
                world.day(event.event_timestamp), line.product_id, event.currency or NO_CURRENCY,
                *event.traffic,
            )  # fmt: skip
            if event.action in LINE_COUNTS:
                sums.add(*key, **{LINE_COUNTS[event.action]: 1})
            if event.event_id in founders:
                revenue = (line.asked_price or 0) * line.quantity
                is_new = line.product_id not in sold
                sold.add(line.product_id)
                sums.add(*key, orders=is_new, quantity=line.quantity, revenue=revenue)
    return sums.rows()


def daily_page_rows(world: World) -> list[Row]:
    """All by the day of the event; an entry is its session's first page view, an exit the last."""
    sums = Sums(
        ("day", "page_host", "page_path", "is_bot", "is_internal"),
        ("views", "entries", "exits", "engagement_time_ms"),
    )
    for event in world.events:
        if event.page_path is not None:
            sums.add(
                world.day(event.event_timestamp), event.page_host or "", event.page_path,
                *event.traffic, views=event.action == "page_view",
                engagement_time_ms=event.engagement_time_ms or 0,
            )  # fmt: skip
    for session in world.sessions:
        if pages := session.pages:
            for page, end in ((pages[0], "entries"), (pages[-1], "exits")):
                key = (world.day(page.event_timestamp), page.page_host or "", page.page_path)
                sums.add(*key, *session.traffic, **{end: 1})
    return sums.rows()


def daily_funnel_rows(world: World) -> list[Row]:
    sums = Sums(("day", "step", "is_bot", "is_internal"), ("sessions",))
    for session in world.sessions:
        for step in range(1, session.funnel_step + 1):
            sums.add(world.day(session.first.event_timestamp), step, *session.traffic, sessions=1)
    return sums.rows()


def daily_transition_rows(world: World) -> list[Row]:
    """From one page view to the next of its session, on the day of the first of the two."""
    sums = Sums(("day", "from_path", "to_path", "is_bot", "is_internal"), ("transitions",))
    for session in world.sessions:
        for one, following in pairwise(session.pages):
            day = world.day(one.event_timestamp)
            sums.add(day, one.page_path, following.page_path, *session.traffic, transitions=1)
    return sums.rows()


# --- small helpers


def grouped(things: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    """The things by key, in the order in which they come."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for one in things:
        groups[key(one)].append(one)
    return groups


def rounded_ms(duration: timedelta) -> int:
    """Whole milliseconds, half a one rounded up."""
    return (duration // timedelta(microseconds=1) + 500) // 1000
