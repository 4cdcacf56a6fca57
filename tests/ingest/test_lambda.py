"""The Lambda handler, fed with what API Gateway sends."""

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from clickstream.contract import decode_object
from clickstream.entrypoints import lambda_ingest
from clickstream.ingest import IngestSettings
from clickstream.lake import Lake, key_hour, open_lake

NOW = datetime(2026, 1, 31, 23, 59, 59, 250_000, tzinfo=UTC)


def request(body: str | None, **changes: Any) -> dict[str, Any]:
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "POST /clickstream",
        "rawPath": "/clickstream",
        "headers": {
            "content-type": "application/json",
            "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
            "user-agent": "Mozilla/5.0",
        },
        "requestContext": {
            "apiId": "abc123",
            "requestId": "test-request-id",
            "stage": "$default",
            "http": {
                "method": "POST",
                "path": "/clickstream",
                "sourceIp": "203.0.113.1",
                "userAgent": "Mozilla/5.0",
            },
        },
        "body": body,
        "isBase64Encoded": False,
    }
    return event | changes


@pytest.fixture(params=["folder", "s3"])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_lake: Lake) -> Lake:
    """A lake that the handler finds by its environment, empty at first."""
    lambda_ingest._open.cache_clear()
    if request.param == "folder":
        monkeypatch.delenv("RAW_BUCKET_NAME", raising=False)
        monkeypatch.setenv("CLICKSTREAM_LAKE_URL", tmp_lake.url)
        return tmp_lake
    request.getfixturevalue("s3_url")
    monkeypatch.delenv("CLICKSTREAM_LAKE_URL", raising=False)
    monkeypatch.setenv("RAW_BUCKET_NAME", "lake")
    lake = open_lake("s3://lake")
    for entry in list(lake.list("events/")):
        lake.delete(entry.key)
    return lake


def test_one_event_is_one_object_with_all_that_the_gateway_knows(bucket: Lake) -> None:
    body = '{"eventName":"view_product","userId":"u-123","product":{"id":"sku-1","price":1200}}'
    reply = lambda_ingest.handler(request(body))
    assert reply["statusCode"] == 200
    assert json.loads(reply["body"]) == {"success": True}
    (entry,) = bucket.list("events/")
    assert key_hour(entry.key) is not None
    assert "/event-" in entry.key
    assert entry.key.endswith(".json")
    kept = decode_object(bucket.get(entry.key))
    given_at_receipt = kept.pop("_ingest")
    assert kept == json.loads(body)
    assert given_at_receipt.pop("receivedAt").endswith("Z")
    assert len(given_at_receipt.pop("eventId")) == 36
    assert given_at_receipt == {
        "source": "http",
        "sourceIp": "203.0.113.0",
        "userAgent": "Mozilla/5.0",
        "method": "POST",
        "path": "/clickstream",
        "requestId": "test-request-id",
        "apiId": "abc123",
        "stage": "$default",
        "traceId": "Root=1-67891233-abcdef012345678912345678",
    }


def test_an_array_is_one_object(bucket: Lake) -> None:
    reply = lambda_ingest.handler(request('[{"eventName":"a"},{"eventName":"b"},{"x":1}]'))
    assert reply["statusCode"] == 200
    assert json.loads(reply["body"])["accepted"] == 2
    (entry,) = bucket.list("events/")
    assert "/batch-" in entry.key
    lines = gzip.decompress(bucket.get(entry.key)).splitlines()
    assert [decode_object(line)["eventName"] for line in lines] == ["a", "b"]


def test_the_samples_of_the_reference_are_taken(bucket: Lake, fixtures: Any) -> None:
    event = json.loads((fixtures / "reference_http_event.json").read_text())
    smallest = request((fixtures / "reference_curl_body.json").read_text())
    assert [lambda_ingest.handler(each)["statusCode"] for each in (event, smallest)] == [200, 200]
    assert len(list(bucket.list("events/"))) == 2


def respond(lake: Lake, event: dict[str, Any]) -> lambda_ingest.Answer:
    return lambda_ingest.respond(event, lake=lake, settings=IngestSettings(), now=NOW)


def test_a_base64_body_is_decoded(tmp_lake: Lake) -> None:
    body = base64.b64encode(gzip.compress(b'{"eventName":"a"}')).decode()
    assert respond(tmp_lake, request(body, isBase64Encoded=True)).status == 200
    (entry,) = tmp_lake.list("events/2026/01/31/23/")
    assert decode_object(tmp_lake.get(entry.key))["eventName"] == "a"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        pytest.param(request(None), 400, id="no body"),
        pytest.param(request("{"), 400, id="no JSON"),
        pytest.param(request("{}"), 400, id="no name"),
        pytest.param(request("%%%", isBase64Encoded=True), 400, id="no base64"),
        pytest.param(request('{"eventName":"\ud800"}'), 400, id="half a surrogate pair, bare"),
        pytest.param(request('{"eventName":"a"}', requestContext={}), 405, id="no context"),
        pytest.param({}, 404, id="nothing"),
    ],
)
def test_what_the_client_got_wrong_is_a_4xx_in_one_line(
    tmp_lake: Lake, event: dict[str, Any], status: int
) -> None:
    reply = respond(tmp_lake, event)
    assert reply.status == status
    assert json.loads(reply.body)["success"] is False
    assert b"\n" not in reply.body
    assert list(tmp_lake.list()) == []


def test_strange_headers_do_no_harm(tmp_lake: Lake) -> None:
    event = request('{"eventName":"a"}', headers={"User-Agent": "\ud800", "Accept-Language": "é"})
    assert respond(tmp_lake, event).status == 200


def test_a_stage_in_the_path_is_seen_through(tmp_lake: Lake) -> None:
    event = request('{"eventName":"a"}')
    event["requestContext"]["stage"] = "prod"
    event["requestContext"]["http"]["path"] = "/prod/clickstream"
    assert respond(tmp_lake, event).status == 200


def test_a_lake_that_refuses_is_a_503_and_to_be_tried_again(
    tmp_lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    tmp_lake.put("events", b"a file where a folder should be")
    reply = respond(tmp_lake, request('{"eventName":"a"}'))
    assert reply.status == 503
    assert ("retry-after", "5") in reply.headers
    assert [vars(record)["request_id"] for record in caplog.records] == ["test-request-id"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param("", 401, id="no key"),
        pytest.param("write_key=wk-0123456789abcdef", 200, id="in the query"),
    ],
)
def test_a_write_key_is_asked_for_behind_the_gateway_too(
    tmp_lake: Lake, query: str, status: int
) -> None:
    event = request('{"eventName":"a"}', rawQueryString=query)
    settings = IngestSettings(write_keys=("wk-0123456789abcdef",))
    reply = lambda_ingest.respond(event, lake=tmp_lake, settings=settings, now=NOW)
    assert reply.status == status


def test_the_handler_loads_no_server() -> None:
    import subprocess
    import sys

    loaded = "import sys, clickstream.entrypoints.lambda_ingest; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"uvicorn", "boto3", "typer", "psycopg"} & set(modules)
