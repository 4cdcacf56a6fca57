"""User agents are read as uap-core reads them, and robots are told from people."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clickstream.contract import Envelope, Event, parse_instant
from clickstream.etl.bots import BOT, score_event
from clickstream.etl.user_agents import UNKNOWN, read_user_agent

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 {}"
)


def cases(file: Path) -> Iterator[tuple[str, str]]:
    """User agent and expected family of each case of a uap-core file; those of one line each."""
    for block in re.split(r"\n\s*- ", file.read_text("utf-8"))[1:]:
        agent = re.match(r"user_agent_string:\s*(['\"])(.*)\1\s*$", block.partition("\n")[0])
        family = re.search(r"family:\s*['\"]?(.*?)['\"]?\s*$", block, re.MULTILINE)
        if agent and family:
            quote, text = agent.groups()
            yield text.replace("''", "'") if quote == "'" else text, family[1]


@pytest.mark.parametrize(
    ("file", "what", "at_least"),
    [
        pytest.param("test_ua.yaml", "browser", 1600, id="browsers"),
        pytest.param("firefox_user_agent_strings.yaml", "browser", 240, id="firefox"),
        pytest.param("opera_mini_user_agent_strings.yaml", "browser", 200, id="opera mini"),
        pytest.param("test_os.yaml", "os", 480, id="systems"),
        pytest.param("additional_os_tests.yaml", "os", 23, id="more systems"),
    ],
)
def test_families_are_those_of_uap_core(
    file: str, what: str, at_least: int, fixtures: Path
) -> None:
    found = list(cases(fixtures / "uap_core" / file))
    wrong = [
        (text, family) for text, family in found
        if (getattr(read_user_agent(text), what) or "Other") != family
    ]  # fmt: skip

    assert len(found) >= at_least
    assert wrong == []


def test_every_known_crawler_is_a_bot(fixtures: Path) -> None:
    crawlers = json.loads(
        (fixtures / "crawler_user_agents/crawler-user-agents.json").read_text("utf-8")
    )
    agents = [text for crawler in crawlers for text in crawler["instances"]]
    missed = [text for text in agents if read_user_agent(text).bot_score < BOT]

    assert len(agents) > 2000
    assert missed == []


def test_most_crawlers_would_be_told_without_a_list_of_them(
    fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How well unlisted crawlers fare: 86 % of the listed ones speak for themselves."""
    crawlers = json.loads(
        (fixtures / "crawler_user_agents/crawler-user-agents.json").read_text("utf-8")
    )
    agents = [text for crawler in crawlers for text in crawler["instances"]]
    monkeypatch.setattr("crawleruseragents.is_crawler", lambda _: False)
    read_user_agent.cache_clear()
    told = [text for text in agents if read_user_agent(text).bot_score >= BOT]
    read_user_agent.cache_clear()

    assert len(told) / len(agents) > 0.86


def test_few_devices_of_people_are_taken_for_bots(fixtures: Path) -> None:
    """Of uap-core's devices 8 in 15,000, but for WhatsApp, whose are link previews."""
    people = [
        text for text, family in cases(fixtures / "uap_core/test_device.yaml")
        if family != "Spider" and not text.startswith("WhatsApp")
    ]  # fmt: skip
    taken_for_bots = [text for text in people if read_user_agent(text).bot_score >= BOT]

    assert len(people) > 15_000
    assert len(taken_for_bots) <= 8


def test_old_browsers_of_people_are_rarely_taken_for_bots(fixtures: Path) -> None:
    """Of 8,900 browsers of 2005, many with a seller's name in them, 1 % at most."""
    families = {"Firefox", "IE", "Opera", "Safari", "Konqueror", "Netscape", "Camino"}
    people = [
        text for text, family in cases(fixtures / "uap_core/pgts_browser_list.yaml")
        if family in families
    ]  # fmt: skip
    taken_for_bots = [text for text in people if read_user_agent(text).bot_score >= BOT]

    assert len(people) > 8_000
    assert len(taken_for_bots) / len(people) < 0.01


