"""The collector's HTTP surface as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0)."""

from importlib.metadata import version
from importlib.resources import files
from typing import Any, Final

import msgspec

from clickstream.contract import limits
from clickstream.ingest.admission import KEY_HEADER, KEY_PARAMETER
from clickstream.ingest.routes import PATH
from clickstream.ingest.scripts import NAMES

Schema = dict[str, Any]

_EVENT_FILE: Final = "event/1-0-0.json"
_REFUSALS: Final = {
    "400": "The body is no event, or none of its events can be taken.",
    "401": "A write key is set here, and the request names none of them.",
    "403": "Pages of this origin may not send here.",
    "408": "The body did not come in time.",
    "413": f"More than {limits.MAX_BODY_BYTES} bytes, or {limits.MAX_BATCH_EVENTS} events.",
    "415": "Neither JSON nor plain text, or an encoding other than gzip.",
    "429": "This address sends too much; `Retry-After` says when to come again.",
    "431": "The request's line and headers are too large.",
    "503": "The lake cannot take it now; `Retry-After` says when to come again.",
}
_TEXT: Final[Schema] = {"type": "string"}


def openapi() -> Schema:
    """The document, as it is served at `/openapi.json`."""
    event, definitions = _event_schema()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Clickstream collector",
            "version": version("clickstream"),
            "description": "Takes events, and says yes once they are durable.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            PATH: {"post": _send(), "options": _preflight()},
            "/health": {"get": _get("health", "Whether it takes requests.", _health())},
            "/metrics": {"get": _metrics()},
            "/openapi.json": {"get": _get("describe", "This document.", {"type": "object"})},
            **{f"/{name}": {"get": _script(name)} for name in NAMES},
        },
        "components": {
            "schemas": {"Event": event, **definitions, **_answers()},
            "securitySchemes": {
                "header": {"type": "apiKey", "in": "header", "name": KEY_HEADER},
                "query": {"type": "apiKey", "in": "query", "name": KEY_PARAMETER},
            },
        },
    }


def _event_schema() -> tuple[Schema, Schema]:
    """The contract's schema, its definitions under the names that components have."""
    text = files("clickstream.contract").joinpath(_EVENT_FILE).read_bytes()
    event: Schema = msgspec.json.decode(text.replace(b"#/$defs/", b"#/components/schemas/"))
    definitions: Schema = event.pop("$defs")
    del event["$schema"], event["$id"]
    return event, definitions


def _send() -> Schema:
    one_or_many: Schema = {
        "oneOf": [
            _ref("Event"),
            {
                "type": "array",
                "items": _ref("Event"),
                "minItems": 1,
                "maxItems": limits.MAX_BATCH_EVENTS,
            },
        ]
    }
    return {
        "operationId": "send",
        "summary": "Send one event, or an array of them.",
        "description": "`text/plain` is taken as JSON too, for a page that sends it needs no "
        "preflight. The body may be gzipped, with or without saying so in `content-encoding`.",
        "security": [{}, {"header": []}, {"query": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": one_or_many}},
        },
        "responses": {
            "200": _json("The events are durable.", _ref("Accepted")),
            **{status: _refusal(status) for status in _REFUSALS},
        },
    }


def _refusal(status: str) -> Schema:
    response = _json(_REFUSALS[status], _ref("Refusal"))
    if status in {"429", "503"}:
        response["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer"}}}
    return response


def _preflight() -> Schema:
    return {
        "operationId": "ask",
        "summary": "What a browser asks before a page of another origin may send.",
        "responses": {
            "204": {"description": "Pages of this origin may send."},
            "403": _json(_REFUSALS["403"], _ref("Refusal")),
        },
    }


def _metrics() -> Schema:
    counted = {"description": "Counters, gauges, histograms.", "content": {"text/plain": {}}}
    return {
        "operationId": "count",
        "summary": "What Prometheus asks; for this machine alone unless set otherwise.",
        "responses": {"200": counted, "403": _json("Not of this machine.", _ref("Refusal"))},
    }


def _script(name: str) -> Schema:
    return {
        "operationId": name,
        "summary": "The tracker.",
        "responses": {
            "200": {"description": "The script.", "content": {"text/javascript": {}}},
            "304": {"description": "The browser has it."},
        },
    }


def _get(operation: str, summary: str, schema: Schema) -> Schema:
    return {
        "operationId": operation,
        "summary": summary,
        "responses": {"200": _json("As it is.", schema)},
    }


def _health() -> Schema:
    return _object({"status": {"const": "ok"}}, required=["status"])


def _answers() -> Schema:
    """What stands in the answers to events."""
    verdict = _object(
        {"index": {"type": "integer"}, "reason": _TEXT, "message": _TEXT, "field": _TEXT},
        required=["index", "reason", "message"],
    )
    rejected: Schema = {"type": "array", "items": _ref("Verdict")}
    return {
        "Verdict": verdict | {"description": "Why one event of an array was not taken."},
        "Accepted": _object(
            {"success": {"const": True}, "accepted": {"type": "integer"}, "rejected": rejected},
            required=["success"],
        ),
        "Refusal": _object(
            {"success": {"const": False}, "message": _TEXT, "reason": _TEXT, "rejected": rejected},
            required=["success", "message", "reason"],
        ),
    }


def _object(properties: Schema, *, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
