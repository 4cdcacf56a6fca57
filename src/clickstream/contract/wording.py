"""What a schema of the contract allows, in the words of its documentation."""

from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]

OBJECTS: Final = ("Product", "Item", "Order", "Element")


def definition(schema: Schema, root: Schema) -> Schema:
    """What a `$ref` stands for, or the schema itself."""
    reference = schema.get("$ref")
    return schema if reference is None else root["$defs"][reference.rpartition("/")[2]]


def choices(schema: Schema, root: Schema) -> Iterator[Schema]:
    """The alternatives that a sender should choose from: null and deprecated ones left out."""
    for choice in schema.get("anyOf", [schema]):
        if choice.get("type") != "null" and not definition(choice, root).get("deprecated"):
            yield choice


def allowed(schema: Schema, root: Schema) -> str:
    """What a field may hold, with its bounds: `text up to 256 characters, or integer`."""
    target = schema
    if schema.get("$ref", "").rpartition("/")[2] not in OBJECTS:
        target = definition(schema, root)
    return ", or ".join(_word(choice) for choice in choices(target, root))


def _word(choice: Schema) -> str:
    match choice:
        case {"$ref": reference}:
            return str(reference.rpartition("/")[2].lower())
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values if value != "")
        case {"type": "string"}:
            return _text(choice)
        case {"type": "array", "maxItems": most}:
            return f"array of up to {most:,} {_word(choice['items'])}s"
        case {"type": "object"}:
            return f"object of up to {choice['maxProperties']:,} keys"
        case _:
            return _scalar(choice)


def _scalar(choice: Schema) -> str:
    kind = str(choice["type"])
    if "maximum" in choice and choice["maximum"] < 2**53:
        return f"{kind} from {choice['minimum']:,.0f} to {choice['maximum']:,.0f}"
    return "true or false" if kind == "boolean" else kind


def _text(choice: Schema) -> str:
    if "[A-Za-z]{3}" in choice.get("pattern", ""):
        return "three letters"
    if "[0-9]" in choice.get("pattern", ""):
        return "its digits as text"
    return f"text up to {choice['maxLength']:,} characters"
