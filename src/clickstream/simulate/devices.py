"""The browsers that the visitors use, as their requests show them, and the crawlers."""

from typing import Final, Literal

import msgspec

from clickstream.simulate.dice import Dice, Weighted

Kind = Literal["mobile", "desktop", "tablet"]

_SAFARI: Final = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_CHROME: Final = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WINDOWS: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC: Final = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_IPHONE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X)"
_ANDROID: Final = "Mozilla/5.0 (Linux; Android 10; K)"


class Browser(msgspec.Struct, frozen=True):
    """One browser on one system. `brands` and `platform` are what a Chromium says of itself."""

    kind: Kind
    user_agent: str
    brands: str | None = None
    platform: str | None = None


def _brands(name: str, version: int) -> str:
    return f'"Chromium";v="{version}", "{name}";v="{version}", "Not_A Brand";v="99"'


_GOOGLE: Final = _brands("Google Chrome", 142)
_EDGE: Final = _brands("Microsoft Edge", 142)
_COC_COC: Final = _brands("CocCoc", 138)
_SAMSUNG: Final = '"Chromium";v="136", "Samsung Internet";v="29.0", "Not.A/Brand";v="99"'
_WEBVIEW: Final = _brands("Android WebView", 141)

BROWSERS: Final = Weighted(
    [
        (Browser("mobile", f"{_ANDROID} {_CHROME} Chrome/142.0.0.0 Mobile Safari/537.36",
                 _GOOGLE, "Android"), 24),
        (Browser("mobile", f"{_IPHONE} {_SAFARI} Version/26.1 Mobile/15E148 Safari/604.1"), 17),
        (Browser("mobile", f"{_IPHONE} {_SAFARI} Version/18.6 Mobile/15E148 Safari/604.1"), 4),
        (Browser("mobile", f"{_IPHONE} {_SAFARI} CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1"),
         4),
        (Browser("mobile", f"{_ANDROID} {_CHROME} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile "
                 "Safari/537.36", _SAMSUNG, "Android"), 4),
        (Browser("mobile", f"{_IPHONE} {_SAFARI} Mobile/15E148 [FBAN/FBIOS;FBAV/536.0.0.39.98;"
                 "FBBV/812940112;FBDV/iPhone16,1;FBMD/iPhone;FBSN/iOS;FBSV/18.7]"), 3),
        (Browser("mobile", f"Mozilla/5.0 (Linux; Android 15; SM-A556E; wv) {_CHROME} Version/4.0 "
                 "Chrome/141.0.7390.122 Mobile Safari/537.36 Zalo android/25110 ZaloTheme/light",
                 _WEBVIEW, "Android"), 3),
        (Browser("desktop", f"{_WINDOWS} {_CHROME} Chrome/142.0.0.0 Safari/537.36",
                 _GOOGLE, "Windows"), 20),
        (Browser("desktop", f"{_WINDOWS} {_CHROME} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                 _EDGE, "Windows"), 5),
        (Browser("desktop", f"{_WINDOWS} {_CHROME} coc_coc_browser/138.0.160 Chrome/138.0.0.0 "
                 "Safari/537.36", _COC_COC, "Windows"), 4),
        (Browser("desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 "
                 "Firefox/145.0"), 1.5),
        (Browser("desktop", f"{_MAC} {_CHROME} Chrome/142.0.0.0 Safari/537.36",
                 _GOOGLE, "macOS"), 3.5),
        (Browser("desktop", f"{_MAC} {_SAFARI} Version/26.1 Safari/605.1.15"), 2.5),
        (Browser("desktop", f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} Chrome/142.0.0.0 "
                 "Safari/537.36", _GOOGLE, "Linux"), 0.7),
        (Browser("tablet", "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) "
                 f"{_SAFARI} Version/18.6 Mobile/15E148 Safari/604.1"), 2.6),
        (Browser("tablet", f"Mozilla/5.0 (Linux; Android 14; SM-X210) {_CHROME} "
                 "Chrome/142.0.0.0 Safari/537.36", _GOOGLE, "Android"), 1.2),
    ]
)  # fmt: skip

SCRAPER: Final = f"{_WINDOWS} {_CHROME} Chrome/109.0.0.0 Safari/537.36"
"""Looks like a person's browser, and betrays itself by its pace."""

CRAWLERS: Final = Weighted(
    [
        (f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) {_CHROME} Chrome/142.0.7444.59"
         " Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 34),
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
         "+http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36", 16),
        (f"Mozilla/5.0 {_CHROME}; compatible; GPTBot/1.3; +https://openai.com/gptbot", 10),
        (f"Mozilla/5.0 {_CHROME}; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", 8),
        ("Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)", 8),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 8),
        (f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} HeadlessChrome/141.0.7390.37 Safari/537.36",
         10),
        (SCRAPER, 6),
    ]
)  # fmt: skip

_NETWORKS: Final = Weighted(
    [
        ("113.161.{}.0", 12), ("14.161.{}.0", 9), ("123.20.{}.0", 7), ("171.224.{}.0", 9),
        ("27.64.{}.0", 8), ("116.96.{}.0", 6), ("42.112.{}.0", 8), ("118.68.{}.0", 7),
        ("58.186.{}.0", 5), ("1.52.{}.0", 5), ("2402:800:61{:02x}::", 9),
        ("2405:4802:9{:02x}::", 6), ("2001:ee0:4{:02x}::", 5),
    ]
)  # fmt: skip


def address(dice: Dice) -> str:
    """A household's address as the lake keeps it, cut to /24 or /48."""
    return dice.draw(_NETWORKS).format(dice.whole(0, 255))


def headers(browser: Browser, *, language: str, origin: str) -> dict[str, str]:
    """The request headers that ingest keeps, of a `fetch` from a page of the shop."""
    kept = {"accept-language": language, "origin": origin}
    if browser.brands and browser.platform:
        kept["sec-ch-ua"] = browser.brands
        kept["sec-ch-ua-mobile"] = "?1" if browser.kind == "mobile" else "?0"
        kept["sec-ch-ua-platform"] = f'"{browser.platform}"'
    kept |= {"sec-fetch-dest": "empty", "sec-fetch-mode": "cors", "sec-fetch-site": "same-site"}
    return kept
