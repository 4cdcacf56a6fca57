"""Histories as hypothesis draws them: few visitors and small alphabets, so that all collides.

A history is a set of lake objects, and the steps in which they arrive and are loaded.
"""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from clickstream.etl import Rules

MICROSECOND, SECOND, MINUTE = (timedelta(**{unit: 1}) for unit in
                               ("microseconds", "seconds", "minutes"))  # fmt: skip
HOUR, DAY, GAP = timedelta(hours=1), timedelta(days=1), timedelta(minutes=30)
GAPS = (
    timedelta(0), timedelta(0), MICROSECOND, SECOND, 9 * SECOND, 10 * SECOND, 5 * MINUTE,
    5 * MINUTE, 20 * MINUTE, GAP - MICROSECOND, GAP, GAP, GAP + MICROSECOND, 2 * HOUR, 12 * HOUR,
    DAY - MICROSECOND, DAY, 40 * DAY,
)  # fmt: skip
STARTS = {
    "UTC": (datetime(2026, 1, 31, 23, 40, tzinfo=UTC),),
    "Asia/Ho_Chi_Minh": (datetime(2026, 1, 31, 16, 40, tzinfo=UTC),),
    "Asia/Kolkata": (datetime(2026, 1, 31, 18, 10, tzinfo=UTC),),
    # the hour that is left out in spring, and the one that comes twice in autumn
    "America/New_York": (
        datetime(2026, 3, 8, 6, 40, tzinfo=UTC),
        datetime(2026, 11, 1, 4, 40, tzinfo=UTC),
    ),
    # where midnight itself comes twice, and where there is none
    "America/Havana": (datetime(2026, 11, 1, 3, 40, tzinfo=UTC),),
    "Africa/Cairo": (datetime(2026, 4, 23, 21, 40, tzinfo=UTC),),
}
WRONG_CLOCK = timedelta(days=-1234, seconds=17)
DELAYS = (timedelta(0), timedelta(0), MICROSECOND, 10 * SECOND, 7 * DAY - MICROSECOND)

WHO: tuple[dict[str, Any], ...] = (
    {"clientId": "c1"}, {"clientId": "c1"}, {"clientId": "c1"}, {"clientId": "c1"},
    {"clientId": "c2"}, {"clientId": "c2", "sessionId": "s1"}, {"sessionId": "s1"}, {},
)  # fmt: skip
USERS: tuple[str | None, ...] = (None, None, None, None, None, "u1", "u1", "u2", "Ü3")
EVENT_IDS = ("e1", "E1", "é", "a-b", "a_b")
PAGES: tuple[str | None, ...] = (
    None, "https://shop.example/a", "https://shop.example/b", "https://shop.example/c?q=x",
    "https://shop.example/a?utm_source=news&utm_medium=email&utm_campaign=spring",
    "https://www.shop.example/b?gclid=1", "https://staff.example/a", "/a", "app://c",
)  # fmt: skip
REFERRERS: tuple[str | None, ...] = (
    None, None, None, "https://www.google.com/", "https://shop.example/a", "https://chatgpt.com/",
    "https://www.paypal.com/x", "https://blog.example/",
)  # fmt: skip
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
AGENTS: tuple[str | None, ...] = (CHROME,) * 12 + (PHONE, PHONE, "curl/8.5.0", None, CRAWLER)
CURRENCIES: tuple[str | None, ...] = ("USD", "USD", "USD", "VND", None)
PRODUCTS: tuple[dict[str, Any], ...] = (
    {"id": "p1", "name": "Keyboard", "brand": "Keychron", "price": 100, "discountPrice": 90.5},
    {"id": "p1", "name": "Keyboard K2", "category": "keyboards", "price": "110.00"},
    {"id": "p2", "name": "Mouse", "price": 0.1},
    {"id": "P2", "brand": "Logitech"},
    {"name": "no id", "price": 7},
    {},
)
ITEMS: tuple[dict[str, Any], ...] = tuple(
    one | extra for one in PRODUCTS for extra in ({}, {"quantity": 2}, {"quantity": 0})
)
BROKEN = (b"{", b"[]", b'{"eventName": ""}', b'{"eventName": "x", "eventTimestamp": "soon"}',
          b'{"eventName": "x", "product": {"price": "dear"}}', b"\xff")  # fmt: skip


@dataclass(frozen=True)
class Step:
    """What arrives, and how it is loaded; `reloads`: then all that is there is read again."""

    arrivals: tuple[int, ...]
    slice_events: int
    reloads: bool


