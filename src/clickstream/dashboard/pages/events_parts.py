"""The parts of the Events page, drawn from what was fetched."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from htmltools import Tag, TagChild, tags

from clickstream.analytics import Report
from clickstream.dashboard import kit, tables
from clickstream.dashboard.filters import View
from clickstream.dashboard.icons import icon
from clickstream.dashboard.metrics import number
from clickstream.dashboard.pages.events_data import OWN, Opened, Sample
from clickstream.dashboard.steps import ACTIONS
from clickstream.dashboard.tables import Heading, Table

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Event": ("event_id", "event_name", "action", "event_timestamp", "time_source"),
    "Who": (
        "visitor_id", "user_id", "identity_source", "user_login_state", "is_first_visit",
        "client_id", "consent",
    ),
    "Session": ("session_id", "client_session_id", "channel", "touch_channel", "touch_source",
                "touch_medium", "touch_campaign", "touch_term", "touch_content"),
    "Page": ("page_url", "page_title", "page_path", "page_query", "page_host", "referrer",
             "page_view_id", "engagement_time_ms", "scroll_percent", "search_term"),
    "Product": ("product_id", "product_name", "product_category", "product_brand",
                "product_price", "product_discount_price", "product_url_path"),
    "Order": ("order_id", "value", "currency", "order_value", "order_tax", "order_shipping",
              "order_coupon"),
    "Device": ("device_type", "browser", "os", "language", "country", "is_bot", "bot_score",
               "bot_reasons", "is_internal"),
    "Receipt": ("occurred_at", "sent_at", "received_at", "loaded_at", "object_key",
                "object_line"),
}  # fmt: skip
WHOLE: Final = ("properties", "element", "items")


def controls(view: View, names: Report | None) -> Tag:
    """Which events are listed."""
    known = [str(row["event_name"]) for row in names.rows] if names else []
    chosen = view.text("event")
    known = list(dict.fromkeys([*known, *([chosen] if chosen else [])]))
    options = [("", "All events"), *((name, name) for name in known)]
    fields = (
        kit.text_field(key=key, value=view.text(key), label=label, placeholder="any id")
        for key, label in (("visitor", "Visitor"), ("session", "Session"), ("user", "User"))
    )
    return tags.div(
        kit.select(options, key="event", chosen=chosen, label="Event"),
        *fields,
        tags.span(class_="push"),
        kit.export_link("events-events", text="CSV"),
        class_="controls",
    )


def table(found: Sample) -> Table:
    rows = [_row(row) for row in found.rows]
    return Table(
        label="Events",
        headings=[
            Heading(key="event_name", title="Event", under="said", opens="open",
                    opens_by="event_id", is_sortable=False),
            Heading(key="event_timestamp", title="When", unit="second", is_sortable=False),
            Heading(key="page", title="Page", is_sortable=False),
            Heading(key="about", title="About", is_sortable=False),
            Heading(key="value", title="Value", unit="money", is_sortable=False),
            Heading(key="visitor_id", title="Visitor", opens="visitor", is_sortable=False,
                    is_id=True),
            Heading(key="session_id", title="Session", opens="session", is_sortable=False,
                    is_id=True),
            Heading(key="channel", title="Channel", is_sortable=False),
        ],
        rows=rows,
        rows_per_page=max(1, len(rows)),
    )  # fmt: skip


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    about = row["order_id"] or row["product_name"] or kit.NOTHING
    said = ACTIONS.get(str(row["action"]), row["action"]) if row["action"] else None
    return {**row, "about": about, "said": said, "page": row["page"] or kit.NOTHING}


def draw_table(found: Sample, view: View) -> TagChild:
    """The page of events, with the way to those after it."""
    if not found.rows:
        return kit.nothing_here()
    last = str(found.rows[-1]["event_id"])
    is_first = not view.text("before")
    pager = tags.div(
        tags.span(kit.figure(len(found.rows), "count"), " events, the latest first"),
        tables.turn("Latest", "before=&open=", is_possible=not is_first),
        tables.turn("Earlier", kit.pairs(before=last, open=""), is_possible=found.has_more),
        class_="pager",
    )
    return tags.div(tables.draw(table(found), view), pager)


def opened(found: Opened | None) -> TagChild:
    """One event whole, in groups; nothing while none is open."""
    if found is None:
        return None
    close = tags.button(
        {"data-set": "open=", "data-focus": "close-event"},
        icon("close"),
        type="button",
        class_="icon-button",
        aria_label="Close the event",
        title="Close",
    )
    if found.event is None:
        text = f"No event has the id “{found.event_id}”."
        return _panel("No such event", close, kit.words("It is not here", text))
    event = found.event
    groups = (_group(name, event, keys) for name, keys in GROUPS.items())
    whole = (_whole(name, event.get(name)) for name in WHOLE)
    return _panel(str(event["event_name"]), close, *groups, *whole)


def _panel(title: str, close: Tag, *body: TagChild) -> Tag:
    head = tags.div(tags.div(tags.h2(title, title=title)), close, class_="card-head")
    return tags.section(
        head, tags.div(*body, class_="card-body event"), class_="card opened", aria_label=title
    )


def _group(name: str, event: Mapping[str, Any], keys: tuple[str, ...]) -> TagChild:
    shown = [(key, event[key]) for key in keys if event.get(key) not in (None, "", [])]
    if not shown:
        return None
    return tags.div(
        tags.h3(name),
        tags.dl(*(part for key, value in shown for part in _pair(key, value, event))),
    )


def _pair(key: str, value: object, event: Mapping[str, Any]) -> Iterator[Tag]:
    yield tags.dt(key)
    own = {field: name for name, field in OWN.items()}
    if key in own:
        change = kit.pairs(**{own[key]: str(value), "before": ""})
        link = tags.button(
            {"data-set": change, "title": f"Only events with this {key}"},
            str(value),
            type="button",
            class_="plain link-like",
        )
        yield tags.dd(link)
    elif key in ("value", "order_value", "order_tax", "order_shipping", "product_price",
                 "product_discount_price"):  # fmt: skip
        currency = str(event.get("currency") or "") or None
        yield tags.dd(kit.figure(number(value), "money", currency=currency, is_compact=False))
    else:
        yield tags.dd(", ".join(map(str, value)) if isinstance(value, list) else str(value))


def _whole(name: str, value: object) -> TagChild:
    if not value:
        return None
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return tags.div(tags.h3(name.title()), tags.pre(text, tabindex="0", aria_label=name.title()))
