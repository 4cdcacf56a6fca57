"""One visit, as the shop's tracker reports it: pages, events, and the requests that carry them."""

from typing import Any, Final, Literal

import msgspec

from clickstream.contract import Document
from clickstream.simulate.devices import headers
from clickstream.simulate.dice import Dice
from clickstream.simulate.instants import MINUTE, SECOND, to_text
from clickstream.simulate.pages import ENGLISH, ORIGIN, VIETNAMESE, Page
from clickstream.simulate.visitor import Visitor

_DUPLICATES: Final = 0.0101
"""A share of the events is sent again, because the answer to the first request was lost."""
_PINGS: Final = 0.93
_SCROLLS: Final = 0.34
_DEPTHS: Final = (25, 25, 50, 50, 75, 90, 100)

Fact = Literal["purchase", "repeated_purchase", "refund"]


class Sender(msgspec.Struct, frozen=True):
    """What every request of one visit has in common."""

    user_agent: str
    headers: dict[str, str]
    address: str
    is_bot: bool


class Hit(msgspec.Struct):
    """One event on its way. Instants in milliseconds; `sent` is by the sender's clock."""

    received: int
    sent: int | None
    """None where the tracker is too old to say."""
    document: Document
    sender: Sender
    is_duplicate: bool = False
    is_late: bool = False
    opens_session: bool = False
    is_first_of_visitor: bool = False
    assigned_id: str | None = None
    """The id that ingest gives, where the event has none."""
    fact: Fact | None = None
    amount: int = 0
    """Of the fact, in dong."""


class Visit:
    """A visitor on the site. `now` is the true time, which moves on as they read."""

    def __init__(self, visitor: Visitor, dice: Dice, at: int) -> None:
        self.visitor, self.dice, self.now = visitor, dice, at
        self.site = ENGLISH if visitor.is_english else VIETNAMESE
        self.page = self.site.fixed["home"]
        self.hits: list[Hit] = []
        self.sender = _sender(visitor)
        self.user_id: str | None = None
        self.offline: tuple[int, int] | None = None
        """From when and until when the phone has no connection."""
        self._latency = dice.whole(35, 420)
        self._engaged = 0
        self._previous_url = ""
        self._context: Document = {}
        self._session_id = f"s-{dice.getrandbits(64):016x}"
        self._who = self._identify()

    def open(self, page: Page, *, referrer: str | None = None) -> None:
        """Leaves the page that is open and views another."""
        self.close()
        came_from = self._previous_url if referrer is None else referrer
        self.page, self._previous_url = page, page.url
        self._context = {"pageUrl": page.url, "pageTitle": page.title}
        if came_from:
            self._context["referrer"] = came_from
        if not self.visitor.is_old_tracker:
            self._context["pageViewId"] = f"{self.dice.getrandbits(48):012x}"
        self.record("home_view" if page.kind == "home" else "page_view")

    def read(self, seconds: float) -> None:
        """Stays on the page; most of the time it is in the foreground."""
        spent = int(seconds * SECOND)
        self.now += spent
        self._engaged += int(spent * self.dice.between(0.62, 1))

    def close(self) -> None:
        """Reports how far the open page was seen, and for how long."""
        if not self._context:
            return
        if self._engaged > 4 * SECOND and self.dice.random() < _SCROLLS:
            self.record("scroll", {"scrollPercent": self.dice.pick(_DEPTHS)})
        if self._engaged and self.dice.random() < _PINGS:
            self.record("user_engagement", {"engagementTimeMs": self._engaged})
        self._engaged = 0
        self._context = {}

    def sign_in(self, user_id: str | None) -> None:
        """From now on events name this user; None signs out."""
        self.user_id = user_id
        self._who = self._identify()

    def record(self, name: str, fields: dict[str, Any] | None = None) -> Hit:
        """Sends one event."""
        visitor, sent = self.visitor, self._send_at()
        skewed = self.now + visitor.skew
        document: Document
        if visitor.is_old_tracker:
            document = {"eventName": name, "eventTimestamp": skewed}
        else:
            document = {
                "eventName": name,
                "eventId": self.dice.uuid(),
                "eventTimestamp": to_text(skewed),
                "sentAt": to_text(sent + visitor.skew),
            }
        document |= self._who
        document |= self._context
        if fields:
            document |= fields
        hit = Hit(
            received=sent + self._latency,
            sent=None if visitor.is_old_tracker else sent + visitor.skew,
            document=document,
            sender=self.sender,
            is_late=sent - self.now > 30 * MINUTE,
            opens_session=not self.hits,
            is_first_of_visitor=not self.hits and not visitor.visits,
            assigned_id=self.dice.uuid() if visitor.is_old_tracker else None,
        )
        self.hits.append(hit)
        if self.dice.random() < _DUPLICATES and not visitor.is_old_tracker:
            self._send_again(hit)
        self.now += self.dice.whole(12, 160)
        return hit

    def _send_at(self) -> int:
        """When the next request leaves: they go once a second, while there is a connection."""
        if self.visitor.is_old_tracker:
            return self.now
        if self.offline and self.offline[0] <= self.now < self.offline[1]:
            return self.offline[1]
        return self.now + SECOND - self.now % SECOND

    def _send_again(self, hit: Hit) -> None:
        pause = self.dice.whole(1, 40) * SECOND
        again = dict(hit.document)
        sent = (hit.sent or 0) + pause
        again["sentAt"] = to_text(sent)
        self.hits.append(
            msgspec.structs.replace(
                hit,
                received=hit.received + pause,
                sent=sent,
                document=again,
                is_duplicate=True,
                opens_session=False,
                is_first_of_visitor=False,
                fact=None,
            )
        )

    def _identify(self) -> Document:
        visitor = self.visitor
        if visitor.is_anonymous:
            return {
                "sessionId": self._session_id,
                "userLoginState": "anonymous",
                "consent": "anonymous",
            }
        who: Document = {"userId": self.user_id} if self.user_id else {}
        who |= {
            "sessionId": self._session_id,
            "clientId": visitor.client_id,
            "userLoginState": "logged_in" if self.user_id else "guest",
            "isFirstVisit": visitor.visits == 0,
        }
        if self.user_id:
            who["identitySource"] = "cognito"
        if not visitor.is_old_tracker:
            who["consent"] = "granted"
        return who


def _sender(visitor: Visitor) -> Sender:
    if visitor.crawler:
        return Sender(visitor.crawler, {"origin": ORIGIN}, visitor.address, is_bot=True)
    language = "en-US,en;q=0.9,vi;q=0.7" if visitor.is_english else "vi-VN,vi;q=0.9,en-US;q=0.6"
    return Sender(
        visitor.browser.user_agent,
        headers(visitor.browser, language=language, origin=ORIGIN),
        visitor.address,
        is_bot=False,
    )