@dataclass(frozen=True)
class History:
    """Objects by key, and the steps in which they arrive; by number, in the order of the keys."""

    rules: Rules
    objects: dict[str, bytes]
    steps: tuple[Step, ...]

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """What hypothesis prints of a history that breaks the law."""
        printer.text(repr(self))

    def __repr__(self) -> str:
        parts = [f"zone {self.rules.timezone}"]
        for number, (key, body) in enumerate(self.objects.items()):
            text = gzip.decompress(body) if key.endswith(".gz") else body
            parts += [f"object {number}: {key}", text.decode(errors="backslashreplace")]
        return "\n".join([*parts, *map(str, self.steps)])


def rules_for(timezone: str) -> Rules:
    return Rules(
        timezone=timezone,
        internal_hosts=frozenset({"staff.example"}),
        key_events=frozenset({"purchase", "quote"}),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to a hundred events of a few visitors in up to six objects, loaded in up to five steps."""
    timezone = draw(st.sampled_from(sorted(STARTS, key=len)))
    clock = draw(st.sampled_from(STARTS[timezone]))
    parts = draw(st.lists(happenings(), min_size=1, max_size=14))
    lines: dict[int, list[bytes]] = {}
    for gap, place, documents in parts:
        clock += gap
        for number, (after, document) in enumerate(documents):
            clock += after
            line = document if isinstance(document, bytes) else encode(document, clock, lines)
            where = place + number // 16 if len(documents) > 1 else place
            lines.setdefault(where % 6, []).append(line)
    objects = dict(make_objects(draw, lines, STARTS[timezone][0]))
    return History(rules_for(timezone), objects, draw(steps(len(objects))))


@st.composite
def steps(draw: st.DrawFn, objects: int) -> tuple[Step, ...]:
    """Every object arrives once, in any order; each step is loaded in slices of its own size."""
    order = draw(st.permutations(range(objects)))
    cuts = sorted(draw(st.sets(st.integers(1, objects - 1), max_size=4))) if objects > 1 else []
    bounds = zip([0, *cuts], [*cuts, objects], strict=True)
    return tuple(
        Step(
            tuple(order[start:end]),
            draw(st.sampled_from((1000, 1, 3))),
            draw(st.sampled_from((False, False, False, True))),
        )
        for start, end in bounds
    )


def make_objects(
    draw: st.DrawFn, lines: dict[int, list[bytes]], start: datetime
) -> Iterable[tuple[str, bytes]]:
    """The objects, and copies of some of them: a collector that wrote the same twice."""
    for place in sorted(lines):
        copies = draw(st.sampled_from((1, 1, 1, 2)))
        for copy in range(copies):
            body = b"\n".join(lines[place]) + b"\n"
            hour = start + place % 3 * HOUR
            folder = f"events/{hour:%Y/%m/%d/%H}"
            if len(lines[place]) == 1:
                yield f"{folder}/event-{place}-{copy}.json", body
            elif place % 2:
                yield f"{folder}/batch-{place}-{copy}.ndjson", body
            else:
                yield f"{folder}/batch-{place}-{copy}.ndjson.gz", gzip.compress(body, 1, mtime=0)


@st.composite
def happenings(draw: st.DrawFn) -> tuple[timedelta, int, list[tuple[timedelta, Any]]]:
    """One event, or many of a kind: the gap before, the object, and each with its own gap."""
    kind = draw(st.sampled_from(("event",) * 20 + ("marathon", "marathon", "pace", "broken")))
    gap, place = draw(st.sampled_from(GAPS)), draw(st.integers(0, 5))
    if kind == "broken":
        return gap, place, [(timedelta(0), draw(st.sampled_from(BROKEN)))]
    if kind == "event":
        return gap, place, [(timedelta(0), draw(documents()))]
    who: dict[str, Any] = {"clientId": "c1", "_agent": CHROME, "_delay": timedelta(0)}
    if kind == "pace":
        views = who | {"eventName": "page_view", "pageUrl": PAGES[1], "_clock": "corrected"}
        return gap, place, [(SECOND - 40_000 * MICROSECOND, views)] * draw(st.integers(29, 32))
    # awake for days: cut at the first event + k * 24 hours
    event = who | {
        "eventName": draw(st.sampled_from(("page_view", "scroll"))),
        "_clock": "received",
    }
    pause = draw(st.sampled_from((GAP, GAP - MICROSECOND, 29 * MINUTE)))
    wake: list[tuple[timedelta, Any]] = [(pause, event)] * draw(st.integers(47, 98))
    # near a cut, an event that may yet move to another visitor, or that changes the user
    for place_of_change in draw(st.lists(st.integers(44, len(wake) - 1), max_size=3)):
        wake[place_of_change] = (pause, event | draw(st.sampled_from(CHANGES)))
    return gap, place, wake


CHANGES: tuple[dict[str, Any], ...] = (
    {"eventId": "e1"}, {"eventId": "a_b"}, {"userId": "u1"}, {"userId": "u2"},
    {"userId": "u1", "eventId": "E1"}, {"clientId": "c2"},
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """One event's document; what begins with `_` says how it is received."""
    name = draw(st.sampled_from(NAMES))
    document: dict[str, Any] = {"eventName": name, **draw(st.sampled_from(WHO))}
    if user := draw(st.sampled_from(USERS)):
        document["userId"] = user
    if page := draw(st.sampled_from(PAGES)):
        document["pageUrl"] = page
    if referrer := draw(st.sampled_from(REFERRERS)):
        document["referrer"] = referrer
    if event_id := draw(st.sampled_from((None,) * 12 + EVENT_IDS)):
        document["eventId"] = event_id
    if name in {"purchase", "refund", "order_completed"}:
        document |= draw(commerce())
    elif name in {"view", "add_to_cart", "view_item_list"}:
        document |= draw(shown_products())
    if name in {"user_engagement", "page_view"}:
        document["engagementTimeMs"] = draw(st.sampled_from((None, 0, 4000.4, 10_000)))
    document |= draw(st.sampled_from(EXTRAS))
    document["_agent"] = draw(st.sampled_from(AGENTS))
    document["_delay"] = draw(st.sampled_from(DELAYS))
    document["_clock"] = draw(st.sampled_from(CLOCKS))
    return document


NAMES = (
    "page_view", "page_view", "page_view", "view", "view", "view_item_list", "add_to_cart",
    "add_to_cart", "begin_checkout", "purchase", "purchase", "purchase", "order_completed",
    "refund", "refund", "user_engagement", "login", "quote", "scroll",
)  # fmt: skip
EXTRAS: tuple[dict[str, Any], ...] = (
    {}, {}, {}, {}, {"consent": "granted"}, {"consent": "denied"}, {"consent": "anonymous"},
    {"userLoginState": "logged_in"}, {"userLoginState": "guest"}, {"isFirstVisit": True},
    {"properties": {"a": [1, None, "ü"]}, "unknown": 1.5}, {"identitySource": "cognito"},
    {"element": {"tag": "a", "dataset": {"x": "1"}}, "scrollPercent": 33.3},
)  # fmt: skip
CLOCKS = ("received", "received", "received", "corrected", "corrected", "wrong", "import", "bare",
          "given")  # fmt: skip


@st.composite
def commerce(draw: st.DrawFn) -> dict[str, Any]:
    """What a purchase or a refund names: order, value, currency, items, product; or not."""
    order: dict[str, Any] = {
        "id": draw(st.sampled_from(("o1", "o1", "o1", "o2", "o2", None, "event:é"))),
        "value": draw(st.sampled_from((None, None, None, 0, 5, "30.25", 100, 1000))),
        "currency": draw(st.sampled_from(CURRENCIES)),
        "tax": draw(st.sampled_from((None, None, 1.5))),
        "coupon": draw(st.sampled_from((None, None, "TET"))),
    }
    return {"order": order, **draw(shown_products())}


@st.composite
def shown_products(draw: st.DrawFn) -> dict[str, Any]:
    """A product, items, both or neither."""
    return {
        "product": draw(st.sampled_from((None, *PRODUCTS))),
        "items": draw(st.one_of(st.none(), st.lists(st.sampled_from(ITEMS), max_size=3))),
        "currency": draw(st.sampled_from(CURRENCIES)),
    }


def encode(document: dict[str, Any], at: datetime, lines: dict[int, list[bytes]]) -> bytes:
    """The line of an event that happened at `at`, told by this or that clock."""
    number = sum(map(len, lines.values()))
    how = {key: value for key, value in document.items() if key.startswith("_")}
    payload = {
        key: value
        for key, value in document.items()
        if not key.startswith("_") and value is not None
    }
    clock, delay = how["_clock"], how["_delay"]
    if clock not in {"bare", "given"}:
        payload.setdefault("eventId", f"{'zyx'[number % 3]}{number}")
    envelope: dict[str, Any] = {"receivedAt": text(at), "source": "http"}
    match clock:
        case "corrected":
            payload["eventTimestamp"] = text(at + WRONG_CLOCK)
            payload["sentAt"] = text(at + WRONG_CLOCK + delay)
            envelope["receivedAt"] = text(at + delay)
        case "wrong":
            payload["eventTimestamp"] = text(at + DAY)
            payload["sentAt"] = text(at)
        case "import":
            payload["eventTimestamp"] = text(at)
            envelope |= {"receivedAt": text(at + delay), "source": "import"}
        case "bare":
            payload["eventTimestamp"] = text(at)
            return json.dumps(payload).encode()
        case "given":
            envelope["eventId"] = f"given-{number}"
    if how["_agent"]:
        envelope |= {"userAgent": how["_agent"], "headers": {"accept-language": "vi-VN,vi;q=0.9"}}
    return json.dumps(payload | {"_ingest": envelope}).encode()


def text(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")
