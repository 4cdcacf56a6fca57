"""Signing in with a real OIDC issuer, a process of its own; and who is let in."""

import datetime as dt
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from issuer import CLIENT, SECRET
from playwright.sync_api import expect

from clickstream.dashboard.app import assemble
from clickstream.dashboard.signin import COOKIE, SignIn, own_path
from clickstream.entrypoints.settings import read_settings
from clickstream.entrypoints.signing_in import check_sign_in, sign_in
from clickstream.errors import SettingsError
from shop import NOW

ANN = {"email": "ann@shop.example", "email_verified": True}
PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of the issuer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = str(Path(__file__).parent / "issuer.py")
    process = subprocess.Popen([sys.executable, script, str(port)], stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{address}/keys")
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def address(issuer: str, standin: Any, serve: Any, clock: Clock) -> Iterator[str]:
    """A dashboard that lets in shop.example's people and analysts."""
    known = SignIn(
        issuer=issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        emails=("@shop.example",),
        groups=("analysts",),
        is_secure=False,
    )
    app = assemble(standin, clock=clock, collector_url="", sign_in=known)
    with serve(app) as served:
        yield served


def come(address: str, issuer: str, claims: dict[str, Any], flaw: str = "") -> httpx.Response:
    """Where a browser ends that opens a page as this person."""
    httpx.put(f"{issuer}/person", json={"claims": claims, "flaw": flaw})
    with httpx.Client(follow_redirects=True) as browser:
        return browser.get(f"{address}/?page=products&range=7d", headers=PAGE)


@pytest.mark.slow
def test_who_is_known_comes_in_and_ends_at_the_page_that_was_wanted(
    address: str, issuer: str
) -> None:
    answer = come(address, issuer, ANN)
    assert (answer.status_code, str(answer.url)) == (200, f"{address}/?page=products&range=7d")
    assert 'data-page="products"' in answer.text
    [first] = [a.headers["location"] for a in answer.history if "/authorize?" in str(a.url)]
    assert first.startswith(f"{address}/auth/callback?code=")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claims", "status"),
    [
        pytest.param({"email": "eve@other.example", "email_verified": True}, 403, id="stranger"),
        pytest.param({"email": "ann@shop.example"}, 403, id="unverified"),
        pytest.param({"email": "x@shop.example@evil.example", "email_verified": True}, 403,
                     id="two domains"),
        pytest.param({"cognito:groups": ["analysts"]}, 200, id="group"),
        pytest.param({"cognito:groups": ["analysts2"]}, 403, id="other group"),
    ],
)  # fmt: skip
def test_an_address_or_a_group_decides(
    address: str, issuer: str, claims: dict[str, Any], status: int
) -> None:
    assert come(address, issuer, claims).status_code == status


@pytest.mark.slow
@pytest.mark.parametrize("flaw", ["state", "nonce", "audience", "issuer", "expired", "key"])
def test_a_token_that_is_not_the_issuers_word_for_us_is_refused(
    address: str, issuer: str, flaw: str
) -> None:
    answer = come(address, issuer, ANN, flaw)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


@pytest.mark.slow
def test_nothing_is_shown_before_signing_in_and_after_the_time_is_over(
    address: str, issuer: str, clock: Clock
) -> None:
    for path in ("/assets/app.js", "/export/overview-pages.csv", "/lib/x.js", "/session/x"):
        assert httpx.get(address + path).status_code == 401
    assert httpx.get(f"{address}/health").status_code == 200
    forged = httpx.get(f"{address}/", headers={"cookie": f"{COOKIE}=eyJuYW1lIjoiYSJ9.x.y"})
    assert forged.status_code == 401
    httpx.put(f"{issuer}/person", json={"claims": ANN})
    with httpx.Client(follow_redirects=True) as browser:
        cookie = browser.get(address, headers=PAGE).history[-1].headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert browser.get(f"{address}/export/overview-pages.csv").status_code == 200
        clock.now += dt.timedelta(hours=13)
        assert browser.get(f"{address}/export/overview-pages.csv").status_code == 401
        clock.now -= dt.timedelta(hours=13)
        browser.get(f"{address}/auth/logout")
        assert browser.get(f"{address}/export/overview-pages.csv").status_code == 401


