"""The one way in: a request's body and its context become lines of the lake and an answer."""

from collections.abc import Callable, Sequence
from typing import Final, NotRequired, TypedDict

import msgspec

from clickstream.contract import (
    Document,
    Reason,
    Rejected,
    check_event,
    decode_object,
    lake_line,
    limits,
    read_usual,
)
from clickstream.contract.decode import repair_escapes
from clickstream.ingest.admission import admit
from clickstream.ingest.body import read_body
from clickstream.ingest.consent import DENIED, nobodys
from clickstream.ingest.context import HttpContext, IngestSettings, enclose
from clickstream.ingest.refusal import Refused

NewId = Callable[[], str]
SUCCESS: Final = b'{"success":true}'

_SPLIT: Final = msgspec.json.Decoder(list[msgspec.Raw])
_NOTHING_UNKNOWN: Final[Document] = {}
_TOO_LARGE: Final = frozenset({Reason.TOO_LARGE})


class Verdict(TypedDict):
    """Why one event of an array was not taken."""

    index: int
    reason: str
    message: str
    field: NotRequired[str]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What to answer once the lines are durable; nothing is to be kept unless it is a 200."""

    status: int
    body: bytes
    """One line of JSON."""
    lines: tuple[bytes, ...] = ()
    """Of the lake, one event each, without newlines."""
    reasons: tuple[str, ...] = ()
    """Why events, or the whole request, were rejected; for the counters."""
    retry_seconds: int = 5
    """After a 429 or a 503: when to come again."""


def receive(
    body: bytes, context: HttpContext, *, settings: IngestSettings, new_id: NewId
) -> Receipt:
    """The receipt for a body of one event, or of an array of up to 500. Raises nothing.

    Of an array the good events are taken, and the answer names each that is not; it is a 400
    only when none is good. `new_id` names events that have no id of their own.
    """
    try:
        if settings.write_keys or settings.refuse_unlisted:
            admit(context, settings)
        text = read_body(body, context.headers)
        stamp = Stamp(
            enclose(context, settings), new_id, anonymizes_denied=settings.anonymizes_denied
        )
        if not text.startswith(b"{") and text.lstrip(b" \t\r\n").startswith(b"["):
            return _receive_many(text, stamp)
        return Receipt(status=200, body=SUCCESS, lines=(stamp.line(text),))
    except Refused as refusal:
        return answer_refusal(refusal)
    except Rejected as rejected:
        status = 413 if rejected.reason in _TOO_LARGE else 400
        return refuse(status, rejected.reason, rejected.message)


def refuse(status: int, reason: str, message: str, *, verdicts: Sequence[Verdict] = ()) -> Receipt:
    """A receipt with which nothing is kept."""
    answer = {"success": False, "message": message, "reason": str(reason)}
    if not verdicts:
        return Receipt(status=status, body=msgspec.json.encode(answer), reasons=(str(reason),))
    return Receipt(
        status=status,
        body=msgspec.json.encode(answer | {"rejected": verdicts}),
        reasons=tuple(verdict["reason"] for verdict in verdicts),
    )


def answer_refusal(refusal: Refused) -> Receipt:
    """The receipt of a request that was refused as a whole."""
    receipt = refuse(refusal.status, refusal.reason, refusal.message)
    if refusal.retry_seconds is None:
        return receipt
    return msgspec.structs.replace(receipt, retry_seconds=refusal.retry_seconds)


class Stamp:
    """Makes lake lines of the events of one request, which share one envelope."""

    __slots__ = ("_anonymizes_denied", "_encoded", "_new_id")

    def __init__(self, envelope: bytes, new_id: NewId, *, anonymizes_denied: bool = False) -> None:
        self._encoded, self._new_id = envelope, new_id
        self._anonymizes_denied = anonymizes_denied

    def line(self, payload: bytes) -> bytes:
        """The line of an event. Raises `Rejected`."""
        document, event = _NOTHING_UNKNOWN, read_usual(payload)
        if event is None:
            document = decode_object(payload)
            event = check_event(document)
        if self._anonymizes_denied and event.consent == DENIED:
            document = nobodys(decode_object(payload))
            payload = msgspec.json.encode(document)
        encoded = self._encoded
        if event.event_id is None or event.event_id == "":
            encoded = b'%b,"eventId":"%b"}' % (encoded[:-1], self._new_id().encode())
        return lake_line(payload, document, encoded)


def _receive_many(text: bytes, stamp: Stamp) -> Receipt:
    payloads = _split(text)
    lines: list[bytes] = []
    verdicts: list[Verdict] = []
    for index, payload in enumerate(payloads):
        try:
            lines.append(stamp.line(bytes(payload)))
        except Rejected as rejected:
            verdicts.append(_verdict(index, rejected))
    if not lines:
        message = f"none of the {len(payloads)} events can be taken; the first: "
        first = verdicts[0]
        return refuse(400, first["reason"], message + first["message"], verdicts=verdicts)
    answer = {"success": True, "accepted": len(lines), "rejected": verdicts}
    return Receipt(
        status=200,
        body=msgspec.json.encode(answer),
        lines=tuple(lines),
        reasons=tuple(verdict["reason"] for verdict in verdicts),
    )


def _verdict(index: int, rejected: Rejected) -> Verdict:
    verdict = Verdict(index=index, reason=str(rejected.reason), message=rejected.message)
    if rejected.field:
        verdict["field"] = rejected.field
    return verdict


def _split(text: bytes) -> list[msgspec.Raw]:
    """The elements of an array, each as it came. Raises `Refused` and `Rejected`."""
    try:
        payloads = _decode_list(text)
    except msgspec.DecodeError as error:
        raise Rejected(Reason.INVALID_JSON, f"the array is no JSON: {error}") from error
    except RecursionError as error:
        raise Rejected(Reason.TOO_DEEP, "the array is nested too deep") from error
    if not payloads:
        raise Refused(400, "empty", "the array is empty; send one event at least")
    if len(payloads) > limits.MAX_BATCH_EVENTS:
        raise Refused(
            413,
            Reason.TOO_MANY,
            f"an array may have {limits.MAX_BATCH_EVENTS} events, this one has {len(payloads)}; "
            "send it in parts",
        )
    return payloads


def _decode_list(text: bytes) -> list[msgspec.Raw]:
    try:
        return _SPLIT.decode(text)
    except msgspec.DecodeError:
        # Half a surrogate pair is mended as in a single event, rather than costing the others.
        repaired = repair_escapes(text)
        if repaired == text:
            raise
        return _SPLIT.decode(repaired)
