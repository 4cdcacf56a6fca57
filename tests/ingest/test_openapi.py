"""The description of the HTTP surface, and the collector held to it."""

import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema.validators import Draft202012Validator

from clickstream.contract.examples import EXAMPLES
from clickstream.ingest.collector.counters import STATUSES
from clickstream.ingest.openapi import openapi

ONE = b'{"eventName":"a","eventId":"1"}'
CHECKS_THAT_THE_SCHEMA_CANNOT_DECIDE = "positive_data_acceptance,negative_data_rejection"
"""An instant is more than a text, an array with one good event is taken: see test_receive."""


def schema_at(document: dict[str, Any], pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": pointer, "components": document["components"]})


@pytest.mark.unit
def test_every_reference_leads_somewhere() -> None:
    document = openapi()
    references = set(re.findall(r"'\$ref': '#/([^']+)'", str(document)))
    assert len(references) > 10
    for reference in references:
        found = document
        for step in reference.split("/"):
            found = found[step]


@pytest.mark.unit
def test_the_contracts_examples_are_events_of_the_document() -> None:
    event = schema_at(openapi(), "#/components/schemas/Event")
    for example in EXAMPLES.values():
        event.validate(example)
    assert not event.is_valid({"eventName": 5})


@pytest.mark.unit
def test_every_status_that_is_counted_is_described_and_no_other() -> None:
    operations = [operation for path in openapi()["paths"].values() for operation in path.values()]
    described = {int(status) for operation in operations for status in operation["responses"]}
    # 404 and 405 are for paths and methods that the document does not have.
    assert described | {404, 405} == set(STATUSES)


def test_answers_are_as_described(start: Any) -> None:
    running = start()
    document = httpx.get(f"{running.url}/openapi.json").json()
    assert document == openapi()
    accepted = schema_at(document, "#/components/schemas/Accepted")
    refused = schema_at(document, "#/components/schemas/Refusal")
    accepted.validate(running.post(ONE).json())
    accepted.validate(running.post(b"[%b,{}]" % ONE).json())
    refused.validate(running.post(b"{}").json())
    refused.validate(running.post(b"[{},{}]").json())


@pytest.mark.parametrize("path", ["/health", "/metrics", "/openapi.json", "/clickstream.js"])
def test_what_is_to_be_read_takes_no_other_method(start: Any, path: str) -> None:
    running = start()
    reply = httpx.post(running.url + path, content=ONE)
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, HEAD")
    head = httpx.head(running.url + path)
    assert (head.status_code, head.content) == (200, b"")


def test_the_collector_does_what_its_description_says(start: Any, tmp_path: Path) -> None:
    running = start()
    command = [
        f"{sysconfig.get_path('scripts')}/schemathesis", "run", f"{running.url}/openapi.json",
        "--exclude-checks", CHECKS_THAT_THE_SCHEMA_CANNOT_DECIDE, "--max-examples", "100",
        "--seed", "20260131", "--no-color", "--suppress-health-check", "all",
    ]  # fmt: skip
    ran = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stdout[-5000:]
    tested = re.search(r"(\d+) generated", ran.stdout)
    assert tested
    assert int(tested[1]) > 100
    assert running.post(ONE).status_code == 200
