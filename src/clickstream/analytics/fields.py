"""The fields that reports filter by and break down by: the allow-list, and where each one lives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from psycopg import sql

from clickstream.errors import ReportError

Level = Literal["session", "event", "line"]
"""Whose property a field is: a session's, an event's, or a product's that the event names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its name, level and SQL expression.

    Expressions read sessions as ``s`` and events as ``e``; a line's is a column of the lines.
    ``is_in_details``: the details of sessions have all columns that it reads of a session.
    """

    name: str
    title: str
    level: Level
    expression: sql.Composable
    is_path: bool = False
    is_in_details: bool = False
    flag: "Flag | None" = None


@dataclass(frozen=True, slots=True)
class Flag:
    """The column behind a field of two values, of which the planner knows how frequent they are."""

    column: sql.Composable
    names: Mapping[str, bool]


def _session(
    name: str, title: str, text: sql.SQL, *, is_path: bool = False, is_in_details: bool = True
) -> Field:
    return Field(
        name=name, title=title, level="session", expression=text, is_path=is_path,
        is_in_details=is_in_details,
    )  # fmt: skip


def _flag(name: str, title: str, column: str, yes: str, no: str, *, is_in_details: bool) -> Field:
    flag = sql.Identifier("s", column)
    text = sql.SQL("case when {} then {} else {} end").format(
        flag, sql.SQL(f"'{yes}'"), sql.SQL(f"'{no}'")
    )
    return Field(
        name=name, title=title, level="session", expression=text, is_in_details=is_in_details,
        flag=Flag(flag, {yes: True, no: False}),
    )  # fmt: skip


def _event(name: str, title: str, text: sql.SQL, *, is_path: bool = False) -> Field:
    return Field(name=name, title=title, level="event", expression=text, is_path=is_path)


def _line(name: str, title: str, column: sql.SQL) -> Field:
    return Field(name=name, title=title, level="line", expression=column)


_FIELDS: Final = (
    _session("channel", "Channel", sql.SQL("s.channel")),
    _session("source", "Source", sql.SQL("s.source")),
    _session("medium", "Medium", sql.SQL("s.medium")),
    _session("campaign", "Campaign", sql.SQL("s.campaign")),
    _session("referrer", "Referrer", sql.SQL("s.referrer_host")),
    _session("hostname", "Hostname", sql.SQL("s.page_host")),
    _session("landing_page", "Landing page", sql.SQL("s.entry_page_path"), is_path=True),
    _session("exit_page", "Exit page", sql.SQL("s.exit_page_path"), is_path=True),
    _session("device", "Device", sql.SQL("s.device_type")),
    _session("browser", "Browser", sql.SQL("s.browser")),
    _session("os", "Operating system", sql.SQL("s.os")),
    _session("language", "Language", sql.SQL("s.language")),
    _session("country", "Country", sql.SQL("s.country")),
    _flag("login", "Signed in", "is_logged_in", "logged_in", "guest", is_in_details=True),
    _flag(
        "visitor_type",
        "New or returning",
        "is_first_visit",
        "new",
        "returning",
        is_in_details=False,
    ),
    _session("consent", "Consent", sql.SQL("s.consent")),
    _session("visitor_id", "Visitor", sql.SQL("s.visitor_id")),
    _session("user_id", "User", sql.SQL("s.user_id"), is_in_details=False),
    _session("session_id", "Session", sql.SQL("s.session_id")),
    _event("event_name", "Event", sql.SQL("e.event_name")),
    _event("action", "Action", sql.SQL("e.action")),
    _event("page", "Page", sql.SQL("e.page_path"), is_path=True),
    _event("page_title", "Page title", sql.SQL("e.page_title")),
    _event("search_term", "Search term", sql.SQL("e.search_term")),
    _event("coupon", "Coupon", sql.SQL("e.order_coupon")),
    _line("product_id", "Product", sql.SQL("product_id")),
    _line("product_name", "Product name", sql.SQL("product_name")),
    _line("category", "Category", sql.SQL("product_category")),
    _line("brand", "Brand", sql.SQL("product_brand")),
)

FIELDS: Final = {field.name: field for field in _FIELDS}
"""Every field by its name, but for properties, which are asked for as ``properties.KEY``."""

ALIASES: Final = {
    "browser_name": "browser",
    "device_type": "device",
    "entry_page": "landing_page",
    "entry_page_path": "landing_page",
    "exit_page_path": "exit_page",
    "host": "hostname",
    "is_first_visit": "visitor_type",
    "login_state": "login",
    "new_or_returning": "visitor_type",
    "page_host": "hostname",
    "page_path": "page",
    "product": "product_id",
    "product.brand": "brand",
    "product.category": "category",
    "product.id": "product_id",
    "product.name": "product_name",
    "product_brand": "brand",
    "product_category": "category",
    "referrer_host": "referrer",
    "user_login_state": "login",
    "utm_campaign": "campaign",
    "utm_medium": "medium",
    "utm_source": "source",
}

PROPERTY: Final = "properties."
_MAX_KEY: Final = 200
_PLAIN: Final = re.compile(r"[^\x00-\x1f\x7f]+")


def find_field(name: str) -> Field:
    """The field of a name or alias. Raises ReportError, with the names that there are."""
    key = name.strip()
    if key.startswith(PROPERTY):
        return _property(key.removeprefix(PROPERTY))
    found = FIELDS.get(ALIASES.get(key.lower(), key.lower()))
    if found is None:
        raise ReportError(
            f"There is no field {name!r} to filter or break down by. There are: "
            f"{', '.join(FIELDS)}, {PROPERTY}KEY, segment."
        )
    return found


def _property(key: str) -> Field:
    if len(key) > _MAX_KEY or not _PLAIN.fullmatch(key):
        raise ReportError(f"{PROPERTY}{key!r} names no property; give {PROPERTY}KEY")
    expression = sql.SQL("e.properties ->> {}").format(sql.Literal(key))
    return Field(name=PROPERTY + key, title=key, level="event", expression=expression)
