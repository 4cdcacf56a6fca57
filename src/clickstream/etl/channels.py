"""From a traffic source to its channel.

The GA4 default channel grouping (https://support.google.com/analytics/answer/9756891), with AI
assistants as a channel of their own. `source_categories.csv` is Google's list of sources and
their categories as kept by the dbt-ga4 project (MIT).
"""

import csv
import re
from collections.abc import Collection
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from msgspec import Struct

from clickstream.etl.urls import Campaign, registrable_domain

DIRECT: Final = "Direct"
AI_ASSISTANTS: Final = "AI Assistants"
_PAID: Final = re.compile(r"^(.*cp.*|ppc|retargeting|paid.*)$")
_SHOP: Final = re.compile(r"^(.*(([^a-df-z]|^)shop|shopping).*)$")
_EMAIL: Final = frozenset({"email", "e-mail", "e_mail", "e mail"})
_DISPLAY: Final = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL: Final = frozenset(
    {"social", "social-network", "social-media", "sm", "social network", "social media"}
)
_WEBMAIL: Final = frozenset(
    {
        "mail.google.com", "outlook.live.com", "outlook.office.com", "outlook.office365.com",
        "mail.yahoo.com", "mail.proton.me", "mail.aol.com", "mail.zoho.com", "mail.ru", "e.mail.ru",
        "com.google.android.gm",
    }
)  # fmt: skip
_ASSISTANTS: Final = frozenset(
    {
        "chatgpt.com", "chat.openai.com", "openai.com", "chatgpt", "openai", "perplexity.ai",
        "perplexity", "gemini.google.com", "bard.google.com", "gemini", "copilot.microsoft.com",
        "copilot.com", "copilot", "claude.ai", "claude", "chat.deepseek.com", "deepseek.com",
        "deepseek", "grok.com", "x.ai", "grok", "meta.ai", "chat.mistral.ai", "mistral.ai",
        "you.com", "phind.com", "poe.com", "pi.ai", "doubao.com", "kimi.com",
        "chat.qwen.ai", "duck.ai",
        "notebooklm.google.com", "edgeservices.bing.com", "komo.ai", "andisearch.com", "iask.ai",
        "com.openai.chatgpt", "com.anthropic.claude", "com.google.android.apps.bard",
        "ai.perplexity.app.android", "com.microsoft.copilot", "com.deepseek.chat",
    }
)  # fmt: skip
_MORE_SEARCH: Final = {"coccoc": "search", "coccoc.com": "search", "ecosia": "search",
                       "startpage": "search", "qwant": "search", "search.brave.com": "search",
                       "kagi.com": "search", "zalo.me": "social", "zalo": "social",
                       "threads.net": "social", "threads.com": "social", "bsky.app": "social",
                       "shopee": "shopping", "lazada": "shopping", "tiki": "shopping"}  # fmt: skip
PASSERS_BY: Final = frozenset(
    {
        "paypal.com", "stripe.com", "klarna.com", "adyen.com", "adyenpayments.com", "mollie.com",
        "checkout.com", "worldpay.com", "braintreegateway.com", "braintree-api.com", "afterpay.com",
        "affirm.com", "razorpay.com", "paytm.in", "2checkout.com", "authorize.net", "opayo.co.uk",
        "pay.google.com", "pay.amazon.com", "vnpay.vn", "vnpayment.vn", "momo.vn", "zalopay.vn",
        "onepay.vn", "payoo.vn", "nganluong.vn", "alepay.vn", "baokim.vn", "appotapay.com",
        "cardinalcommerce.com", "arcot.com", "3dsecure.io", "checkout.shopify.com", "shop.app",
        "accounts.google.com", "appleid.apple.com", "login.microsoftonline.com", "login.live.com",
        "amazoncognito.com",
    }
)  # fmt: skip
"""Payment and sign-in providers: a visitor comes back from them, not through them."""


class Touch(Struct, frozen=True):
    """The traffic source that one event names."""

    channel: str
    source: str | None
    medium: str | None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None


@lru_cache(maxsize=4096)
def classify_campaign(campaign: Campaign) -> Touch:
    """The touch of an address with campaign parameters."""
    return Touch(
        channel_group(campaign.source, campaign.medium, campaign.name),
        campaign.source,
        campaign.medium,
        campaign.name,
        campaign.term,
        campaign.content,
    )


