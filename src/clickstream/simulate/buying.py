"""From the cart to the order, and sometimes back."""

from typing import Any, Final

from clickstream.simulate.catalogue import CURRENCY, item
from clickstream.simulate.dice import Weighted
from clickstream.simulate.visit import Visit
from clickstream.simulate.visitor import Basket

_PAYMENTS: Final = Weighted(
    [
        (("cod", ""), 34),
        (("bank_transfer", ""), 14),
        (("vnpay", "https://pay.vnpay.vn/"), 26),
        (("momo", "https://payment.momo.vn/"), 18),
        (("installment", ""), 8),
    ]
)
"""The method, and the provider's address from which the browser comes back."""
_COUPONS: Final = ("SBW5", "BANMOI100K", "FREESHIP")
_REFUNDED: Final = 0.09
_FORM: Final = (12, 22, 35, 55, 90, 180)
"""Seconds to fill in one step of the checkout."""


def sign_in_maybe(visit: Visit, *, likely: float) -> None:
    """The sign-in page, for those who have an account."""
    visitor, dice = visit.visitor, visit.dice
    if visit.user_id or not visitor.user_id or not dice.chance(likely):
        return
    is_new = visitor.visits == 0 and dice.chance(0.5)
    visit.open(visit.site.fixed["sign_up" if is_new else "login"])
    visit.read(dice.between(8, 40))
    visit.sign_in(visitor.user_id)
    visit.record("sign_up" if is_new else "login_success", {"properties": {"method": "cognito"}})


def change_user(visit: Visit) -> None:
    """Someone else of the household takes over, which begins a session of its own."""
    visit.record("logout")
    visit.sign_in(None)
    visit.open(visit.site.fixed["login"])
    visit.read(visit.dice.between(8, 30))
    visit.sign_in(visit.visitor.partner_id)
    hit = visit.record("login_success", {"properties": {"method": "cognito"}})
    hit.opens_session = True


def buy(visit: Visit, zeal: float) -> None:
    """Opens the cart, and goes as far towards an order as the visitor's mind is made up."""
    visitor, dice = visit.visitor, visit.dice
    if not dice.chance(0.68):
        return
    _step(visit, "cart", "cart_view")
    visit.read(dice.between(5, 50))
    if dice.chance(0.16 if len(visitor.cart) > 1 else 0.07):
        regretted, _ = visitor.cart.pop(0)
        visit.record("remove_from_cart_click", {"product": regretted.product})
        visit.read(dice.between(2, 20))
    if not visitor.cart or not dice.chance(min(0.38 * zeal, 0.8)):
        return
    _step(visit, "checkout", "checkout_start")
    sign_in_maybe(visit, likely=0.75)
    visit.read(dice.quantile(_FORM))
    if not dice.chance(0.82):
        return
    _step(visit, "shipping", "add_shipping_info", {"shippingTier": dice.pick(("standard", "fast"))})
    visit.read(dice.quantile(_FORM))
    if not dice.chance(0.88):
        return
    method, provider = dice.draw(_PAYMENTS)
    _step(visit, "payment", "add_payment_info", {"paymentType": method})
    visit.read(dice.quantile(_FORM))
    if dice.chance(0.9 if visitor.visits else 0.84):
        _order(visit, provider)


def check_order(visit: Visit) -> None:
    """Looks at the last order, and sends it back where it disappoints."""
    visitor, dice = visit.visitor, visit.dice
    order, visitor.order = visitor.order, None
    sign_in_maybe(visit, likely=0.9)
    visit.open(visit.site.fixed["orders"])
    visit.read(dice.between(6, 60))
    if order is None or not dice.chance(_REFUNDED * 2) or visit.offline:
        return
    _refund(visit, order)


def _refund(visit: Visit, order: Basket) -> None:
    dice = visit.dice
    fields: dict[str, Any] = {"order": {"id": order.order_id, "currency": CURRENCY}}
    amount = order.value
    kind = dice.random()
    if kind < 0.3:
        amount = order.value * dice.whole(1, 5) // 10 // 1000 * 1000
        fields["order"]["value"] = amount
    elif kind < 0.55 and len(order.lines) > 1:
        article, quantity = order.lines[0]
        amount = min(article.asked * quantity, order.value)
        fields["items"] = [item(article, quantity)]
        fields["currency"] = CURRENCY
    hit = visit.record("order_refunded", fields)
    hit.fact, hit.amount = "refund", amount


def _step(visit: Visit, page: str, name: str, properties: dict[str, Any] | None = None) -> None:
    visit.open(visit.site.fixed[page])
    lines = visit.visitor.cart
    fields: dict[str, Any] = {
        "items": [item(article, quantity) for article, quantity in lines],
        "currency": CURRENCY,
        "properties": {
            "value": sum(article.asked * quantity for article, quantity in lines),
            **(properties or {}),
        },
    }
    visit.record(name, fields)


def _order(visit: Visit, provider: str) -> None:
    visitor, dice = visit.visitor, visit.dice
    if provider:
        visit.close()
        visit.now += dice.whole(20_000, 150_000)
    visit.open(visit.site.fixed["thanks"], referrer=provider or None)
    order, fields = _receipt(visit)
    hit = visit.record("checkout_complete", fields)
    hit.fact, hit.amount = "purchase", order.value
    visit.read(dice.between(4, 40))
    if dice.chance(0.02):  # the page is loaded again, and reports the order again
        visit.open(visit.site.fixed["thanks"], referrer="")
        visit.record("checkout_complete", fields).fact = "repeated_purchase"
    visitor.order, visitor.cart = order, []
    visitor.shortlist.clear()


def _receipt(visit: Visit) -> tuple[Basket, dict[str, Any]]:
    dice, lines = visit.dice, visit.visitor.cart
    goods = sum(article.asked * quantity for article, quantity in lines)
    shipping = 0 if goods >= 500_000 else 30_000
    order: dict[str, Any] = {"id": f"SBW-{dice.getrandbits(56):014X}"}
    if dice.chance(0.17):
        order["coupon"] = dice.pick(_COUPONS)
        goods -= min(goods * 5 // 100, 500_000) // 1000 * 1000
    value = goods + shipping
    order |= {
        "value": value,
        "currency": CURRENCY,
        "tax": value * 10 // 110,
        "shipping": shipping,
    }
    items = [item(article, quantity) for article, quantity in lines]
    return Basket(order["id"], lines, value), {
        "order": order,
        "items": items,
        "currency": CURRENCY,
    }
