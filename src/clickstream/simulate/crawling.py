"""How a crawler sees the shop: page after page, faster than anyone reads."""

from typing import Final

from clickstream.simulate.catalogue import ARTICLES, CATEGORIES, CURRENCY
from clickstream.simulate.devices import SCRAPER
from clickstream.simulate.dice import Dice
from clickstream.simulate.visit import Visit
from clickstream.simulate.visitor import Visitor

_PAGES: Final = (4, 8, 14, 22, 34, 60, 110)


def crawl(visitor: Visitor, dice: Dice, at: int) -> Visit:
    """One round of a crawler, which neither scrolls nor buys."""
    visit = Visit(visitor, dice, at)
    is_scraper = visitor.crawler == SCRAPER
    pause = dice.whole(200, 500) if is_scraper else dice.whole(200, 2500)
    pages = dice.whole(45, 160) if is_scraper else int(dice.quantile(_PAGES))
    for _ in range(pages):
        category = dice.pick(CATEGORIES)
        if dice.chance(0.15):
            visit.open(visit.site.categories[category.name], referrer="")
        else:
            article = dice.pick(ARTICLES[category])
            visit.open(visit.site.products[article.id], referrer="")
            visit.record("product_view", {"product": article.product, "currency": CURRENCY})
        visit.now += int(pause * dice.between(0.8, 1.2))
    visitor.visits += 1
    return visit