@pytest.mark.slow
def test_an_issuer_that_is_away_is_said_in_words(standin: Any, serve: Any) -> None:
    known = SignIn(issuer="http://127.0.0.1:9", client_id="x", emails=("*",), is_secure=False)
    app = assemble(standin, clock=lambda: NOW, collector_url="", sign_in=known)
    with serve(app) as address:
        answer = httpx.get(f"{address}/auth/login")
    assert answer.status_code == 502
    assert "The issuer does not answer" in answer.text


@pytest.mark.browser
def test_a_browser_signs_in_sees_figures_and_signs_out(
    address: str, issuer: str, browser: Any
) -> None:
    httpx.put(f"{issuer}/person", json={"claims": ANN})
    page = browser.new_page(viewport={"width": 1360, "height": 900})
    page.goto(f"{address}/?page=products")
    expect(page.locator("#products-table tbody tr").first).to_be_visible()
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.close()


@pytest.mark.browser
@pytest.mark.slow
def test_an_open_page_ends_with_its_sign_in_and_signing_in_again_leads_back_to_the_view(
    address: str, issuer: str, clock: Clock, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clickstream.dashboard.signin.LOOK_SECONDS", 0.1)
    httpx.put(f"{issuer}/person", json={"claims": ANN})
    page = browser.new_context().new_page()
    page.goto(f"{address}/?page=products&range=7d&channel=Email")
    expect(page.locator("#products-table tbody tr").first).to_be_visible()
    clock.now += dt.timedelta(hours=13)
    expect(page.get_by_role("alert")).to_contain_text("Your sign-in has ended", timeout=15_000)
    expect(page.locator("#products-table tbody tr").first).to_be_visible()
    page.get_by_role("link", name="Sign in again").click()
    expect(page.locator("#products-table tbody tr").first).to_be_visible()
    assert page.url == f"{address}/?page=products&range=7d&channel=Email"
    expect(page.locator(".signed-out")).to_be_hidden()
    page.context.close()


@pytest.mark.unit
@pytest.mark.parametrize(
    "text", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/auth/logout", "/\n"]
)
def test_nobody_is_led_elsewhere_after_signing_in(text: str) -> None:
    assert own_path(text) == "/"


def settings(**given: str) -> Any:
    known, problems = read_settings(
        {f"CLICKSTREAM_DASHBOARD_{key.upper()}": value for key, value in given.items()}
    )
    assert problems == []
    return known


OIDC = {"oidc_issuer": "https://issuer.example", "oidc_client_id": "x"}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("given", "key"),
    [
        pytest.param({"host": "0.0.0.0"}, "HOST", id="open to others"),
        pytest.param({"host": "stats.example"}, "HOST", id="a name"),
        pytest.param({"oidc_issuer": "https://issuer.example"}, "OIDC_CLIENT_ID", id="no client"),
        pytest.param(OIDC, "OIDC_EMAILS", id="nobody named"),
    ],
)
def test_a_dashboard_that_would_stand_open_does_not_start(given: dict[str, str], key: str) -> None:
    with pytest.raises(SettingsError) as refused:
        check_sign_in(settings(**given))
    assert refused.value.key == f"CLICKSTREAM_DASHBOARD_{key}"


@pytest.mark.unit
def test_a_dashboard_for_others_has_a_cookie_for_https_alone() -> None:
    check_sign_in(settings(host="::1"))
    assert sign_in(settings()) is None
    own = sign_in(settings(**OIDC, oidc_emails="ann@shop.example"))
    open_ = sign_in(settings(**OIDC, oidc_groups="a", host="0.0.0.0", secret="s" * 32))
    assert own is not None
    assert open_ is not None
    assert (own.is_secure, open_.is_secure) == (False, True)
    assert (open_.cookie_secret, "s" * 32 in repr(open_)) == ("s" * 32, False)
