"""The rows that a line of the lake becomes: what is copied into the stage, column by column."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, structs

from clickstream.contract import Reason


class EventRow(Struct, frozen=True):
    """One event as it enters the warehouse; its fields are columns of the stage."""

    event_id: str
    event_timestamp: datetime
    time_source: str
    occurred_at: datetime | None
    sent_at: datetime | None
    received_at: datetime
    event_name: str
    action: str | None
    visitor_id: str
    identity_source: str
    user_id: str | None
    client_id: str | None
    client_session_id: str | None
    user_login_state: str | None
    consent: str | None
    page_url: str | None
    page_host: str | None
    page_path: str | None
    page_query: str | None
    page_title: str | None
    page_view_id: str | None
    referrer: str | None
    referrer_host: str | None
    touch_channel: str | None
    touch_source: str | None
    touch_medium: str | None
    touch_campaign: str | None
    touch_term: str | None
    touch_content: str | None
    device_type: str
    browser: str | None
    os: str | None
    language: str | None
    country: str | None
    product_id: str | None
    product_name: str | None
    product_category: str | None
    product_brand: str | None
    product_price: Decimal | None
    product_discount_price: Decimal | None
    product_url_path: str | None
    order_id: str | None
    order_value: Decimal | None
    order_tax: Decimal | None
    order_shipping: Decimal | None
    order_coupon: str | None
    value: Decimal | None
    currency: str | None
    search_term: str | None
    engagement_time_ms: int | None
    scroll_percent: float | None
    element: str | None
    properties: str | None
    own_bot_score: float
    bot_reasons: list[str] | None
    own_internal: bool
    is_key_event: bool
    item_count: int
    payload_hash: bytes
    object_key: str
    object_line: int


class ItemRow(Struct, frozen=True):
    """One line of an event's `items`."""

    position: int
    product_id: str | None
    product_name: str | None
    product_category: str | None
    product_brand: str | None
    product_variant: str | None
    price: Decimal | None
    discount_price: Decimal | None
    quantity: int


class Rejection(Struct, frozen=True):
    """One line that was not taken; line 0 stands for the object as a whole."""

    object_key: str
    object_line: int
    reason: Reason
    message: str
    payload: bytes
    received_at: datetime | None = None


Accepted = tuple[EventRow, list[ItemRow]]


def columns(row_type: type[Struct]) -> tuple[str, ...]:
    """The names of a row's fields, in order."""
    return tuple(field.name for field in structs.fields(row_type))


def values(row: Struct) -> tuple[Any, ...]:
    """The values of a row, in the order of its columns."""
    return structs.astuple(row)


EVENT_COLUMNS: Final = ("row", *columns(EventRow))
ITEM_COLUMNS: Final = ("row", *columns(ItemRow))
"""What is staged: before an event's own values, and its items', the number of its row."""
REJECTION_COLUMNS: Final = columns(Rejection)
