"""From one line of the lake to the rows of the warehouse, by steps that read aloud."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from clickstream.contract import (
    Document,
    Envelope,
    Event,
    Item,
    Order,
    Product,
    Reason,
    Rejected,
    canonical_action,
    parse_instant,
)
from clickstream.etl.bots import score_event
from clickstream.etl.channels import Touch, classify_campaign, classify_referrer
from clickstream.etl.line import Line, read_line
from clickstream.etl.rows import Accepted, EventRow, ItemRow
from clickstream.etl.rules import Rules
from clickstream.etl.urls import Address, query_fields, read_campaign, split_address
from clickstream.etl.user_agents import UNKNOWN, read_user_agent

MAX_CORRECTION: Final = timedelta(days=7)
"""A longer way from the event to its sending says that a clock was set, not that time passed."""
_ProductColumns = tuple[
    str | None, str | None, str | None, str | None, Decimal | None, Decimal | None, str | None
]
_OrderColumns = tuple[str | None, Decimal | None, Decimal | None, Decimal | None, str | None]
_NOWHERE: Final = Address(None, None, None)
_NO_PRODUCT: Final[_ProductColumns] = (None, None, None, None, None, None, None)
_NO_ORDER: Final[_OrderColumns] = (None, None, None, None, None)
_NO_COUNTRY: Final = frozenset({"XX", "ZZ"})
"""What CDNs write where they cannot tell."""
_LONGEST_COUNTRY: Final = 64
_SEARCH_KEYS: Final = ("q", "query", "s", "search", "keyword", "search_query", "tu-khoa")


class Place(msgspec.Struct, frozen=True):
    """Where a line lies in the lake, and the hour of receipt that its key tells."""

    object_key: str
    object_line: int
    hour: datetime | None


def normalize(
    raw: bytes, place: Place, rules: Rules, *, coerced: Counter[str] | None = None
) -> Accepted:
    """The event's row and the rows of its items. Raises `Rejected`.

    A field of the contract that came in another type and could be read all the same is counted.
    """
    line = read_line(raw)
    if line.coerced and coerced is not None:
        coerced[line.coerced] += 1
    return _row(raw, line, place, rules), _items(line.event) if line.event.items else []


def _row(raw: bytes, line: Line, place: Place, rules: Rules) -> EventRow:
    """By place and not by name, in the order of `EventRow`: sixty names cost a sixth of the way."""
    event = line.event
    occurred_at, sent_at = _instants(event)
    envelope = line.envelope or Envelope(received_at=_received_by_key(place, occurred_at))
    event_timestamp, time_source = derive_timestamp(envelope, occurred_at, sent_at)
    event_id = _event_id(event, envelope, place)
    visitor_id, identity_source = identify(event, event_id)
    action = canonical_action(event.event_name, rules.aliases)
    page_url = event.page_url or None
    page = split_address(page_url) if page_url else _NOWHERE
    referrer = split_address(event.referrer) if event.referrer else _NOWHERE
    agent = read_user_agent(envelope.user_agent) if envelope.user_agent else UNKNOWN
    touch = read_touch(page, referrer, rules)
    headers = envelope.headers or {}
    return EventRow(
        event_id,
        event_timestamp,
        time_source,
        occurred_at,
        sent_at,
        envelope.received_at,
        event.event_name,
        action,
        visitor_id,
        _text(event.identity_source) or identity_source,
        _text(event.user_id),
        _text(event.client_id),
        _text(event.session_id),
        event.user_login_state or None,
        event.consent or None,
        page_url,
        page.host,
        page.path,
        page.query,
        _text(event.page_title),
        _text(event.page_view_id),
        event.referrer or None,
        referrer.host,
        touch.channel if touch else None,
        touch.source if touch else None,
        touch.medium if touch else None,
        touch.campaign if touch else None,
        touch.term if touch else None,
        touch.content if touch else None,
        agent.device,
        agent.browser,
        agent.os,
        _language(headers.get("accept-language", "")),
        _country(envelope, rules),
        *_product(event.product),
        *_order(event.order),
        commerce_value(event, action),
        _currency(event, rules),
        _search_term(event, action, page),
        _rounded(event.engagement_time_ms),
        event.scroll_percent,
        _json(event.element),
        _properties(event, line.unknown),
        *score_event(event, envelope, agent),
        rules.is_internal(page.host, envelope.source_ip),
        action in rules.key_events or event.event_name in rules.key_events,
        len(event.items or ()),
        _payload_hash(raw),
        place.object_key,
        place.object_line,
    )


def derive_timestamp(
    envelope: Envelope, occurred_at: datetime | None, sent_at: datetime | None
) -> tuple[datetime, str]:
    """When the event happened by the server's clock, and the rule that says so (`docs/metrics.md`).

    Never later than `received_at`.
    """
    received_at = envelope.received_at
    if envelope.source == "import":
        if occurred_at is None:
            return received_at, "received"
        return min(occurred_at, received_at), "imported"
    if occurred_at is not None and sent_at is not None:
        waited = sent_at - occurred_at
        if timedelta(0) <= waited < MAX_CORRECTION:
            return received_at - waited, "corrected"
    return received_at, "received"


def identify(event: Event, event_id: str) -> tuple[str, str]:
    """The visitor, and what it is known by."""
    if client_id := _text(event.client_id):
        return client_id, "client"
    if session_id := _text(event.session_id):
        return f"session:{session_id}", "session"
    if user_id := _text(event.user_id):
        return f"user:{user_id}", "user"
    return f"event:{event_id}", "event"


def read_touch(page: Address, referrer: Address, rules: Rules) -> Touch | None:
    """The traffic source that the event names: its page's campaign, else an outside referrer."""
    campaign = read_campaign(page.query) if page.query else None
    if campaign:
        return classify_campaign(campaign)
    if referrer.host is None or referrer.host in rules.internal_hosts:
        return None
    return classify_referrer(referrer.host, page.host, rules.payment_hosts)


