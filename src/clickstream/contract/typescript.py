"""The contract as TypeScript types, made from its JSON Schema."""

import json
import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Any, Final

from clickstream.contract.wording import Schema, allowed, choices

_HEADER: Final = """\
// The event contract {version}. Generated from its JSON Schema; do not edit: `make contract`.
"""
_SIMPLE: Final = {
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "object": "Record<string, unknown>",
}


def typescript(schema: Schema, *, version: str) -> str:
    """The declarations: one interface for an object, one type for what fields share."""
    parts = [_HEADER.format(version=version), _interface("Event", schema, schema)]
    for name, part in schema["$defs"].items():
        if "properties" in part:
            parts.append(_interface(name, part, schema))
        elif not part.get("deprecated"):
            parts.append(_alias(name, part, schema))
    return "\n".join(parts)


def _interface(name: str, part: Schema, root: Schema) -> str:
    lines = [*_comment(part["description"]), f"export interface {name} {{"]
    for field, schema in part["properties"].items():
        mark = "" if field in part.get("required", ()) else "?"
        note = schema["description"]
        if not any("$ref" in choice for choice in choices(schema, root)):
            note = f"{note} Allowed: {allowed(schema, root)}."
        lines += _comment(note, indent="  ")
        lines += _declaration(f"  readonly {field}{mark}:", _type(schema, root))
    return "\n".join([*lines, "}", ""])


def _declaration(start: str, kinds: str) -> list[str]:
    if len(start) + len(kinds) < 99:
        return [f"{start} {kinds};"]
    first, *rest = kinds.split(" | ")
    return [start, *(f"    | {kind}" for kind in (first, *rest[:-1])), f"    | {rest[-1]};"]


def _alias(name: str, part: Schema, root: Schema) -> str:
    note = f"{part['description']} Allowed: {allowed(part, root)}."
    return "\n".join([*_comment(note), f"export type {name} = {_type(part, root)};", ""])


def _type(schema: Schema, root: Schema) -> str:
    kinds = [kind for choice in choices(schema, root) for kind in _kinds(choice, root)]
    if any(choice.get("type") == "null" for choice in schema.get("anyOf", ())):
        kinds.append("null")
    return " | ".join(dict.fromkeys(kinds))


def _kinds(choice: Schema, root: Schema) -> Iterator[str]:
    match choice:
        case {"$ref": reference}:
            yield reference.rpartition("/")[2]
        case {"enum": values}:
            yield from map(_literal, values)
        case {"type": "array", "items": items}:
            yield f"ReadonlyArray<{_type(items, root)}>"
        case {"type": "string", "examples": examples}:
            yield from map(_literal, examples)
            yield "(string & {})"  # keeps the names above in an editor's suggestions
        case {"type": "string"}:
            yield "string"
        case _:
            yield _SIMPLE[choice["type"]]


def _literal(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return json.dumps(value, ensure_ascii=False)


def _comment(text: str, *, indent: str = "") -> list[str]:
    text = re.sub(r"\*/", "* /", text)
    one_line = f"{indent}/** {text} */"
    if len(one_line) <= 100:
        return [one_line]
    return [
        f"{indent}/**",
        *(f"{indent} * {line}" for line in wrap(text, 96 - len(indent))),
        f"{indent} */",
    ]
