"""How a visitor looks around: lands, goes from page to page, puts things aside."""

from typing import Final

from clickstream.simulate.buying import buy, change_user, check_order, sign_in_maybe
from clickstream.simulate.catalogue import (
    BY_POPULARITY,
    CURRENCY,
    INTERESTS,
    SHELVES,
    Article,
    Category,
)
from clickstream.simulate.channels import CART_EMAIL, FIRST_VISITS, RETURNS, Channel, source
from clickstream.simulate.dice import Dice, Weighted
from clickstream.simulate.instants import HOUR, MINUTE
from clickstream.simulate.pages import SEARCHES, Page
from clickstream.simulate.visit import Visit
from clickstream.simulate.visitor import Visitor

_GLIMPSE: Final = (1, 2, 3, 4.5, 6, 8, 12, 45)
"""Seconds on the only page of a visit that ends there."""
_READ: Final = {
    "home": (2, 4, 6, 9, 14, 24, 60),
    "category": (4, 8, 13, 20, 32, 55, 150),
    "search": (3, 6, 9, 14, 22, 40, 90),
    "product": (5, 12, 22, 36, 58, 100, 200, 540),
    "other": (4, 8, 14, 22, 40, 90),
}
_PAGES: Final = {
    "glance": (1, 1.6, 2.3, 3.2, 5, 9),
    "browse": (1.5, 2.5, 4, 5.5, 8, 16),
    "research": (2, 4, 6, 8.5, 12, 24),
    "buy": (2, 3, 4.5, 6.5, 10, 18),
}
_DESIRE: Final = {"glance": 0.006, "browse": 0.022, "research": 0.05, "buy": 0.26}
"""Chance that a look at a product puts it into the cart."""
_DEVICE: Final = {"mobile": 0.8, "desktop": 1.35, "tablet": 0.95}

_NEXT: Final = {
    "home": Weighted([("category", 50), ("search", 22), ("product", 24), ("other", 4)]),
    "category": Weighted([("product", 72), ("category", 20), ("search", 8)]),
    "search": Weighted([("product", 74), ("search", 16), ("category", 10)]),
    "product": Weighted(
        [("product", 40), ("category", 28), ("search", 12), ("home", 14), ("other", 6)]
    ),
    "other": Weighted([("home", 40), ("category", 40), ("product", 20)]),
}


def visit_shop(visitor: Visitor, dice: Dice, at: int, *, is_promotion: bool = False) -> Visit:
    """Everything that the visitor does from now until they leave."""
    visit = Visit(visitor, dice, at)
    channel = _channel(visitor, dice)
    _maybe_lose_connection(visit)
    if visitor.is_remembered and visitor.visits and visitor.user_id:
        visit.sign_in(visitor.user_id)
    _land(visit, channel)
    if dice.chance(channel.bounce * (0.55 if visitor.intent in {"research", "buy"} else 1.42)):
        visit.read(dice.quantile(_GLIMPSE))
    else:
        _stay(visit, channel.zeal * (1.5 if is_promotion else 1.0))
    visit.close()
    visitor.visits += 1
    return visit


def days_until_return(visitor: Visitor, dice: Dice) -> float | None:
    """After how many days the visitor comes back; None for never."""
    if visitor.crawler:
        return dice.between(0.6, 4) if dice.chance(0.5) else None
    if visitor.is_anonymous or visitor.visits > 24:
        return None
    if visitor.order:
        return dice.between(2, 9) if dice.chance(0.5) else None
    likely = {"glance": 0.17, "browse": 0.42, "research": 0.74, "buy": 0.6}[visitor.intent]
    if visitor.cart:
        likely = max(likely, 0.62)
    if visitor.visits > 1 and visitor.intent != "glance":
        likely = min(likely * 1.2, 0.88)
    if not dice.chance(likely):
        return None
    if visitor.cart:
        return dice.quantile((0.05, 0.3, 0.9, 1.2, 2, 3.5, 7))
    return dice.quantile((0.06, 0.4, 1, 1.4, 2, 3, 4.5, 7, 11, 18, 34))


def _channel(visitor: Visitor, dice: Dice) -> Channel:
    if not visitor.visits:
        return dice.draw(FIRST_VISITS)
    if visitor.cart and visitor.user_id and dice.chance(0.4):
        return CART_EMAIL
    return dice.draw(RETURNS)


def _maybe_lose_connection(visit: Visit) -> None:
    """Some phones go offline in the middle, and send what they kept hours or days later."""
    visitor, dice = visit.visitor, visit.dice
    if visitor.browser.kind == "desktop" or visitor.is_old_tracker or visitor.is_anonymous:
        return
    if dice.chance(0.031):
        until = visit.now + int(dice.quantile((1, 2, 5, 9, 14, 26, 70)) * HOUR)
        visit.offline = (visit.now + dice.whole(15_000, 90_000), until)


