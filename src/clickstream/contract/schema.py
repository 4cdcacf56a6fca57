"""The contract as JSON Schema 2020-12, made from the structs.

What the schema cannot say stands in its description, and the code alone refuses it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from clickstream.contract import event, limits
from clickstream.contract.actions import ACTIONS
from clickstream.contract.examples import EXAMPLES
from clickstream.contract.wording import Schema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_REF: Final = "#/$defs/{name}"
_DESCRIPTION: Final = (
    "One thing that a visitor of a shop did. Unknown fields are kept; null, or an empty text where "
    "a text may stand, is the same as a field that is not there. Beyond what this schema can say: "
    f"the JSON text of an event has at most {limits.MAX_EVENT_BYTES:,} bytes; "
    f"it is nested at most {limits.MAX_DEPTH} deep, itself counted; "
    f"its fields and the keys of properties are together at most {limits.MAX_PROPERTIES}; "
    "every number fits a double, but for integers, which are exact up to 4,300 characters. "
    "A NUL, or half of a surrogate pair, in a text is read as U+FFFD."
)

_NAMED: Final[Mapping[str, tuple[object, str]]] = MappingProxyType(
    {
        "Name": (event.Name, "A short name; an integer is read as its digits."),
        "Id": (event.Id, "An id; an integer is read as its digits, written without exponent."),
        "Text": (event.Text, "A text; an integer is read as its digits."),
        "Title": (event.Title, "A title; an integer is read as its digits."),
        "Url": (event.Url, "An address, whole or a path."),
        "Amount": (event.Amount, "Money: a number, or its digits, which keep every decimal."),
        "Currency": (event.Currency, "ISO 4217 code of three letters."),
        "Instant": (
            event.Instant,
            "RFC 3339 such as 2026-01-31T12:00:00Z; or date and time without a zone, meaning UTC; "
            "or milliseconds since 1970. Within the years 1 to 9999.",
        ),
        "LoginState": (event.LoginState, "Whether the visitor was signed in."),
        "Consent": (event.Consent, "What the visitor agreed to."),
    }
)
"""The types that fields share, by their name in the schema and in TypeScript."""

_NUMBER_TEXT: Final = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_NULL_TEXT: Final = "[Nn][Uu][Ll][Ll]"
_BOOLEAN_TEXT: Final = "[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[01]"
_LENIENT: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        "BooleanText": {
            "description": "What files and forms write for true, false and null.",
            "deprecated": True,
            "anyOf": [
                {"enum": [0, 1]},
                {"type": "string", "pattern": rf"^({_BOOLEAN_TEXT}|{_NULL_TEXT})$(?!\n)"},
            ],
        },
        "NumberText": {
            "description": "The digits of a number in the same bounds, or null, as a text.",
            "deprecated": True,
            "type": "string",
            "pattern": rf"^({_NUMBER_TEXT}|{_NULL_TEXT})$(?!\n)",
        },
        "NullText": {
            "description": "Null, as a text.",
            "deprecated": True,
            "type": "string",
            "pattern": rf"^{_NULL_TEXT}$(?!\n)",
        },
    }
)
"""What is read, but better not sent: deprecated in the schema, left out of the TypeScript types."""


def event_schema() -> Schema:
    """The JSON Schema of one event, with the types it is made of under `$defs`."""
    structs = msgspec.json.schema_components([event.Event], ref_template=_REF)[1]
    named = {name: _unnamed(kind) for name, (kind, _) in _NAMED.items()}
    objects = {name: _object(schema, named) for name, schema in structs.items()}
    root = objects.pop("Event")
    root["properties"]["eventName"]["examples"] = list(ACTIONS)
    return {
        "$schema": DIALECT,
        "$id": f"urn:clickstream:event:{event.VERSION}",
        **root,
        "description": _DESCRIPTION,
        "maxProperties": limits.MAX_PROPERTIES,
        "examples": list(EXAMPLES.values()),
        "$defs": objects
        | {
            name: {"description": description, **named[name]}
            for name, (_, description) in _NAMED.items()
        }
        | dict(_LENIENT),
    }


def _object(schema: Schema, named: Mapping[str, Schema]) -> Schema:
    """A struct's schema, its fields by the names of their types where they have one."""
    fields = {key: _field(field, named) for key, field in schema["properties"].items()}
    required = {"required": schema["required"]} if schema["required"] else {}
    return (
        {key: schema[key] for key in ("title", "description", "type")}
        | {"properties": fields}
        | required
        | {"additionalProperties": True}
    )


def _field(schema: Schema, named: Mapping[str, Schema]) -> Schema:
    description = {"description": schema["description"]}
    plain = _lenient({key: schema[key] for key in schema if key not in {"description", "default"}})
    for name, candidate in named.items():
        if plain == candidate:
            return description | {"$ref": _REF.format(name=name)}
    return description | plain


def _unnamed(kind: object) -> Schema:
    return _lenient(msgspec.json.schema(kind))


def _lenient(schema: Schema) -> Schema:
    """The schema with what else is read for it, as `msgspec.convert(strict=False)` does."""
    if "anyOf" not in schema:
        return schema
    kinds = [choice.get("type") for choice in schema["anyOf"]]
    choices = schema["anyOf"]
    if "number" in kinds:
        choices = [choice for choice in choices if choice.get("type") != "integer"]
    if "string" not in kinds:
        choices = [*choices, {"$ref": _REF.format(name=_lenient_name(kinds))}]
    return {"anyOf": choices}


def _lenient_name(kinds: list[str | None]) -> str:
    if "boolean" in kinds:
        return "BooleanText"
    return "NumberText" if {"number", "integer"} & set(kinds) else "NullText"
