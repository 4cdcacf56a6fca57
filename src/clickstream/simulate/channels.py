"""Where a visit comes from: the referrer, and what the landing page's address carries."""

from typing import Final, Literal

import msgspec

from clickstream.simulate.dice import Dice, Weighted

Landing = Literal["home", "category", "product"]


class Channel(msgspec.Struct, frozen=True):
    """One kind of source. `bounce` is the share of its visits that see one page and leave."""

    name: str
    sources: Weighted[tuple[str, str]]
    """(referrer, query of the landing page) and how often."""
    landings: Weighted[Landing]
    bounce: float
    zeal: float
    """How much likelier than usual its visits are to buy."""


def _landings(home: float, category: float, product: float) -> Weighted[Landing]:
    return Weighted([("home", home), ("category", category), ("product", product)])


def _utm(source: str, medium: str, campaign: str, more: str = "") -> str:
    return f"utm_source={source}&utm_medium={medium}&utm_campaign={campaign}{more}"


def _untagged(*referrers: tuple[str, float]) -> Weighted[tuple[str, str]]:
    return Weighted(((referrer, ""), share) for referrer, share in referrers)


DIRECT: Final = Channel("direct", _untagged(("", 1)), _landings(70, 12, 18), 0.36, 1.35)
ORGANIC: Final = Channel(
    "organic",
    _untagged(
        ("https://www.google.com/", 78), ("https://www.google.com.vn/", 6),
        ("https://coccoc.com/", 8), ("https://www.bing.com/", 6), ("https://duckduckgo.com/", 1.2),
        ("https://vn.search.yahoo.com/", 0.8),
    ),
    _landings(16, 26, 58), 0.39, 1.0,
)  # fmt: skip
PAID: Final = Channel(
    "paid",
    Weighted([
        (("https://www.google.com/",
          _utm("google", "cpc", "laptop_gaming", "&utm_term=laptop+gaming&gclid={click}")), 34),
        (("https://www.google.com/",
          _utm("google", "cpc", "brand_sbw", "&utm_term=sbw+computer&gclid={click}")), 22),
        (("https://www.google.com/",
          _utm("google", "cpc", "ban_phim_co", "&utm_term=ban+phim+co&gclid={click}")), 16),
        (("https://www.google.com/", "gclid={click}"), 12),
        (("https://www.bing.com/", _utm("bing", "cpc", "laptop_van_phong", "&msclkid={click}")), 6),
        (("https://coccoc.com/", _utm("coccoc", "cpc", "man_hinh_2k")), 6),
    ]),
    _landings(14, 36, 50), 0.44, 1.1,
)  # fmt: skip
SOCIAL: Final = Channel(
    "social",
    Weighted([
        (("https://l.facebook.com/", "fbclid={click}"), 30),
        (("https://m.facebook.com/", "fbclid={click}"), 18),
        (("https://www.facebook.com/",
          _utm("facebook", "paid_social", "deal_tuan", "&fbclid={click}")), 20),
        (("https://chat.zalo.me/", ""), 9),
        (("https://www.tiktok.com/", _utm("tiktok", "social", "setup_goc_may")), 13),
        (("https://www.youtube.com/", ""), 7),
        (("https://www.instagram.com/", ""), 3),
    ]),
    _landings(12, 22, 66), 0.55, 0.5,
)  # fmt: skip
EMAIL: Final = Channel(
    "email",
    Weighted([
        (("", _utm("newsletter", "email", "ban_tin_tuan")), 60),
        (("https://mail.google.com/", _utm("newsletter", "email", "uu_dai_thanh_vien")), 40),
    ]),
    _landings(20, 30, 50), 0.30, 1.6,
)  # fmt: skip
CART_EMAIL: Final = Channel(
    "cart_email",
    Weighted([(("", _utm("crm", "email", "gio_hang_bo_quen")), 1)]),
    _landings(100, 0, 0), 0.25, 1.6,
)  # fmt: skip
REFERRAL: Final = Channel(
    "referral",
    _untagged(
        ("https://tinhte.vn/", 34), ("https://voz.vn/", 30), ("https://genk.vn/", 14),
        ("https://vnexpress.net/so-hoa", 12), ("https://www.reddit.com/r/VietNam/", 4),
        ("https://linustechtips.com/", 3),
    ),
    _landings(20, 20, 60), 0.42, 0.9,
)  # fmt: skip
AFFILIATE: Final = Channel(
    "affiliate",
    Weighted([
        (("https://go.isclix.com/", _utm("accesstrade", "affiliate", "pub_{number}")), 70),
        (("https://reviewlaptop.example/", _utm("reviewlaptop", "affiliate", "top_10")), 30),
    ]),
    _landings(10, 20, 70), 0.40, 1.3,
)  # fmt: skip
ASSISTANT: Final = Channel(
    "assistant",
    Weighted([
        (("https://chatgpt.com/", "utm_source=chatgpt.com"), 62),
        (("https://www.perplexity.ai/", ""), 14),
        (("https://gemini.google.com/", ""), 13),
        (("https://copilot.microsoft.com/", ""), 8),
        (("https://claude.ai/", ""), 3),
    ]),
    _landings(10, 20, 70), 0.30, 1.5,
)  # fmt: skip
DISPLAY: Final = Channel(
    "display",
    Weighted([
        (("https://googleads.g.doubleclick.net/",
          _utm("google", "display", "remarketing", "&gclid={click}")), 60),
        (("https://dantri.com.vn/", _utm("admicro", "banner", "thang_khuyen_mai")), 40),
    ]),
    _landings(16, 44, 40), 0.60, 0.45,
)  # fmt: skip

FIRST_VISITS: Final = Weighted(
    [
        (ORGANIC, 37), (DIRECT, 17), (PAID, 15), (SOCIAL, 14), (REFERRAL, 5), (AFFILIATE, 3),
        (ASSISTANT, 3.5), (DISPLAY, 3), (EMAIL, 1.5),
    ]
)  # fmt: skip
RETURNS: Final = Weighted(
    [
        (DIRECT, 44), (ORGANIC, 24), (PAID, 8), (EMAIL, 11), (SOCIAL, 6), (DISPLAY, 3),
        (REFERRAL, 2), (AFFILIATE, 1), (ASSISTANT, 1),
    ]
)  # fmt: skip

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def source(channel: Channel, dice: Dice) -> tuple[str, str]:
    """The referrer ("" for none) and the query of the landing page, click ids filled in."""
    referrer, query = dice.draw(channel.sources)
    if "{click}" in query:
        click = "".join(dice.pick(_LETTERS) for _ in range(22))
        return referrer, query.replace("{click}", f"Cj0K{click}")
    if "{number}" in query:
        return referrer, query.replace("{number}", str(dice.whole(1, 8)))
    return referrer, query
