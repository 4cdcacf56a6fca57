"""One visitor, from a campaign's link to the reports: shop, tracker, collector, ETL, dashboard."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect

from clickstream.warehouse.cluster import url_of
from clickstream.warehouse.home import find_home

T = TypeVar("T")
pytestmark = [
    pytest.mark.browser, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(600),
]  # fmt: skip

CAMPAIGN = "utm_source=newsletter&utm_medium=email&utm_campaign=november"
FUNNEL = ("view_item", "add_to_cart", "begin_checkout", "purchase")


def free_port() -> int:
    """A port whose next one is free too, as the issuer wants it."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as one:
            port: int = one.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
            return port


@dataclass
class Platform:
    """Everything that `make shop` starts, but the history and the simulated shoppers."""

    shop: str
    dashboard: str
    environment: dict[str, str]
    data_dir: Path

    def report(self, *arguments: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "clickstream.entrypoints.cli", "report", *arguments,
             "--format", "json"],
            env=self.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
        return rows

    @property
    def orders_url(self) -> str:
        """The shop's own database, another server than the warehouse's."""
        home = find_home(self.data_dir / "shop")
        assert home is not None
        return url_of(home)


def until(ask: Callable[[], T], *, seconds: float = 60) -> T:
    """The answer, once it is there."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"still {answer!r}"
        time.sleep(0.2)
    return answer


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def platform(built: Path, open_data_dir: Path, tmp_path: Path) -> Iterator[Platform]:
    shop, dashboard, collector, api = (free_port() for _ in range(4))
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("CLICKSTREAM_")
    } | {"CLICKSTREAM_DATA_DIR": str(open_data_dir), "SHOP_PORT": str(api)}
    ports = ("--shop-port", shop, "--port", dashboard, "--collector-port", collector)
    command = [sys.executable, "-m", "clickstream.entrypoints.cli", "up", "--shop", "--every", "2s"]
    log = (tmp_path / "up.log").open("wb")
    with log, subprocess.Popen(
        [*command, *map(str, ports)], cwd=built.parent, env=environment,
        stdout=log, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            url = f"http://localhost:{shop}"
            until(lambda: process.poll() is not None or answers(f"{url}/health"), seconds=120)
            assert process.poll() is None, Path(log.name).read_text()
            yield Platform(url, f"http://127.0.0.1:{dashboard}", environment, open_data_dir)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=90)
        assert process.returncode == 0, Path(log.name).read_text()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor's tab, in which nothing is thrown."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    thrown: list[str] = []
    opened.on("pageerror", lambda error: thrown.append(str(error)))
    yield opened
    context.close()
    assert thrown == []


def browse_and_fill_the_cart(page: Page, shop: str) -> None:
    page.goto(f"{shop}/?{CAMPAIGN}")
    page.get_by_role("navigation", name="Departments").get_by_text("Keyboards").click()
    page.wait_for_url("**/keyboards")
    page.get_by_role("link", name="AULA F75").click()
    page.wait_for_url("**/products/aula-f75-multi-mode")
    page.get_by_role("searchbox").fill("logitech g304")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="Logitech G304").click()
    page.wait_for_url("**/products/logitech-g304-lightspeed")
    page.get_by_label("Quantity").select_option("2")
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="Go to the cart").click()
    expect(page.get_by_role("heading", name="Your cart")).to_be_visible()


def sign_in(page: Page) -> None:
    page.get_by_role("link", name="Check out").click()
    page.get_by_role("link", name="Sign in or register").click()
    page.get_by_label("E-mail").fill("minh@example.com")
    page.get_by_label("Name").fill("Trần Minh")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/checkout")


def buy(page: Page) -> str:
    """The order's number."""
    for label, text in (
        ("Telephone", "0901 234 567"),
        ("Street", "12 Nguyễn Huệ"),
        ("District", "Quận 1"),
        ("City", "Hồ Chí Minh"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Continue to delivery").click()
    page.get_by_label("Fast").check()
    page.get_by_role("button", name="Continue to payment").click()
    page.get_by_label("Demonstration card").check()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url(re.compile("/order-complete"))
    order_id = page.locator("#order-id").inner_text()
    page.reload()  # which must not be told as another order
    expect(page.locator("#order-id")).to_have_text(order_id)
    return order_id


def test_a_visitor_of_a_campaign_buys_and_every_part_tells_the_same_of_it(
    platform: Platform, page: Page
) -> None:
    browse_and_fill_the_cart(page, platform.shop)
    sign_in(page)
    order_id = buy(page)
    value = 2 * 749_000 + 60_000

    (order,) = until(lambda: platform.report("orders"), seconds=30)
    assert (order["order_id"], order["value"], order["currency"]) == (order_id, value, "VND")

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()
    told = until(lambda: everything_is_loaded(platform))
    assert {
        "page_view", "view_item_list", "select_item", "view_item", "search", "add_to_cart",
        "view_cart", "begin_checkout", "add_shipping_info", "add_payment_info", "purchase",
        "sign_up", "logout", "click",
    } <= set(told)  # fmt: skip
    assert (told["purchase"], told["view_item"], told["sign_up"]) == (1, 2, 1)

    assert_the_reports_agree(platform, order_id, value)
    assert_the_dashboard_shows_it(platform, page, order_id)


def everything_is_loaded(platform: Platform) -> dict[str, int]:
    """How often each event was told, once the last one has arrived."""
    told = {row["event_name"]: row["events"] for row in platform.report("events")}
    return told if "logout" in told else {}


def assert_the_reports_agree(platform: Platform, order_id: str, value: int) -> None:
    steps = [part for step in FUNNEL for part in ("--step", step)]
    assert [row["count"] for row in platform.report("funnel", *steps)] == [1, 1, 1, 1]

    products = {row["product_id"]: row for row in platform.report("products")}
    mouse = products["SBW-MOU-1073"]
    assert (mouse["views"], mouse["carts"], mouse["orders"], mouse["quantity"]) == (1, 1, 1, 2)

    credited = [row for row in platform.report("attribution", "--model", "last", "--by", "channel")
                if float(row["conversions"])]  # fmt: skip
    assert [(row["channel"], float(row["conversions"])) for row in credited] == [("Email", 1.0)]

    ways = {(row["from_node"], row["to_node"]) for row in platform.report("journeys")}
    nodes = {node for way in ways for node in way}
    assert any("/keyboards" in str(node) for node in nodes), nodes

    (both,) = platform.report("reconcile", "--orders-url", platform.orders_url)
    assert (both["order_id"], both["status"]) == (order_id, "equal")
    assert float(both["clickstream_value"]) == float(both["shop_value"]) == value


def assert_the_dashboard_shows_it(platform: Platform, page: Page, order_id: str) -> None:
    page.goto(platform.dashboard)
    expect(page.locator("body")).to_contain_text("Email", timeout=30_000)
    for name, text in (("Products", "Logitech G304 Lightspeed"), ("Orders", order_id)):
        page.get_by_role("navigation").get_by_role("link", name=name).first.click()
        expect(page.locator("body")).to_contain_text(text, timeout=30_000)
