"""The contract's fields as the tables of its documentation, made from its JSON Schema."""

from collections.abc import Iterator

from clickstream.contract.wording import OBJECTS, Schema, allowed


def field_tables(schema: Schema) -> str:
    """A Markdown table of the event's fields, and one for each object within it."""
    parts = ["\n".join(_table(schema, schema))]
    for name in OBJECTS:
        part = schema["$defs"][name]
        heading = f"### {name}\n\n{part['description']}"
        parts += [heading, "\n".join(_table(part, schema))]
    return "\n\n".join(parts)


def _table(part: Schema, root: Schema) -> Iterator[str]:
    yield "| Field | Holds | Meaning |"
    yield "|---|---|---|"
    for field, schema in part["properties"].items():
        name = f"**`{field}`**" if field in part.get("required", ()) else f"`{field}`"
        yield f"| {name} | {allowed(schema, root)} | {schema['description']} |"
