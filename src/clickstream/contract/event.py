"""The event contract, version 1-0-0: one JSON object an event.

These structs are the source; the JSON Schema and the TypeScript types are generated from them.
Text fields take integers too (a shop's numeric ids), read as their decimal digits. An empty
text is the same as none. Unknown fields are kept in `properties`.
"""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from clickstream.contract import limits

VERSION: Final = "1-0-0"


# An integer is read as its digits; beyond a bigint it is refused, for then it is no id.
_Digits = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Name = Annotated[str, Meta(max_length=limits.MAX_NAME)] | _Digits | None
Id = Annotated[str, Meta(max_length=limits.MAX_ID)] | _Digits | None
Text = Annotated[str, Meta(max_length=limits.MAX_TEXT)] | _Digits | None
Title = Annotated[str, Meta(max_length=limits.MAX_TITLE)] | _Digits | None
Url = Annotated[str, Meta(max_length=limits.MAX_URL)] | None
# `$` alone would let a line break follow, in Python though not in JSON Schema.
AMOUNT_PATTERN: Final = r"^([0-9]{1,12}(\.[0-9]{1,12})?)?$(?!\n)"
CURRENCY_PATTERN: Final = r"^([A-Za-z]{3})?$(?!\n)"
Amount = (
    Annotated[float, Meta(ge=0, le=limits.MAX_AMOUNT)]
    | Annotated[str, Meta(max_length=32, pattern=AMOUNT_PATTERN)]
    | None
)
"""Money: a number or its decimal text, never negative."""
_CURRENCY: Final = "ISO 4217 code of the amounts, for instance VND."
Currency = Annotated[str, Meta(max_length=3, pattern=CURRENCY_PATTERN)] | None
_Milliseconds = Annotated[
    float,
    Meta(extra_json_schema={"minimum": limits.MIN_INSTANT, "exclusiveMaximum": limits.END_INSTANT}),
]
Instant = Annotated[str, Meta(max_length=64)] | int | _Milliseconds | None
LoginState = Literal["guest", "logged_in", "anonymous", ""] | None
Consent = Literal["granted", "denied", "anonymous", ""] | None


class Product(Struct, rename="camel", frozen=True):
    """The product that the event is about, as the page showed it."""

    id: Annotated[Id, Meta(description="The shop's own product id.")] = None
    name: Annotated[Text, Meta(description="Name as shown.")] = None
    category: Annotated[Text, Meta(description="Category, levels joined by `/` or `.`.")] = None
    brand: Annotated[Text, Meta(description="Brand.")] = None
    price: Annotated[Amount, Meta(description="Price of one, before discount.")] = None
    discount_price: Annotated[
        Amount, Meta(description="Price of one that is asked, where lower.")
    ] = None
    currency: Annotated[Currency, Meta(description=_CURRENCY)] = None
    url_path: Annotated[Url, Meta(description="Path of the product's page.")] = None


class Item(Struct, rename="camel", frozen=True):
    """One line of a cart, an order, a refund or a list."""

    id: Annotated[Id, Meta(description="The shop's own product id.")] = None
    name: Annotated[Text, Meta(description="Name as shown.")] = None
    category: Annotated[Text, Meta(description="Category, levels joined by `/` or `.`.")] = None
    brand: Annotated[Text, Meta(description="Brand.")] = None
    variant: Annotated[Text, Meta(description="Colour, size and the like.")] = None
    price: Annotated[Amount, Meta(description="Price of one, before discount.")] = None
    discount_price: Annotated[
        Amount, Meta(description="Price of one that is asked, where lower.")
    ] = None
    quantity: Annotated[
        Annotated[int, Meta(ge=0, le=limits.MAX_QUANTITY)] | None,
        Meta(description="How many; one when absent."),
    ] = None