@pytest.mark.parametrize(
    ("family", "device", "at_least"),
    [
        pytest.param("iPad", "tablet", 0.95, id="iPad"),
        pytest.param("iPhone", "mobile", 0.95, id="iPhone"),
        pytest.param("Kindle", "tablet", 0.9, id="Kindle"),
        pytest.param("HbbTV", "tv", 1.0, id="television"),
        pytest.param("Samsung SGH", "mobile", 0.95, id="feature phone"),
    ],
)
def test_devices_are_of_their_kind(
    family: str, device: str, at_least: float, fixtures: Path
) -> None:
    own = [
        text for text, name in cases(fixtures / "uap_core/test_device.yaml")
        if name.startswith(family) and not text.startswith("WhatsApp")
    ]  # fmt: skip
    right = [text for text in own if read_user_agent(text).device == device]

    assert len(own) > 20
    assert len(right) / len(own) >= at_least


def test_hardly_any_device_is_unknown(fixtures: Path) -> None:
    devices = [
        read_user_agent(text).device for text, _ in cases(fixtures / "uap_core/test_device.yaml")
    ]

    assert devices.count("unknown") / len(devices) < 0.002


def test_no_firefox_is_a_bot(fixtures: Path) -> None:
    agents = [text for text, _ in cases(fixtures / "uap_core/firefox_user_agent_strings.yaml")]

    assert [text for text in agents if read_user_agent(text).bot_score >= BOT] == []


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "device"),
    [
        pytest.param(CHROME, "desktop", id="chrome on windows"),
        pytest.param(IPHONE, "mobile", id="iphone"),
        pytest.param(ANDROID.format("Pixel 8", "Mobile Safari/537.36"), "mobile", id="android"),
        pytest.param(ANDROID.format("SM-X710", "Safari/537.36"), "tablet", id="android tablet"),
        pytest.param("Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15", "tablet",
                     id="ipad"),
        pytest.param("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.5) AppleWebKit/537.36 TV Safari/537.36",
                     "tv", id="television"),
        pytest.param("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                     "bot", id="googlebot"),
        pytest.param("", "unknown", id="none"),
    ],
)  # fmt: skip
def test_a_user_agent_has_its_device(text: str, device: str) -> None:
    assert read_user_agent(text).device == device


@pytest.mark.unit
def test_an_endless_user_agent_is_read_in_time() -> None:
    assert read_user_agent("(" * 1_000_000).device == "unknown"
    assert read_user_agent(" \t") == UNKNOWN


@pytest.mark.unit
@pytest.mark.parametrize(
    ("agent", "source", "headers", "client_id", "is_bot", "reasons"),
    [
        pytest.param(CHROME, "http", {"accept-language": "vi"}, "c", False, None, id="a browser"),
        pytest.param(CHROME, "http", {}, "c", False, ["no_accept_language"],
                     id="a browser that speaks no language is suspicious, no more"),
        pytest.param(CHROME, "import", {}, "c", False, None, id="an import keeps no headers"),
        pytest.param(None, "import", {}, "c", False, None, id="an import without user agent"),
        pytest.param(None, "http", {}, "c", False, ["no_user_agent"], id="no user agent"),
        pytest.param("curl/8.5.0", "http", {}, None, True, ["http_library"], id="a script"),
        pytest.param("python-requests/2.32", "http", {}, "c", False, ["http_library"],
                     id="a shop's server speaks for a visitor"),
        pytest.param(CHROME.replace("Chrome", "HeadlessChrome"), "http", {"accept-language": "vi"},
                     "c", True, ["automation"], id="headless"),
        pytest.param(CHROME, "http", {"accept-language": "vi", "sec-ch-ua": '"HeadlessChrome"'},
                     "c", True, ["automation"], id="headless by its other name"),
        pytest.param("Googlebot/2.1 (+http://www.google.com/bot.html)", "http", {}, "c", True,
                     ["crawler"], id="a crawler"),
    ],
)  # fmt: skip
def test_an_event_is_judged_by_its_agent_and_headers(
    *,
    agent: str | None,
    source: str,
    headers: dict[str, str],
    client_id: str | None,
    is_bot: bool,
    reasons: list[str] | None,
) -> None:
    envelope = Envelope(
        received_at=parse_instant(0), source=source, user_agent=agent, headers=headers
    )  # type: ignore[arg-type]
    event = Event(event_name="page_view", client_id=client_id)

    score, said = score_event(event, envelope, read_user_agent(agent) if agent else UNKNOWN)

    assert (score >= BOT, said) == (is_bot, reasons)
