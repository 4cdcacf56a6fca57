"""The storefront sells what the simulated shoppers buy, so that both fall into the same reports."""

import pytest
from catalogue import MIGRATIONS, STOREFRONT, catalogue

from clickstream.simulate.catalogue import ARTICLES, CATEGORIES, CURRENCY

pytestmark = pytest.mark.unit


def test_the_catalogue_is_the_simulators() -> None:
    sold = [
        (one["id"], one["name"], one["category"], one["brand"], one["price"],
         one.get("discountPrice", one["price"]))
        for one in catalogue()["products"]
    ]  # fmt: skip
    simulated = [
        (one.id, one.name, one.category.name, one.brand, one.price, one.asked)
        for articles in ARTICLES.values()
        for one in articles
    ]
    assert sorted(sold) == sorted(simulated)
    assert [one["id"] for one in catalogue()["categories"]] == [one.name for one in CATEGORIES]
    assert catalogue()["currency"] == CURRENCY


def test_every_product_has_a_description_a_stock_and_an_address_of_its_own() -> None:
    products = catalogue()["products"]
    assert len({one["slug"] for one in products}) == len(products)
    assert [one["id"] for one in products if len(one["description"]) < 40] == []
    assert [one["id"] for one in products if len(one["specs"]) < 4 or one["stock"] < 0] == []


def test_prismas_tables_are_those_of_the_migrations() -> None:
    schema = (STOREFRONT / "prisma" / "schema.prisma").read_text()
    created = "".join(path.read_text() for path in MIGRATIONS)
    mapped = {line.split('"')[1] for line in schema.splitlines() if "@@map(" in line}
    made = {line.split()[2] for line in created.splitlines() if line.startswith("create table ")}
    assert mapped == made