def commerce_value(event: Event, action: str | None) -> Decimal | None:
    """What a purchase or refund is worth: `order.value`, else its items', else its product's."""
    if action not in {"purchase", "refund"}:
        return None
    if event.order and (value := _amount(event.order.value)) is not None:
        return value
    prices = [(_price(item), _quantity(item)) for item in event.items or ()]
    known = [price * quantity for price, quantity in prices if price is not None]
    if known:
        return sum(known, Decimal(0))
    if event.product and action == "purchase":
        return _price(event.product)
    return None


def _instants(event: Event) -> tuple[datetime | None, datetime | None]:
    occurred, sent = event.event_timestamp, event.sent_at
    return (
        None if occurred is None or occurred == "" else parse_instant(occurred),
        None if sent is None or sent == "" else parse_instant(sent, field="sentAt"),
    )


def _received_by_key(place: Place, occurred_at: datetime | None) -> datetime:
    """When a line without `_ingest` was received: its event's instant if in its key's hour."""
    if place.hour is None:
        raise Rejected(
            Reason.INVALID_TIMESTAMP,
            "the line has no _ingest.receivedAt, and its object's key no hour: "
            "expected events/YYYY/MM/DD/HH/…",
            field="_ingest.receivedAt",
        )
    if occurred_at and place.hour <= occurred_at < place.hour + timedelta(hours=1):
        return occurred_at
    return place.hour


def _event_id(event: Event, envelope: Envelope, place: Place) -> str:
    return (
        _text(event.event_id)
        or envelope.event_id
        or str(uuid5(NAMESPACE_URL, f"{place.object_key}#{place.object_line}"))
    )


def _items(event: Event) -> list[ItemRow]:
    return [
        ItemRow(
            position=position,
            product_id=_text(item.id),
            product_name=_text(item.name),
            product_category=_text(item.category),
            product_brand=_text(item.brand),
            product_variant=_text(item.variant),
            price=_amount(item.price),
            discount_price=_amount(item.discount_price),
            quantity=_quantity(item),
        )
        for position, item in enumerate(event.items or ())
    ]


def _product(product: Product | None) -> _ProductColumns:
    if product is None:
        return _NO_PRODUCT
    return (
        _text(product.id),
        _text(product.name),
        _text(product.category),
        _text(product.brand),
        _amount(product.price),
        _amount(product.discount_price),
        product.url_path or None,
    )


def _order(order: Order | None) -> _OrderColumns:
    if order is None:
        return _NO_ORDER
    return (
        _text(order.id),
        _amount(order.value),
        _amount(order.tax),
        _amount(order.shipping),
        _text(order.coupon),
    )


def _price(line: Item | Product) -> Decimal | None:
    discounted = _amount(line.discount_price)
    return _amount(line.price) if discounted is None else discounted


def _quantity(item: Item) -> int:
    return 1 if item.quantity is None else item.quantity


def _text(value: str | int | None) -> str | None:
    return None if value is None or value == "" else str(value)


def _amount(value: float | str | None) -> Decimal | None:
    return None if value is None or value == "" else Decimal(str(value))


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _currency(event: Event, rules: Rules) -> str | None:
    currency = (
        (event.order.currency if event.order else None)
        or event.currency
        or (event.product.currency if event.product else None)
        or rules.currency
    )
    return currency.upper() if currency else None


@lru_cache(maxsize=4096)
def _language(accepted: str) -> str | None:
    language = accepted.partition(",")[0].partition(";")[0].strip()
    return language[:35] or None


def _country(envelope: Envelope, rules: Rules) -> str | None:
    """The visitor's country: the proxy's code of two letters; of an import, what the file says."""
    if envelope.country is not None:
        named = envelope.country.strip()[:_LONGEST_COUNTRY]
        return (named.upper() if len(named) == 2 else named) or None
    if rules.country_header is None or envelope.headers is None:
        return None
    code = envelope.headers.get(rules.country_header, "").strip().upper()
    is_code = len(code) == 2 and code.isascii() and code.isalpha()
    return code if is_code and code not in _NO_COUNTRY else None


def _search_term(event: Event, action: str | None, page: Address) -> str | None:
    if term := _text(event.search_term):
        return term
    if action != "search":
        return None
    named = (event.properties or {}).get("search_term")
    if isinstance(named, str) and named:
        return named[:1024]
    fields = dict(query_fields(page.query)) if page.query else {}
    return next((fields[key] for key in _SEARCH_KEYS if key in fields), None)


def _properties(event: Event, unknown: Document) -> str | None:
    if not unknown and event.is_first_visit is None:
        return _json(event.properties or None)
    properties: dict[str, Any] = dict(unknown)
    if event.is_first_visit is not None:
        properties["isFirstVisit"] = event.is_first_visit
    properties.update(event.properties or {})
    return _json(properties)


def _payload_hash(raw: bytes) -> bytes:
    """Of the line as the sender wrote it, the platform's part left out."""
    end = raw.rfind(b',"_ingest":{')
    return blake2b(raw[:end] if end > 0 else raw, digest_size=16).digest()
