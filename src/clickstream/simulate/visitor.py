"""Who comes to the shop: a browser with its habits, and what it remembers between visits."""

from typing import Final

import msgspec

from clickstream.simulate.catalogue import INTERESTS, Article
from clickstream.simulate.devices import BROWSERS, CRAWLERS, address
from clickstream.simulate.dice import Dice, Weighted, root

_INTENTS: Final = Weighted([("glance", 52), ("browse", 30), ("research", 12), ("buy", 6)])
_SKEWS: Final = Weighted([("right", 90), ("minutes", 8), ("hours", 1.7), ("years", 0.3)])
_CRAWLER_SHARE: Final = 0.008
_ANONYMOUS_SHARE: Final = 0.035
_OLD_TRACKER_SHARE: Final = 0.012
_ACCOUNTS: Final = {"glance": 0.05, "browse": 0.12, "research": 0.28, "buy": 0.5}


class Basket(msgspec.Struct):
    """An order that was placed and may be sent back."""

    order_id: str
    lines: list[tuple[Article, int]]
    value: int


class Visitor:
    """One browser (or crawler), the same whenever its number is drawn from the same seed."""

    __slots__ = (
        "address", "browser", "cart", "client_id", "crawler", "intent", "interest", "is_anonymous",
        "is_english", "is_old_tracker", "is_remembered", "is_shared", "number", "order",
        "partner_id", "shortlist", "skew", "user_id", "visits",
    )  # fmt: skip

    def __init__(self, people: int, number: int) -> None:
        dice = Dice(people << 64 | number)
        self.number = number
        self.client_id = dice.uuid()
        self.browser = dice.draw(BROWSERS)
        self.address = address(dice)
        self.interest = dice.draw(INTERESTS)
        self.intent = dice.draw(_INTENTS)
        self.is_english = dice.chance(0.11)
        self.skew = _skew(dice)
        self.crawler = dice.draw(CRAWLERS) if dice.chance(_CRAWLER_SHARE) else None
        self.is_anonymous = dice.chance(_ANONYMOUS_SHARE)
        self.is_old_tracker = dice.chance(_OLD_TRACKER_SHARE) and not self.is_anonymous
        self.user_id: str | None = None
        self.partner_id: str | None = None
        self.is_remembered = self.is_shared = False
        if not self.is_anonymous and dice.chance(_ACCOUNTS[self.intent]):
            self._open_account(people, dice)
        self.visits = 0
        self.cart: list[tuple[Article, int]] = []
        self.shortlist: list[Article] = []
        self.order: Basket | None = None

    def _open_account(self, people: int, dice: Dice) -> None:
        owner = _someone_before(people, self.number) if dice.chance(0.12) else None
        self.user_id = owner or account(people, self.number)
        self.is_remembered = dice.chance(0.35) or owner is not None
        self.is_shared = dice.chance(0.04)
        if self.is_shared:
            self.partner_id = account(people, self.number, "partner")


def _someone_before(people: int, number: int) -> str | None:
    """The account of a visitor of about the same time, whose second browser this one is."""
    for earlier in range(number - 1, max(number - 20, -1), -1):
        user_id = Visitor(people, earlier).user_id
        if user_id:
            return user_id
    return None


def account(people: int, number: int, whose: str = "own") -> str:
    """The user id that the sign-in gives, which has the form of a Cognito `sub`."""
    return Dice(root("account", people, number, whose)).uuid()


def _skew(dice: Dice) -> int:
    """By how many milliseconds the visitor's clock is ahead."""
    match dice.draw(_SKEWS):
        case "minutes":
            return dice.whole(-600_000, 600_000)
        case "hours":
            return dice.pick((-25_200_000, -3_600_000, 3_600_000, 25_200_000))
        case "years":
            return -31_536_000_000 * dice.whole(1, 6)
        case _:
            return dice.whole(-1_500, 1_500)
