"""Events as shops send them: the examples of the schema and of the documentation."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "smallest": {"eventName": "page_view"},
        "product": {
            "eventName": "view_item",
            "eventId": "4f8b2c1e-6a9d-4e57-9c3b-1d2e3f4a5b6c",
            "eventTimestamp": "2026-01-31T12:00:00.250Z",
            "sentAt": "2026-01-31T12:00:01Z",
            "clientId": "c-7d1f",
            "sessionId": "s-20260131-1",
            "userId": "u-123",
            "userLoginState": "logged_in",
            "pageUrl": "https://shop.example/laptops/sku-1?utm_source=newsletter&utm_medium=email",
            "pageTitle": "Laptop 14",
            "referrer": "https://mail.example/",
            "product": {
                "id": "sku-1",
                "name": "Laptop 14",
                "category": "Computers/Laptops",
                "brand": "SBW",
                "price": 1200,
                "discountPrice": 999,
                "currency": "USD",
                "urlPath": "/laptops/sku-1",
            },
        },
        "order": {
            "eventName": "purchase",
            "eventId": "order-1001-paid",
            "clientId": "c-7d1f",
            "userId": "u-123",
            "order": {
                "id": "1001",
                "value": "1048.50",
                "currency": "USD",
                "tax": 95,
                "shipping": 9.5,
                "coupon": "SPRING",
            },
            "items": [
                {"id": "sku-1", "name": "Laptop 14", "discountPrice": 999, "quantity": 1},
                {"id": "sku-7", "name": "Mouse", "price": "20.00", "quantity": 2},
            ],
        },
        "refund": {
            "eventName": "refund",
            "eventId": "order-1001-refund-1",
            "userId": "u-123",
            "order": {"id": "1001", "currency": "USD"},
            "items": [{"id": "sku-7", "price": "20.00", "quantity": 2}],
        },
    }
)
