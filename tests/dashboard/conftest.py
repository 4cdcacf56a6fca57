"""A stand-in for the warehouse that answers at once, and the dashboard served to a real browser."""

import asyncio
import datetime as dt
import math
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from clickstream.analytics import Report
from clickstream.dashboard.app import assemble, create_app
from clickstream.dashboard.queries import Freshness, Question, Source

sys.path.append(str(Path(__file__).parent))

NOW = dt.datetime(2026, 11, 22, 15, 30, tzinfo=dt.UTC)
CHANNELS = {"Organic Search": 0.31, "Paid Search": 0.22, "Direct": 0.18, "Email": 0.13,
            "Organic Social": 0.09, "Referral": 0.05, "AI Assistant": 0.02}  # fmt: skip
DEVICES = {"mobile": 0.58, "desktop": 0.37, "tablet": 0.05}
LOGINS = {"guest": 0.72, "logged_in": 0.28}
PAGES = {"/": 0.3, "/laptops": 0.2, "/product/acer-swift-14": 0.14, "/keyboards": 0.12,
         "/cart": 0.1, "/search": 0.08, "/checkout": 0.06}  # fmt: skip
BRANDS = ("Acer", "ASUS", "Dell", "Keychron", "Logitech", "LG", "Samsung", "HP")
CATEGORIES = ("Laptops", "Monitors", "Keyboards", "Mice", "Headphones", "Accessories")
FIRST_DAY = dt.date(2026, 10, 1)


