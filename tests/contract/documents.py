"""Documents of all kinds, as hypothesis draws them, and the files of known ones."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from clickstream.contract import Document, Event, limits
from clickstream.contract.schema import event_schema

HERE = Path(__file__).parent
SUITE = HERE / "json_test_suite"
NAUGHTY: list[str] = json.loads((HERE / "naughty_strings.json").read_text("utf-8"))
SCHEMA = event_schema()

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner)
)

# Near each bound, on both sides, and what is read though it is of another type.
_edges = st.sampled_from(
    [0, 1, -1, -0.0, 1.0, 2.5, 100, 101, 1e12, 1e12 + 1, 2**63, 2**63 - 1, -(2**63), -(2**63) - 1,
     1_000_000, 1_000_001, 86_400_000, 86_400_001, 1e300, -1e300, True, False, None, [], {}, [{}],
     "", " ", "\n", "0", "1", "12.5", "-1", "1\n", "1e3", "null", "NULL", "true", "False", "nan",
     "vnd", "VND\n", "VN", "1234567890123", "1.1234567890123", "guest", "logged_in", "anonymous",
     "granted", "denied", "\u0661", "Infinity", [None], [1], {"id": []}]
)  # fmt: skip
_lengths = st.sampled_from(
    [limits.MAX_NAME, limits.MAX_ID, limits.MAX_TEXT, limits.MAX_TITLE, limits.MAX_URL, 64, 32]
)
_long = st.builds(lambda length, more: "x" * (length + more), _lengths, st.integers(0, 1))
_instants = st.sampled_from(
    ["2026-01-31T12:00:00Z", "2026-01-31 12:00:00", 1769860800000, 1769860800000.5, "", None,
     limits.MIN_INSTANT, limits.MIN_INSTANT - 1, limits.END_INSTANT - 1, limits.END_INSTANT, 1e300]
)  # fmt: skip
anything = _edges | _long | scalars


def _fields(part: dict[str, Any]) -> dict[str, st.SearchStrategy[object]]:
    drawn: dict[str, st.SearchStrategy[object]] = {}
    for field, schema in part["properties"].items():
        reference = schema.get("$ref", "").rpartition("/")[2]
        drawn[field] = _instants if reference == "Instant" else anything
    return drawn


def _part(name: str) -> st.SearchStrategy[Document]:
    fields = _fields(SCHEMA["$defs"][name])
    few = st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True)
    return few.flatmap(lambda few: st.fixed_dictionaries({name: fields[name] for name in few}))


_parts = {
    "product": _part("Product") | anything,
    "items": st.lists(_part("Item"), max_size=3) | anything,
    "order": _part("Order") | anything,
    "element": _part("Element") | anything,
    "properties": st.dictionaries(st.text(), values, max_size=4) | anything,
    "unknown": values,
}
_names = st.sampled_from(["page_view", "purchase", " x "])
_optional = {
    field: drawn for field, drawn in (_fields(SCHEMA) | _parts).items() if field != "eventName"
}


def _near_event(fields: list[str]) -> st.SearchStrategy[Document]:
    name = _names if fields else _names | anything
    return st.fixed_dictionaries(
        {"eventName": name} | {field: _optional[field] for field in fields}
    )


near_events: st.SearchStrategy[Document] = st.lists(
    st.sampled_from(sorted(_optional)), max_size=3, unique=True
).flatmap(_near_event)
"""Documents that are almost events: some are."""

good_events: st.SearchStrategy[Document] = st.fixed_dictionaries(
    {"eventName": st.just("page_view")},
    optional={
        "eventId": st.text(max_size=limits.MAX_ID),
        "pageTitle": st.text(max_size=40) | st.integers(-(2**63), 2**63 - 1),
        "properties": st.dictionaries(st.text(), values, max_size=4),
        "unknown": values,
        "_ingest": values,
    },
)
"""Events that the contract allows."""


def text_fields() -> list[str]:
    """The path of each field that takes free text, as in ``product.name``."""
    free = {"Name", "Id", "Text", "Title", "Url"}
    return [
        f"{prefix}{field}"
        for prefix, part in [("", SCHEMA), *_prefixed()]
        for field, schema in part["properties"].items()
        if schema.get("$ref", "").rpartition("/")[2] in free
    ]


def _prefixed() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{name.lower()}.", SCHEMA["$defs"][name]) for name in ("Product", "Order", "Element")
    ] + [("items.", SCHEMA["$defs"]["Item"])]


def with_field(path: str, value: object) -> Document:
    """The smallest event, with one field more."""
    outer, _, inner = path.rpartition(".")
    document: Document = {"eventName": "page_view"}
    if outer == "items":
        return document | {"items": [{inner: value}]}
    return document | ({outer: {inner: value}} if outer else {inner: value})


def field_of(event: Event, path: str) -> object:
    """The same field of the event that was read."""
    outer, _, inner = path.rpartition(".")
    names = {field: name for name, field in _wire_names(event, outer)}
    owner = _owner(event, outer)
    return getattr(owner, names[inner])


def _owner(event: Event, outer: str) -> Any:
    if outer == "items":
        assert event.items is not None
        return event.items[0]
    return getattr(event, outer) if outer else event


def _wire_names(event: Event, outer: str) -> list[tuple[str, str]]:
    owner = _owner(event, outer)
    return list(zip(owner.__struct_fields__, owner.__struct_encode_fields__, strict=True))
