"""The API's description (OpenAPI 3.1), made from its operations; the copy beside it is served.

``python -m clickstream.shop.openapi`` writes the copy anew.
"""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec

from clickstream.shop.operations import OPERATIONS, Operation
from clickstream.shop.problems import STATUS, Problem

VERSION: Final = "1.0.0"
_REFERENCE: Final = "#/components/schemas/{name}"
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "One key makes one order, however often it is sent.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{8,100}$"},
}


def served() -> bytes:
    """The description as it is served."""
    return files("clickstream.shop").joinpath("openapi.json").read_bytes()


def document() -> dict[str, Any]:
    """The description of all operations."""
    shapes = [shape for one in OPERATIONS for shape in (one.gives, one.takes) if shape]
    unique = list(dict.fromkeys([*shapes, Problem]))
    references, components = msgspec.json.schema_components(unique, ref_template=_REFERENCE)
    components = _with_money(components)
    schema_of = dict(zip(unique, references, strict=True))
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schema_of)
    scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shop API",
            "version": VERSION,
            "description": "Catalogue, stock, carts and orders. Money is in the currency's units.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"token": scheme}},
    }


def _operation(one: Operation, schema_of: dict[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": _parameters(one),
        "responses": {
            str(one.status): {
                "description": one.summary,
                "content": {"application/json": {"schema": schema_of[one.gives]}},
            },
            **_refusals(one, schema_of[Problem]),
        },
    }
    if one.takes:
        content = {"application/json": {"schema": schema_of[one.takes]}}
        described["requestBody"] = {"required": True, "content": content}
    if one.is_personal:
        described["security"] = [{"token": []}]
    return described


def _with_money(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """The schema with decimals as the numbers that they are written as."""
    if isinstance(schema, list):
        return [_with_money(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {"type": "number", "minimum": 0}
    return {name: _with_money(part) for name, part in schema.items()}


def _parameters(one: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", one.path)
    ]
    if one.query:
        schema = msgspec.json.schema(one.query)["$defs"][one.query.__name__]
        parameters += [
            {"name": name, "in": "query", "required": False, "schema": of}
            for name, of in schema["properties"].items()
        ]
    return parameters + ([_KEY] if one.has_key else [])


def _refusals(one: Operation, schema: dict[str, Any]) -> dict[str, Any]:
    """Every status that is no success, and the codes it may come with."""
    codes = [*one.refuses, "unavailable"]
    if one.takes or one.query or one.has_key:
        codes += ["invalid"]
    if one.takes:
        codes += ["too_large"]
    if one.is_personal:
        codes += ["unauthorized"]
    if one.scope:
        codes += ["forbidden"]
    by_status: dict[int, list[str]] = {}
    for code in sorted(set(codes)):
        by_status.setdefault(STATUS[code], []).append(code)
    content = {"application/problem+json": {"schema": schema}}
    return {
        str(status): {"description": f"Code: {', '.join(names)}", "content": content}
        for status, names in sorted(by_status.items())
    }


def text() -> str:
    """The description as the copy holds it."""
    pretty = msgspec.json.format(msgspec.json.encode(document(), order="deterministic"), indent=2)
    return pretty.decode() + "\n"


if __name__ == "__main__":
    Path(str(files("clickstream.shop").joinpath("openapi.json"))).write_text(text(), "utf-8")
