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
    Product,
    Reason,
    Rejected,
    canonical_action,
    parse_instant,
)
from clickstream.etl.bots import score_event
from clickstream.etl.channels import Touch, classify_campaign, classify_referrer
from clickstream.etl.line import read_line
from clickstream.etl.rows import Accepted, EventRow, ItemRow
from clickstream.etl.rules import Rules
from clickstream.etl.urls import Address, query_fields, read_campaign, split_address
from clickstream.etl.user_agents import UNKNOWN, read_user_agent

MAX_CORRECTION: Final = timedelta(days=7)
"""A longer way from the event to its sending says that a clock was set, not that time passed."""
_NOWHERE: Final = Address(None, None, None)
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
    event = line.event
    occurred_at, sent_at = _instants(event)
    envelope = line.envelope or Envelope(received_at=_received_by_key(place, occurred_at))
    items = _items(event) if event.items else []
    source = _Source(raw, event, line.unknown, envelope, place, occurred_at, sent_at)
    return _row(source, rules), items


class _Source(msgspec.Struct, frozen=True):
    """All that is known of one line before it is made into a row."""

    raw: bytes
    event: Event
    unknown: Document
    envelope: Envelope
    place: Place
    occurred_at: datetime | None
    sent_at: datetime | None


def _row(source: _Source, rules: Rules) -> EventRow:
    event, envelope, place = source.event, source.envelope, source.place
    timestamp, time_source = derive_timestamp(envelope, source.occurred_at, source.sent_at)
    event_id = _event_id(event, envelope, place)
    visitor_id, identity_source = identify(event, event_id)
    action = canonical_action(event.event_name, rules.aliases)
    page_url = event.page_url or None
    page = split_address(page_url) if page_url else _NOWHERE
    referrer = split_address(event.referrer) if event.referrer else _NOWHERE
    touch = read_touch(page, referrer, rules)
    agent = read_user_agent(envelope.user_agent) if envelope.user_agent else UNKNOWN
    bot_score, bot_reasons = score_event(event, envelope, agent)
    headers = envelope.headers or {}
    product, order = event.product, event.order
    return EventRow(
        event_id=event_id,
        event_timestamp=timestamp,
        time_source=time_source,
        occurred_at=source.occurred_at,
        sent_at=source.sent_at,
        received_at=envelope.received_at,
        event_name=event.event_name,
        action=action,
        visitor_id=visitor_id,
        identity_source=_text(event.identity_source) or identity_source,
        user_id=_text(event.user_id),
        client_id=_text(event.client_id),
        client_session_id=_text(event.session_id),
        user_login_state=event.user_login_state or None,
        consent=event.consent or None,
        page_url=page_url,
        page_host=page.host,
        page_path=page.path,
        page_query=page.query,
        page_title=_text(event.page_title),
        page_view_id=_text(event.page_view_id),
        referrer=event.referrer or None,
        referrer_host=referrer.host,
        touch_channel=touch.channel if touch else None,
        touch_source=touch.source if touch else None,
        touch_medium=touch.medium if touch else None,
        touch_campaign=touch.campaign if touch else None,
        touch_term=touch.term if touch else None,
        touch_content=touch.content if touch else None,
        device_type=agent.device,
        browser=agent.browser,
        os=agent.os,
        language=_language(headers.get("accept-language", "")),
        country=_country(envelope, rules),
        product_id=_text(product.id) if product else None,
        product_name=_text(product.name) if product else None,
        product_category=_text(product.category) if product else None,
        product_brand=_text(product.brand) if product else None,
        product_price=_amount(product.price) if product else None,
        product_discount_price=_amount(product.discount_price) if product else None,
        product_url_path=(product.url_path or None) if product else None,
        order_id=_text(order.id) if order else None,
        order_value=_amount(order.value) if order else None,
        order_tax=_amount(order.tax) if order else None,
        order_shipping=_amount(order.shipping) if order else None,
        order_coupon=_text(order.coupon) if order else None,
        value=commerce_value(event, action),
        currency=_currency(event, rules),
        search_term=_search_term(event, action, page),
        engagement_time_ms=_rounded(event.engagement_time_ms),
        scroll_percent=event.scroll_percent,
        element=_json(event.element),
        properties=_properties(event, source.unknown),
        own_bot_score=bot_score,
        bot_reasons=bot_reasons,
        own_internal=rules.is_internal(page.host, envelope.source_ip),
        is_key_event=action in rules.key_events or event.event_name in rules.key_events,
        item_count=len(event.items or ()),
        payload_hash=_payload_hash(source.raw),
        object_key=place.object_key,
        object_line=place.object_line,
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
    properties: dict[str, Any] = dict(unknown)
    if event.is_first_visit is not None:
        properties["isFirstVisit"] = event.is_first_visit
    properties.update(event.properties or {})
    return _json(properties) if properties else None


def _payload_hash(raw: bytes) -> bytes:
    """Of the line as the sender wrote it, the platform's part left out."""
    payload, _separator, _envelope = raw.rpartition(b',"_ingest":{')
    return blake2b(payload or raw, digest_size=16).digest()
