"""From a user agent to its device, browser and system, and whether it is a robot's.

Families are those of the uap-core project, crawlers those of crawler-user-agents.
"""

import re
from functools import lru_cache
from typing import Final

import crawleruseragents
import ua_parser
from msgspec import Struct

MAX_LENGTH: Final = 2048
"""Characters of a user agent that are looked at."""
_LIBRARY: Final = re.compile(
    r"^(curl|wget|python|aiohttp|httpx|requests|go-http-client|okhttp|axios|node|undici|got |java/"
    r"|apache-httpclient|ruby|faraday|guzzlehttp|php|perl|libwww|lwp|dart|reqwest|hyper|deno|bun/"
    r"|postmanruntime|insomnia|restsharp|dotnet|unirest|winhttp|typhoeus|urllib|rest-client)",
    re.IGNORECASE,
)
_AUTOMATION: Final = re.compile(
    r"headless|phantomjs|puppeteer|playwright|selenium|webdriver|slimerjs|cypress|electron-bot"
    r"|lighthouse|pagespeed|gtmetrix|pingdom|statuscake|uptimerobot|site24x7|synthetic",
    re.IGNORECASE,
)
_ROBOT: Final = re.compile(
    r"(?<!cu)bots?\b|(?<!cu)bot[/;_-]|crawl|spider|slurp|scrap(er|y)|archiver|fetcher"
    r"|monitor(ing)?[/ ]|validator|feedparser|link ?check|scanner|https?://",
    re.IGNORECASE,
)
"""What robots call themselves; and the address of a page about them, which browsers do not send."""
_ADDRESS: Final = re.compile(
    r"mailto:|(?<![\w.])www\.\w|[\w.+-]+@[\w-]+\.[a-z]"
    r"|(?<![\w.])[\w-]{3,}\.(com|org|net|io|ai|dev)\b",
    re.IGNORECASE,
)
"""An address or site, where it is neither an app, which may name its own, nor an old browser,
which its sellers let name theirs."""
_PHONES: Final = re.compile(
    r"HTC[ _](J[ _])?Butterfly|ViewSonic|Ultra Sonic|\bsprd-\w+/|\(speedy;HTC", re.IGNORECASE
)
"""Phones whose names are those of crawlers."""
_TABLET: Final = re.compile(r"ipad|tablet|kindle|playbook|silk(?!.*mobile)|\btab\b", re.IGNORECASE)
_TELEVISION: Final = re.compile(
    r"smart-?tv|appletv|googletv|android tv|bravia|hbbtv|netcast|webos.*tv|roku|crkey|aft[a-z]\b"
    r"|tizen.*tv|playstation|xbox|nintendo",
    re.IGNORECASE,
)
_APP: Final = re.compile(r"android|iphone|ipad|mobi|fban|cfnetwork|midp|java;|msie ", re.IGNORECASE)
_MOBILE: Final = re.compile(
    r"mobi|iphone|ipod|windows (phone|ce)|blackberry|opera mini|kaios|midp|symb(ian|os)|j2me",
    re.IGNORECASE,
)
_DESKTOP_SYSTEMS: Final = ("Windows", "Mac OS X", "Linux", "Ubuntu", "Chrome OS", "Fedora",
                           "FreeBSD", "OpenBSD", "Debian")  # fmt: skip
_NO_MAKERS: Final = frozenset({"Generic", "Generic_Android", "Spider", "Other"})


class Agent(Struct, frozen=True):
    """What a user agent says. `bot_score` runs from 0 (nothing speaks for a robot) to 1."""

    device: str
    """desktop, mobile, tablet, tv, bot or unknown."""
    browser: str | None
    os: str | None
    bot_score: float
    bot_reason: str | None = None
    is_library: bool = False
    """A program's HTTP client: a shop's own server, or a script."""


UNKNOWN: Final = Agent("unknown", None, None, 0.0)


@lru_cache(maxsize=16384)
def read_user_agent(text: str) -> Agent:
    """The agent behind a User-Agent header; one that is empty is unknown."""
    text = text[:MAX_LENGTH].strip()
    if not text:
        return UNKNOWN
    parsed = ua_parser.parse(text)
    browser = parsed.user_agent.family if parsed.user_agent else None
    system = parsed.os.family if parsed.os else None
    family = parsed.device.family if parsed.device else None
    score, reason, is_library = _automation(text, family)
    brand = parsed.device.brand if parsed.device else None
    device = "bot" if score >= 0.5 else _device(text, system, brand)
    return Agent(device, browser, system, score, reason, is_library)


def _automation(text: str, family: str | None) -> tuple[float, str | None, bool]:
    if _LIBRARY.match(text):
        return 0.6, "http_library", True
    if _AUTOMATION.search(text):
        return 0.9, "automation", False
    if family == "Spider" or crawleruseragents.is_crawler(_PHONES.sub("", text)):
        return 1.0, "crawler", False
    if _ROBOT.search(text) or (_ADDRESS.search(text) and not _APP.search(text)):
        return 0.8, "robot_name", False
    return 0.0, None, False


def _device(text: str, system: str | None, brand: str | None) -> str:
    if _TELEVISION.search(text):
        return "tv"
    if _TABLET.search(text) or (system == "Android" and not _MOBILE.search(text)):
        return "tablet"
    if _MOBILE.search(text) or system in {"Android", "iOS"}:
        return "mobile"
    if system and system.startswith(_DESKTOP_SYSTEMS):
        return "desktop"
    # What has a maker's name and no system that is known is a phone from before the smart ones.
    return "mobile" if brand and brand not in _NO_MAKERS else "unknown"
