"""What an event is: its structs, limits, actions and metric definitions."""

from clickstream.contract.actions import ACTIONS, ALIASES, canonical_action
from clickstream.contract.decode import (
    Document,
    check_event,
    check_object,
    decode_json,
    decode_line,
    decode_object,
    read_event,
    unknown_fields,
)
from clickstream.contract.envelope import Envelope, encode_envelope, lake_line
from clickstream.contract.event import VERSION, Element, Event, Item, Order, Product
from clickstream.contract.instants import parse_instant
from clickstream.contract.rejection import Reason, Rejected
from clickstream.contract.usual import read_usual

__all__ = [
    "ACTIONS",
    "ALIASES",
    "VERSION",
    "Document",
    "Element",
    "Envelope",
    "Event",
    "Item",
    "Order",
    "Product",
    "Reason",
    "Rejected",
    "canonical_action",
    "check_event",
    "check_object",
    "decode_json",
    "decode_line",
    "decode_object",
    "encode_envelope",
    "lake_line",
    "parse_instant",
    "read_event",
    "read_usual",
    "unknown_fields",
]