@dataclass
class Standin:
    """Answers like a shop with ``scale`` sessions a day; ``error`` is raised instead when set."""

    scale: float = 1000.0
    products: int = 60
    version: str = "1"
    currency: str = "VND"
    names: Callable[[int], str] = "Product {}".format
    error: Exception | None = None
    problem: str | None = None
    last_run_at: dt.datetime | None = None
    is_first_load: bool = False
    broken: str | None = None
    brands: tuple[str, ...] = BRANDS
    delay: float = 0.0
    asked: list[Question] = field(default_factory=list)
    cancelled: list[Question] = field(default_factory=list)

    async def freshness(self) -> Freshness:
        if self.error:
            raise self.error
        as_of = None if self.is_first_load else dt.datetime.now(dt.UTC) - dt.timedelta(seconds=75)
        return Freshness(
            version=self.version,
            as_of=as_of,
            has_events=self.scale > 0,
            problem=self.problem,
            last_run_at=self.last_run_at,
            is_loading=self.is_first_load,
        )

    async def ask(self, asked: Question) -> Report:
        self.asked.append(asked)
        if self.error:
            raise self.error
        if asked.report == self.broken:
            raise KeyError(asked.report)
        try:
            await asyncio.sleep(self.delay)
        except asyncio.CancelledError:
            self.cancelled.append(asked)
            raise
        options = dict(asked.options)
        answer = getattr(self, f"_{asked.report}", None)
        rows = answer(options) if answer else []
        return Report(name=asked.report, params=options, columns=(), rows=rows)

    async def close(self) -> None:
        """Nothing is held."""

    def _overview(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        first, last = _dates(options)
        now = self._total(first, last, options)
        days = (last - first).days + 1
        before = self._total(first - dt.timedelta(days), first - dt.timedelta(1), options)
        row = now | {"currency": self.currency if now["orders"] else None}
        if options.get("compare") == "previous":
            row |= {f"{name}_previous": value for name, value in before.items()}
        return [row]

    def _total(self, first: dt.date, last: dt.date, options: dict[str, Any]) -> dict[str, Any]:
        days = [self._day(first + dt.timedelta(n), options) for n in range((last - first).days + 1)]
        names = ("events", "sessions", "visitors", "page_views", "orders", "revenue")
        total = {name: sum(day[name] for day in days) for name in names}
        return total | _rates(total)

    def _day(self, day: dt.date, options: dict[str, Any]) -> dict[str, Any]:
        if day < FIRST_DAY or day > NOW.date():
            return dict.fromkeys(
                ("events", "sessions", "visitors", "page_views", "orders", "revenue"), 0
            ) | _rates({"sessions": 0, "orders": 0, "revenue": 0})
        part = 1.0
        for name, shares in (("channel", CHANNELS), ("device", DEVICES), ("login", LOGINS)):
            if chosen := options.get(f"only_{name}"):
                part *= sum(shares.get(value, 0) for value in chosen)
        if options.get("only_brand") or options.get("only_category"):
            part *= 0.2
        n = day.toordinal()
        wave = 1 + 0.22 * math.sin(n * 2 * math.pi / 7) + 0.1 * math.sin(n * 1.7) + 0.006 * (n % 90)
        sessions = round(self.scale * wave * part)
        orders = round(sessions * (0.031 + 0.006 * math.sin(n * 0.9)))
        found = {
            "events": sessions * 9,
            "sessions": sessions,
            "visitors": round(sessions * 0.81),
            "page_views": sessions * 4,
            "orders": orders,
            "revenue": orders * (4_350_000 + 600_000 * math.sin(n * 1.3)),
        }
        return found | _rates(found)

    def _trends(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        if by := options.get("by"):
            return self._by(by, options)
        first, last = _dates(options)
        interval = options["interval"]
        step = {"hour": 24, "day": 1}.get(interval, 1)
        return [
            self._trend_row(name, n, hour, options)
            for name in options["metrics"]
            for n in range((last - first).days + 1)
            for hour in range(step)
        ]

    def _trend_row(self, name: str, n: int, hour: int, options: dict[str, Any]) -> dict[str, Any]:
        first, last = _dates(options)
        day = first + dt.timedelta(n)
        twin = day - dt.timedelta((last - first).days + 1)
        is_hour = options["interval"] == "hour"
        part = (0.2 + math.sin(hour / 24 * math.pi)) / 20 if is_hour else 1
        if name.endswith("rate") or name.startswith("average"):
            part = 1

        def at(date: dt.date) -> Any:
            value = self._day(date, options)[name]
            return None if value is None else value * part

        def label(date: dt.date) -> Any:
            start = dt.datetime.combine(date, dt.time(hour), dt.UTC)
            return start if is_hour else date

        row = {"period": label(day), "metric": name, "value": at(day), "is_complete": True}
        if options["compare"] == "previous":
            row |= {"previous_period": label(twin), "previous": at(twin)}
        if name in ("revenue", "average_order_value"):
            row["currency"] = self.currency
        return row

    def _by(self, by: str, options: dict[str, Any]) -> list[dict[str, Any]]:
        shares = {"channel": CHANNELS, "device": DEVICES, "login": LOGINS}[by]
        total = self._total(*_dates(options), options)[options["metrics"][0]]
        chosen = options.get(f"only_{by}") or shares
        return [
            {"period": FIRST_DAY, by: name, "metric": "", "value": round(total * share)}
            for name, share in shares.items()
            if total and name in chosen
        ]

    def _pages(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        total = self._total(*_dates(options), options)["page_views"]
        return [{"page": path, "views": round(total * share)} for path, share in PAGES.items()]

    def _funnel(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        first = self._total(*_dates(options), options)["visitors"]
        shares = [1.0, 0.214, 0.097, 0.052]
        names = ("view_item", "add_to_cart", "begin_checkout", "purchase")
        return [
            {
                "step": n + 1,
                "name": name,
                "count": round(first * shares[n]),
                "rate_from_first": shares[n],
                "rate_from_previous": shares[n] / shares[n - 1] if n else None,
            }
            for n, name in enumerate(names)
        ]

    def _products(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        by = options["by"]
        if "kind" in options:
            return []
        total = self._total(*_dates(options), options)
        if not total["sessions"]:
            return []
        names = {"brand": self.brands, "category": CATEGORIES}.get(by)
        count = len(names) if names else self.products
        return [self._product(n, by, total["sessions"], names) for n in range(count)]

    def _product(
        self, n: int, by: str, sessions: float, names: tuple[str, ...] | None
    ) -> dict[str, Any]:
        views = round(sessions * 1.4 / (n + 3))
        carts = round(views * (0.07 + 0.05 * math.sin(n * 1.9)))
        orders = round(carts * (0.4 + 0.2 * math.sin(n * 0.7)))
        figures = {
            "impressions": views * 5, "views": views, "carts": carts, "orders": orders,
            "quantity": orders + orders // 7, "revenue": orders * 1_250_000 * (1 + n % 9),
            "currency": self.currency if orders else None,
            "view_to_cart_rate": carts / views if views else None,
            "cart_to_order_rate": orders / carts if carts else None,
        }  # fmt: skip
        if names:
            return {f"product_{by}": names[n]} | figures
        named = {
            "product_id": f"sku-{n:04d}",
            "product_name": self.names(n),
            "product_brand": BRANDS[n % len(BRANDS)],
            "product_category": CATEGORIES[n % len(CATEGORIES)],
        }
        return named | figures


def _dates(options: dict[str, Any]) -> tuple[dt.date, dt.date]:
    return dt.date.fromisoformat(options["from_"]), dt.date.fromisoformat(options["to"])


def _rates(total: dict[str, Any]) -> dict[str, Any]:
    sessions, orders = total["sessions"], total["orders"]
    return {
        "conversion_rate": orders / sessions if sessions else None,
        "average_order_value": total["revenue"] / orders if orders else None,
    }


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One event loop in a thread for all dashboards: Shiny's reactive lock belongs to one loop."""
    shared = asyncio.new_event_loop()
    thread = threading.Thread(target=shared.run_forever, daemon=True)
    thread.start()
    yield shared
    shared.call_soon_threadsafe(shared.stop)
    thread.join(timeout=10)
    shared.close()


@contextmanager
def serving(app: Any, loop: asyncio.AbstractEventLoop) -> Iterator[str]:
    """The address of a dashboard that is served for the length of a block."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_level="warning", ws="websockets-sansio", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    ended = asyncio.run_coroutine_threadsafe(server._serve([listener]), loop)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        ended.result(timeout=20)
        listener.close()


@pytest.fixture
def serve(loop: asyncio.AbstractEventLoop) -> Callable[[Any], Any]:
    """``with serve(app) as address`` serves a dashboard."""
    return lambda app: serving(app, loop)


@pytest.fixture
def standin() -> Standin:
    return Standin()


CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
UNDRAWN = "[data-page]:not([hidden]) .chart-box:not(.is-blank) .chart:not([data-ready])"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for one module: while Playwright runs, no other test can run an event loop."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine; install it with apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Tab:
    """A page of the browser that looks at a dashboard; what its console complains of is kept."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.address + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Waits until the server has answered and every visible chart is drawn."""
        self.page.wait_for_selector("html[data-settled]:not([data-busy])")
        expect(self.page.locator(UNDRAWN)).to_have_count(0)


@pytest.fixture(scope="session")
def shop_url(open_folder: Path) -> Iterator[str]:
    """A warehouse with a fortnight of a simulated shop, some of whose names mean harm."""
    from clickstream.warehouse.server import EmbeddedServer
    from shop import fill

    with EmbeddedServer(open_folder / "shop", prefer="wheel", options={"fsync": "off"}) as server:
        fill(server.url, open_folder)
        yield server.url


@pytest.fixture(scope="module")
def shop(shop_url: str, browser: Browser, loop: asyncio.AbstractEventLoop) -> Iterator["Tab"]:
    """One tab of the dashboard over that shop, for all tests of a module."""
    from shop import opening

    app = create_app(opening(shop_url), clock=lambda: NOW, collector_url="http://127.0.0.1:8080")
    context = browser.new_context(
        viewport={"width": 1360, "height": 900}, locale="en-US", accept_downloads=True
    )
    with serving(app, loop) as address:
        tab = Tab(context.new_page(), address)
        listen(tab)
        yield tab
        context.close()


@pytest.fixture
def tab(shop: "Tab") -> Iterator["Tab"]:
    """The shared tab; nothing that it shows may run, be missing or complain."""
    shop.complaints.clear()
    shop.page.set_viewport_size({"width": 1360, "height": 900})
    shop.page.set_default_timeout(10_000)
    yield shop
    assert shop.complaints == []
    assert shop.page.evaluate("window.hacked") is None


def listen(tab: "Tab") -> None:
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.page.on("console", lambda message: _complain(tab, message))


@pytest.fixture
def look(browser: Browser, loop: asyncio.AbstractEventLoop) -> Callable[..., Any]:
    """``with look(source, **context) as tab`` looks at a dashboard, free of complaints."""

    @contextmanager
    def looking(source: Source, **context: Any) -> Iterator[Tab]:
        app = assemble(source, clock=lambda: NOW, collector_url="http://127.0.0.1:8080")
        options = {"viewport": {"width": 1360, "height": 900}, "locale": "en-US"} | context
        with serving(app, loop) as address:
            tab = Tab(browser.new_page(**options), address)
            listen(tab)
            yield tab
            tab.page.close()
        assert tab.complaints == []

    return looking


def _complain(tab: Tab, message: Any) -> None:
    if message.type in ("error", "warning") and "ERR_CONNECTION_REFUSED" not in message.text:
        tab.complaints.append(message.text)