class Order(Struct, rename="camel", frozen=True):
    """The order that a purchase founds or a refund takes back."""

    id: Annotated[Id, Meta(description="The shop's own order id.")] = None
    value: Annotated[Amount, Meta(description="What was paid or given back.")] = None
    currency: Annotated[Currency, Meta(description=_CURRENCY)] = None
    tax: Annotated[
        Amount, Meta(description="Tax within or beside the value, as the shop counts it.")
    ] = None
    shipping: Annotated[Amount, Meta(description="Shipping cost.")] = None
    coupon: Annotated[Text, Meta(description="Coupon code.")] = None


class Element(Struct, rename="camel", frozen=True):
    """The element of the page that was clicked; never what was typed into it."""

    tag: Annotated[Name, Meta(description="Tag name.")] = None
    id: Annotated[Id, Meta(description="The element's id attribute.")] = None
    role: Annotated[Name, Meta(description="ARIA role.")] = None
    text: Annotated[Text, Meta(description="Short visible text.")] = None
    dataset: Annotated[
        Annotated[dict[str, Any], Meta(max_length=limits.MAX_DATASET)] | None,
        Meta(description="The element's data attributes."),
    ] = None


class Event(Struct, rename="camel", frozen=True):
    """One thing that a visitor did."""

    event_name: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=limits.MAX_NAME,
            pattern=r"\S",
            description="What happened, `snake_case`, in the GA4 commerce vocabulary if it fits.",
        ),
    ]
    event_id: Annotated[Id, Meta(description="Unique id of this event; kept on a retry.")] = None
    event_timestamp: Annotated[
        Instant, Meta(description="When it happened, by the sender's clock.")
    ] = None
    sent_at: Annotated[Instant, Meta(description="When the request left, by the same clock.")] = (
        None
    )
    user_id: Annotated[
        Id, Meta(description="The signed-in user, for instance the Cognito `sub`.")
    ] = None
    session_id: Annotated[Id, Meta(description="The sender's own session id.")] = None
    client_id: Annotated[Id, Meta(description="The browser's or device's lasting id.")] = None
    page_url: Annotated[Url, Meta(description="Full address of the page.")] = None
    page_title: Annotated[Title, Meta(description="Title of the page.")] = None
    page_view_id: Annotated[
        Id, Meta(description="Links events to the page view that they follow.")
    ] = None
    referrer: Annotated[Url, Meta(description="Address that led to the page.")] = None
    user_login_state: Annotated[
        LoginState, Meta(description="Whether the visitor was signed in.")
    ] = None
    is_first_visit: Annotated[
        bool | None, Meta(description="The sender's own opinion; kept, not trusted.")
    ] = None
    identity_source: Annotated[
        Name, Meta(description="Where the user id comes from, e.g. `cognito`.")
    ] = None
    consent: Annotated[Consent, Meta(description="What the visitor agreed to.")] = None
    currency: Annotated[Currency, Meta(description=_CURRENCY)] = None
    product: Annotated[Product | None, Meta(description="The product that the event is about.")] = (
        None
    )
    items: Annotated[
        Annotated[list[Item], Meta(max_length=limits.MAX_ITEMS)] | None,
        Meta(description="The lines of a cart, an order, a refund or a list."),
    ] = None
    order: Annotated[
        Order | None, Meta(description="The order that a purchase founds or a refund takes back.")
    ] = None
    element: Annotated[Element | None, Meta(description="The element that was clicked.")] = None
    search_term: Annotated[Text, Meta(description="What was searched for on the site.")] = None
    engagement_time_ms: Annotated[
        Annotated[float, Meta(ge=0, le=limits.MAX_MILLISECONDS)] | None,
        Meta(description="Visible, active time since the last report, in milliseconds."),
    ] = None
    scroll_percent: Annotated[
        Annotated[float, Meta(ge=0, le=100)] | None,
        Meta(description="How far down the page was seen."),
    ] = None
    properties: Annotated[
        Annotated[dict[str, Any], Meta(max_length=limits.MAX_PROPERTIES)] | None,
        Meta(description="Anything else; unknown fields of the event join it."),
    ] = None