def _land(visit: Visit, channel: Channel) -> None:
    dice, site = visit.dice, visit.site
    referrer, query = source(channel, dice)
    kind = dice.draw(channel.landings)
    if channel is CART_EMAIL:
        page = site.fixed["cart"]
    elif visit.visitor.order and dice.chance(0.7):
        page = site.fixed["home"]
    else:
        page = _page(visit, kind)
    _show(visit, site.landing(page, query), referrer=referrer)


def _stay(visit: Visit, zeal: float) -> None:
    visitor, dice = visit.visitor, visit.dice
    _read(visit)
    sign_in_maybe(visit, likely=0.3)
    if visitor.order:
        check_order(visit)
    for _ in range(int(dice.quantile(_PAGES[visitor.intent]))):
        kind = dice.draw(_NEXT[visit.page.kind])
        if kind == "search":
            _search(visit)
        else:
            _show(visit, _page(visit, kind))
        _read(visit)
        if visit.page.article:
            _consider(visit, visit.page.article, zeal)
    if visitor.cart and not visit.offline:
        buy(visit, zeal)
    if visitor.is_shared and visit.user_id and dice.chance(0.5):
        change_user(visit)
        _show(visit, _page(visit, "product"))
        _read(visit)


def _page(visit: Visit, kind: str) -> Page:
    dice, site = visit.dice, visit.site
    if kind == "home":
        return site.fixed["home"]
    if kind == "other":
        return site.fixed[dice.pick(("promotion", "stores", "warranty", "wishlist"))]
    category = _category(visit)
    if kind == "category":
        return site.categories[category.name]
    return site.products[_article(visit, category).id]


def _category(visit: Visit) -> Category:
    """What the visitor came for, mostly; from a list, what the list shows."""
    if visit.page.kind in {"category", "search"} and visit.page.category:
        return visit.page.category
    return visit.visitor.interest if visit.dice.chance(0.7) else visit.dice.draw(INTERESTS)


def _article(visit: Visit, category: Category) -> Article:
    visitor, dice = visit.visitor, visit.dice
    if visitor.shortlist and dice.chance(0.3):
        return dice.pick(visitor.shortlist)
    article = dice.draw(BY_POPULARITY[category])
    if visitor.intent in {"research", "buy"} and len(visitor.shortlist) < 4:
        visitor.shortlist.append(article)
    return article


def _show(visit: Visit, page: Page, *, referrer: str | None = None) -> None:
    """Opens a page; lists and products say what they show."""
    from_list = visit.page.kind in {"category", "search"} and bool(visit.hits)
    if page.kind == "product" and page.article and from_list and visit.dice.chance(0.6):
        visit.record("product_click", {"product": page.article.product, "currency": CURRENCY})
    visit.open(page, referrer=referrer)
    if page.kind == "category" and page.category:
        visit.record("category_view", {"items": SHELVES[page.category], "currency": CURRENCY})
    elif page.article:
        visit.record("product_view", {"product": page.article.product, "currency": CURRENCY})


def _search(visit: Visit) -> None:
    category = _category(visit)
    term = visit.dice.draw(SEARCHES[category.name])
    visit.open(visit.site.search(term, category))
    found = 0 if visit.dice.chance(0.06) else visit.dice.whole(3, 32)
    visit.record("search", {"searchTerm": term, "properties": {"results": found}})


def _read(visit: Visit) -> None:
    """Reads the page as long as such a page is read, never half an hour."""
    visit.read(min(visit.dice.quantile(_READ[visit.page.kind]), 25 * MINUTE / 1000))


def _consider(visit: Visit, article: Article, zeal: float) -> None:
    """Likes, shares or takes the product that is on the screen."""
    visitor, dice = visit.visitor, visit.dice
    if dice.chance(0.022):
        visit.record("wishlist_toggle", {"product": article.product})
    if dice.chance(0.006):
        network = dice.pick(("facebook", "zalo", "copy_link"))
        visit.record("share_click", {"product": article.product, "properties": {"via": network}})
    if len(visitor.cart) >= 4 or any(kept.id == article.id for kept, _ in visitor.cart):
        return
    desire = _DESIRE[visitor.intent] * _DEVICE[visitor.browser.kind] * article.category.ease
    if not dice.chance(min(desire * zeal, 0.7)):
        return
    quantity = 1 if article.asked > 2_000_000 or dice.chance(0.88) else dice.whole(2, 4)
    visitor.cart.append((article, quantity))
    visit.record(
        "add_to_cart_click",
        {
            "product": article.product,
            "currency": CURRENCY,
            "element": {"tag": "button", "id": "add-to-cart", "text": "Thêm vào giỏ hàng"},
            "properties": {"quantity": quantity},
        },
    )
    visit.read(dice.between(2, 9))
