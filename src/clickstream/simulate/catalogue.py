"""What the shop sells: about 120 products in six categories, prices in dong.

`popularity` in the data file is a product's share of looks within its category.
"""

import csv
import unicodedata
from importlib.resources import files
from typing import Any, Final

import msgspec

from clickstream.simulate.dice import Weighted

CURRENCY: Final = "VND"


class Category(msgspec.Struct, frozen=True):
    """One department. `interest` is its share of visitors, `ease` how lightly it is bought."""

    name: str
    path: str
    title: str
    interest: float
    ease: float


class Article(msgspec.Struct, frozen=True):
    """One product, with its JSON as the pages send it made ready."""

    id: str
    name: str
    category: Category
    brand: str
    price: int
    asked: int
    popularity: float
    url_path: str
    product: msgspec.Raw
    item: dict[str, Any]


CATEGORIES: Final = (
    Category("Laptop", "/laptop", "Laptop chính hãng", 38, 0.42),
    Category("Monitor", "/man-hinh", "Màn hình máy tính", 14, 0.85),
    Category("Keyboard", "/ban-phim", "Bàn phím cơ, bàn phím không dây", 14, 1.3),
    Category("Mouse", "/chuot", "Chuột máy tính", 13, 1.7),
    Category("Headphones", "/tai-nghe", "Tai nghe", 11, 1.2),
    Category("Accessories", "/phu-kien", "Phụ kiện máy tính", 10, 1.8),
)
_PREFIX: Final = {
    "Laptop": "LAP", "Monitor": "MON", "Keyboard": "KEY",
    "Mouse": "MOU", "Headphones": "HEA", "Accessories": "ACC",
}  # fmt: skip


def _load() -> dict[Category, tuple[Article, ...]]:
    text = files("clickstream.simulate").joinpath("catalogue.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return {
        category: tuple(
            _article(row, category, number)
            for number, row in enumerate(rows, start=1)
            if row["category"] == category.name
        )
        for category in CATEGORIES
    }


def _article(row: dict[str, str], category: Category, number: int) -> Article:
    price = int(row["price"])
    asked = int(row["discount_price"] or price)
    common: dict[str, Any] = {
        "id": f"SBW-{_PREFIX[category.name]}-{1000 + number}",
        "name": row["name"],
        "category": category.name,
        "brand": row["brand"],
        "price": price,
    }
    if asked < price:
        common["discountPrice"] = asked
    url_path = f"/san-pham/{_slug(row['name'])}"
    return Article(
        id=common["id"],
        name=row["name"],
        category=category,
        brand=row["brand"],
        price=price,
        asked=asked,
        popularity=float(row["popularity"]),
        url_path=url_path,
        product=msgspec.Raw(msgspec.json.encode({**common, "urlPath": url_path})),
        item=common,
    )


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())


ARTICLES: Final = _load()
BY_POPULARITY: Final = {
    category: Weighted((article, article.popularity) for article in articles)
    for category, articles in ARTICLES.items()
}
INTERESTS: Final = Weighted((category, category.interest) for category in CATEGORIES)


def item(article: Article, quantity: int = 1) -> dict[str, Any]:
    """The article as a line of a cart or an order."""
    return {**article.item, "quantity": quantity}


def _shelf(category: Category) -> msgspec.Raw:
    """The items that a category's page shows first."""
    best = sorted(ARTICLES[category], key=lambda article: (-article.popularity, article.id))
    return msgspec.Raw(msgspec.json.encode([article.item for article in best[:8]]))


SHELVES: Final = {category: _shelf(category) for category in CATEGORIES}
