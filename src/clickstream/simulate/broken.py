"""Lines that an older system left in the lake, and that the contract refuses."""

from collections.abc import Callable
from typing import Final

import msgspec

from clickstream.contract import Document, Reason
from clickstream.simulate.dice import Dice

Damage = Callable[[Document, Dice], bytes]


def _cut_off(document: Document, dice: Dice) -> bytes:
    line = msgspec.json.encode(document)
    return line[: dice.whole(20, len(line) - 2)].rstrip(b"\xc2\xc3\xe1\xba\xbb")


def _error_page(_document: Document, dice: Dice) -> bytes:
    status = dice.pick((b"502 Bad Gateway", b"504 Gateway Time-out"))
    return b"<html><head><title>%b</title></head><body><h1>%b</h1></body></html>" % (status, status)


def _nameless(document: Document, _dice: Dice) -> bytes:
    return msgspec.json.encode({key: document[key] for key in document if key != "eventName"})


def _formatted_price(document: Document, dice: Dice) -> bytes:
    price = f"{dice.whole(1, 40)}.990.000 ₫"
    return msgspec.json.encode({**document, "product": {"id": "SBW-OLD", "price": price}})


def _product_as_text(document: Document, _dice: Dice) -> bytes:
    return msgspec.json.encode({**document, "product": "[object Object]"})


def _local_time(document: Document, dice: Dice) -> bytes:
    text = f"{dice.whole(13, 28)}/{dice.whole(1, 12)}/2024 {dice.whole(1, 12)}:15:00 CH"
    return msgspec.json.encode({**document, "eventTimestamp": text})


def _in_array(document: Document, _dice: Dice) -> bytes:
    return msgspec.json.encode([document])


_DAMAGES: Final[tuple[tuple[Damage, Reason], ...]] = (
    (_cut_off, Reason.INVALID_JSON),
    (_error_page, Reason.INVALID_JSON),
    (_nameless, Reason.MISSING_EVENT_NAME),
    (_formatted_price, Reason.INVALID_FIELD),
    (_product_as_text, Reason.INVALID_FIELD),
    (_local_time, Reason.INVALID_TIMESTAMP),
    (_in_array, Reason.NOT_AN_OBJECT),
)


def broken_line(document: Document, dice: Dice) -> tuple[bytes, Reason]:
    """A damaged copy of an event, under an id of its own, and why it is refused."""
    damage, reason = dice.pick(_DAMAGES)
    copy = {key: document[key] for key in document if key != "eventId"}
    return damage(copy | {"eventId": dice.uuid()}, dice), reason
