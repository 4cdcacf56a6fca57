"""The pages of the shop, in Vietnamese and English, and what is searched for on it."""

from typing import Final, Literal
from urllib.parse import quote_plus

import msgspec

from clickstream.simulate.catalogue import ARTICLES, CATEGORIES, Article, Category
from clickstream.simulate.dice import Weighted

ORIGIN: Final = "https://shop.example"
SHOP: Final = "SBW Computer"
Kind = Literal["home", "category", "search", "product", "other"]


class Page(msgspec.Struct, frozen=True):
    """One page: its address, its title, and what it is about."""

    kind: Kind
    url: str
    title: str
    article: Article | None = None
    category: Category | None = None


_FIXED: Final = {
    "home": ("/", "SBW Computer - Laptop, PC, phụ kiện chính hãng", "/en",
             "SBW Computer - Laptops, PCs and accessories"),
    "cart": ("/gio-hang", "Giỏ hàng", "/en/cart", "Your cart"),
    "checkout": ("/thanh-toan", "Thanh toán", "/en/checkout", "Checkout"),
    "shipping": ("/thanh-toan/giao-hang", "Thông tin giao hàng", "/en/checkout/shipping",
                 "Shipping"),
    "payment": ("/thanh-toan/phuong-thuc", "Phương thức thanh toán", "/en/checkout/payment",
                "Payment"),
    "thanks": ("/dat-hang-thanh-cong", "Đặt hàng thành công", "/en/order-complete",
               "Thank you for your order"),
    "login": ("/dang-nhap", "Đăng nhập", "/en/login", "Sign in"),
    "sign_up": ("/dang-ky", "Đăng ký tài khoản", "/en/register", "Create an account"),
    "orders": ("/tai-khoan/don-hang", "Đơn hàng của tôi", "/en/account/orders", "My orders"),
    "wishlist": ("/yeu-thich", "Sản phẩm yêu thích", "/en/wishlist", "Wishlist"),
    "promotion": ("/khuyen-mai", "Khuyến mãi hôm nay", "/en/deals", "Deals of the day"),
    "warranty": ("/bao-hanh", "Chính sách bảo hành", "/en/warranty", "Warranty"),
    "stores": ("/cua-hang", "Hệ thống cửa hàng", "/en/stores", "Our stores"),
}  # fmt: skip
_ENGLISH_TITLES: Final = {
    "Laptop": "Laptops", "Monitor": "Monitors", "Keyboard": "Keyboards", "Mouse": "Mice",
    "Headphones": "Headphones", "Accessories": "Accessories",
}  # fmt: skip


def _fixed(name: str, *, is_english: bool) -> Page:
    path, title, english_path, english_title = _FIXED[name]
    if is_english:
        path, title = english_path, english_title
    return Page(
        "home" if name == "home" else "other",
        ORIGIN + path,
        title if name == "home" else f"{title} | {SHOP}",
    )


def _category(category: Category, *, is_english: bool) -> Page:
    path, title = category.path, category.title
    if is_english:
        title = _ENGLISH_TITLES[category.name]
        path = f"/en/{title.lower()}"
    return Page("category", ORIGIN + path, f"{title} | {SHOP}", category=category)


def _product(article: Article, *, is_english: bool) -> Page:
    path = article.url_path
    if is_english:
        path = path.replace("/san-pham/", "/en/products/")
    title = f"{article.name} | {SHOP}"
    return Page("product", ORIGIN + path, title, article, article.category)


class Site:
    """The shop in one language."""

    def __init__(self, *, is_english: bool) -> None:
        self.is_english = is_english
        self.fixed = {name: _fixed(name, is_english=is_english) for name in _FIXED}
        self.categories = {
            category.name: _category(category, is_english=is_english) for category in CATEGORIES
        }
        self.products = {
            article.id: _product(article, is_english=is_english)
            for articles in ARTICLES.values()
            for article in articles
        }

    def search(self, term: str, category: Category) -> Page:
        """The results for a term; what they show belongs to `category`."""
        path, title = ("/en/search", "Search") if self.is_english else ("/tim-kiem", "Tìm kiếm")
        url = f"{ORIGIN}{path}?q={quote_plus(term)}"
        return Page("search", url, f"{title}: {term} | {SHOP}", category=category)

    def landing(self, page: Page, query: str) -> Page:
        """The page under the address by which a campaign leads to it."""
        if not query:
            return page
        url = f"{page.url}{'&' if '?' in page.url else '?'}{query}"
        return msgspec.structs.replace(page, url=url)


VIETNAMESE: Final = Site(is_english=False)
ENGLISH: Final = Site(is_english=True)

SEARCHES: Final = {
    "Laptop": Weighted([
        ("laptop gaming", 20), ("macbook air m4", 16), ("laptop sinh viên", 12),
        ("laptop văn phòng", 9), ("asus tuf", 8), ("lenovo loq", 7), ("rtx 4050", 7),
        ("thinkpad", 6), ("macbook", 6), ("laptop dưới 15 triệu", 5), ("acer nitro v", 5),
    ]),
    "Monitor": Weighted([
        ("màn hình 2k", 16), ("màn hình 27 inch", 14), ("màn hình 144hz", 10), ("lg ultragear", 8),
        ("màn hình 4k", 7), ("dell ultrasharp", 6),
    ]),
    "Keyboard": Weighted([
        ("bàn phím cơ", 20), ("keychron", 12), ("aula f75", 11), ("akko", 8), ("bàn phím logitech",
        6), ("ban phim khong day", 5),
    ]),
    "Mouse": Weighted([
        ("chuột không dây", 15), ("logitech g304", 12), ("mx master 3s", 10), ("chuột gaming", 9),
        ("g pro x superlight", 7), ("chuot logitech", 6),
    ]),
    "Headphones": Weighted([
        ("tai nghe bluetooth", 14), ("airpods pro", 11), ("tai nghe gaming", 10),
        ("sony wh-1000xm5", 8), ("tai nghe chống ồn", 5),
    ]),
    "Accessories": Weighted([
        ("ssd 1tb", 14), ("hub usb c", 10), ("sạc 65w", 8), ("ram ddr5", 7), ("lót chuột", 6),
        ("giá đỡ laptop", 5), ("webcam", 4),
    ]),
}  # fmt: skip
