"""The quick way to read what nearly every event looks like: no field but the contract's.

It takes a third of the time of `decode_object` and `check_event`, and takes nothing that they do
not take. What it leaves aside is for them to take or to refuse.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from clickstream.contract import limits
from clickstream.contract.decode import KNOWN_FIELDS, check_instants
from clickstream.contract.event import Element, Event, Item, Order, Product


class _Product(Product, rename="camel", frozen=True, forbid_unknown_fields=True):
    pass


class _Item(Item, rename="camel", frozen=True, forbid_unknown_fields=True):
    pass


class _Order(Order, rename="camel", frozen=True, forbid_unknown_fields=True):
    pass


class _Element(Element, rename="camel", frozen=True, forbid_unknown_fields=True):
    pass


class Usual(Event, rename="camel", frozen=True, forbid_unknown_fields=True):
    """An event without a field that the contract does not name, at any depth."""

    product: _Product | None = None
    items: Annotated[list[_Item], Meta(max_length=limits.MAX_ITEMS)] | None = None  # type: ignore[assignment] # frozen, so its items may be narrower
    order: _Order | None = None
    element: _Element | None = None


_DECODE: Final = msgspec.json.Decoder(Usual, strict=False).decode
_MOST_PROPERTIES: Final = limits.MAX_PROPERTIES - len(KNOWN_FIELDS)


def read_usual(raw: bytes) -> Event | None:
    """The checked event in `raw`, or None where it needs a closer look. Raises `Rejected`."""
    if len(raw) > limits.MAX_EVENT_BYTES or (b"\\" in raw and b"\\u" in raw):
        return None
    try:
        event = _DECODE(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if (event.properties is not None or event.element is not None) and not _is_plain(event, raw):
        return None
    return check_instants(event)


def _is_plain(event: Event, raw: bytes) -> bool:
    """Whether values of the sender's own making can be neither too many nor nested too deep."""
    if event.properties is not None and len(event.properties) > _MOST_PROPERTIES:
        return False
    return raw.count(b"{") + raw.count(b"[") <= limits.MAX_DEPTH