@lru_cache(maxsize=8192)
def classify_referrer(
    referrer_host: str, page_host: str | None, passers_by: frozenset[str] = frozenset()
) -> Touch | None:
    """The touch of a referring host; None where it is the shop's own, a payment or a sign-in."""
    host = _bare(referrer_host.lower())
    if page_host and registrable_domain(host) == registrable_domain(_bare(page_host.lower())):
        return None
    if _is_within(host, PASSERS_BY) or _is_within(host, passers_by):
        return None
    source, medium = _read_host(host)
    return Touch(channel_group(source, medium, None), source, medium)


@lru_cache(maxsize=4096)
def channel_group(source: str | None, medium: str | None, campaign: str | None) -> str:
    """The channel of a source, medium and campaign, in any case of letters."""
    source, medium, campaign = (text.strip().lower() if text else "" for text in
                                (source, medium, campaign))  # fmt: skip
    if source in {"", "(direct)"} and medium in {"", "(none)", "(not set)"} and not campaign:
        return DIRECT
    if source == "(direct)" and medium in {"(none)", "(not set)"}:
        return DIRECT
    if "cross-network" in campaign:
        return "Cross-network"
    category = _category(source)
    is_shop = category == "shopping" or bool(_SHOP.match(campaign))
    if _PAID.match(medium):
        return _paid_channel(category, medium, is_shop=is_shop)
    return _unpaid_channel(source, medium, category, is_shop=is_shop)


def _paid_channel(category: str | None, medium: str, *, is_shop: bool) -> str:
    if is_shop:
        return "Paid Shopping"
    by_category = {"search": "Paid Search", "social": "Paid Social", "video": "Paid Video"}
    if category in by_category:
        return by_category[category]
    return "Display" if medium in _DISPLAY else "Paid Other"


def _unpaid_channel(source: str, medium: str, category: str | None, *, is_shop: bool) -> str:  # noqa: PLR0911 - one line a rule, in the order in which they count
    if medium in _DISPLAY:
        return "Display"
    if source in _ASSISTANTS or _is_within(source, _ASSISTANTS):
        return AI_ASSISTANTS
    if is_shop:
        return "Organic Shopping"
    if category == "social" or medium in _SOCIAL:
        return "Organic Social"
    if category == "video" or "video" in medium:
        return "Organic Video"
    if category == "search" or medium == "organic":
        return "Organic Search"
    if medium in {"referral", "app", "link"}:
        return "Referral"
    if source in _EMAIL or medium in _EMAIL:
        return "Email"
    if medium in {"affiliate", "affiliates"}:
        return "Affiliates"
    if medium == "audio":
        return "Audio"
    if "sms" in {source, medium}:
        return "SMS"
    if medium.endswith("push") or "mobile" in medium or "notification" in medium:
        return "Mobile Push Notifications"
    return "Mobile Push Notifications" if source == "firebase" else "Unassigned"


def _read_host(host: str) -> tuple[str, str]:
    """Source and medium of a referring host, as GA4 names them."""
    if host in _WEBMAIL:
        return host, "email"
    if _is_within(host, _ASSISTANTS):
        return host, "referral"
    domain = registrable_domain(host)
    label = domain.partition(".")[0]
    if host == domain or host.startswith(("search.", "r.search.", "images.", "yandex.")):
        category = _categories().get(label)
        if category == "search":
            return label, "organic"
    if _category(host) == "search":
        return host, "organic"
    return host, "referral"


@lru_cache(maxsize=4096)
def _category(source: str) -> str | None:
    """The category of a source: as listed, or that of the site under which it lies."""
    categories = _categories()
    if (found := categories.get(source)) is not None or "." not in source:
        return found
    bare = _bare(source)
    domain = registrable_domain(bare)
    if (found := categories.get(bare) or categories.get(domain)) in {"social", "video"}:
        return found
    if bare == domain:
        return found or categories.get(domain.partition(".")[0])
    return categories.get(bare)


@cache
def _categories() -> dict[str, str]:
    text = files("clickstream.etl").joinpath("source_categories.csv").read_text("utf-8")
    rows = csv.reader(text.splitlines()[1:])
    return {**dict(row for row in rows if len(row) == 2), **_MORE_SEARCH}


def _is_within(host: str, sites: Collection[str]) -> bool:
    """Whether `host` is one of `sites` or lies below one."""
    return host in sites or any(
        host.endswith("." + site) for site in sites if "." in site and host.endswith(site)
    )


def _bare(host: str) -> str:
    """The host without the prefixes that only say how the page was shown."""
    for prefix in ("www.", "m.", "l.", "lm.", "mobile.", "amp."):
        if host.startswith(prefix) and host.count(".") > 1:
            return host.removeprefix(prefix)
    return host
