"""The shop's internal API: catalogue, stock, carts and orders over the OLTP database.

It stands between the storefront and the database, so that a frontend on the internet needs no
database credentials. Nothing of the platform is used here but its errors.
"""

from clickstream.shop.settings import ShopSettings

__all__ = ["ShopSettings"]
