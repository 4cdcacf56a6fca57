"""The data stack on an emulator with its authorization on: real functions, a real PostgreSQL."""

import gzip
import json
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from botocore.exceptions import ClientError

from clickstream.lake import hour_prefix
from infra.emulator import NOT_EMULATED, STACKS, Deployment, deployed

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]

PATIENCE = 100


@pytest.fixture(scope="module")
def here() -> Iterator[Deployment]:
    folder = Path(tempfile.mkdtemp(prefix="clickstream-emulator-"))
    folder.chmod(0o711)
    with deployed(folder) as deployment:
        yield deployment
    shutil.rmtree(folder)


def post(here: Deployment, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    """The API's answer; its name is told in the header, which every resolver can do without."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{here.port}/clickstream",
        body,
        {"Host": f"{here.api_host}:{here.port}", "Content-Type": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def event(name: str = "page_view") -> dict[str, Any]:
    return {"eventName": name, "eventId": str(uuid4()), "clientId": f"client-{uuid4()}"}


def objects(here: Deployment) -> list[str]:
    answer = here.client("s3").list_objects_v2(Bucket=here.outputs["RawBucket"], Prefix="events/")
    return [one["Key"] for one in answer.get("Contents", [])]


def loaded(here: Deployment, sent: dict[str, Any]) -> bool:
    with psycopg.connect(here.warehouse_url) as connection:
        row = connection.execute(
            "select from clickstream.events where event_id::text = %s", (sent["eventId"],)
        ).fetchone()
    return row is not None


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def run_etl(here: Deployment, **payload: Any) -> dict[str, Any]:
    answer = here.client("lambda").invoke(
        FunctionName="clickstream-lambda-etl", Payload=json.dumps(payload).encode()
    )
    result: dict[str, Any] = json.load(answer["Payload"])
    assert "FunctionError" not in answer, result
    return result


def test_what_the_emulator_leaves_out_is_known(templates: Path) -> None:
    kinds = {
        one["Type"]
        for name in STACKS
        for one in json.loads((templates / f"{name}.template.json").read_text())[
            "Resources"
        ].values()
    }
    assert kinds >= NOT_EMULATED
    assert len(kinds - NOT_EMULATED) > 20


def test_a_post_becomes_an_object_and_the_schedule_makes_it_a_row(here: Deployment) -> None:
    sent = event()
    before = set(objects(here))
    assert post(here, json.dumps(sent).encode()) == (200, {"success": True})
    (key,) = set(objects(here)) - before
    assert key.startswith(hour_prefix(datetime.now(UTC))[:10])
    until(lambda: loaded(here, sent), "the schedule loaded nothing")


def test_a_batch_is_one_object_and_loaded_once_however_often_it_runs(here: Deployment) -> None:
    batch = [event("add_to_cart") for _ in range(20)]
    before = set(objects(here))
    status, _answer = post(here, json.dumps(batch).encode())
    assert status == 200
    (key,) = set(objects(here)) - before
    assert "/batch-" in key
    until(lambda: run_etl(here)["status"] == "succeeded", "the ETL was always busy")
    assert all(loaded(here, one) for one in batch)
    again = run_etl(here)
    assert again["status"] == "busy" or again["events"] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"{", 400, id="no JSON"),
        pytest.param(b"{}", 400, id="no name"),
        pytest.param(b"[]", 400, id="nothing"),
        pytest.param(b'{"eventName":"a"}' + b" " * 3_000_000, 413, id="too large"),
    ],
)
def test_bad_input_is_answered_and_leaves_nothing(
    here: Deployment, body: bytes, status: int
) -> None:
    before = objects(here)
    assert post(here, body)[0] == status
    assert objects(here) == before


def test_a_torn_object_is_quarantined_and_stops_nothing(here: Deployment) -> None:
    good = event()
    now = datetime.now(UTC)
    lines = b'{"eventName":\n' + json.dumps({**good, "_ingest": {"receivedAt": str(now)}}).encode()
    here.client("s3").put_object(
        Bucket=here.outputs["RawBucket"],
        Key=f"{hour_prefix(now)}batch-{uuid4()}.ndjson.gz",
        Body=gzip.compress(lines),
    )
    until(lambda: run_etl(here)["status"] == "succeeded", "the ETL was always busy")
    assert loaded(here, good)
    with psycopg.connect(here.warehouse_url) as connection:
        row = connection.execute("select count(*) from clickstream.quarantine").fetchone()
    assert row
    assert row[0] >= 1


def assumed(here: Deployment, role: str) -> dict[str, str]:
    """The credentials of a role of ours, given by the administrator for this test alone."""
    iam = here.client("iam")
    arn = next(
        one["Arn"] for one in iam.list_roles()["Roles"] if role.lower() in one["RoleName"].lower()
    )
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    iam.update_assume_role_policy(RoleName=arn.rpartition("/")[2], PolicyDocument=json.dumps(trust))
    given = here.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


def refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}
    return False


def test_ingest_cannot_read_list_delete_or_write_elsewhere(here: Deployment) -> None:
    raw, vault = here.outputs["RawBucket"], here.outputs["VaultBucket"]
    s3 = here.client("s3", **assumed(here, "lambda-ingest"))
    s3.put_object(Bucket=raw, Key="events/2020/01/01/00/event-a.json", Body=b"{}")
    assert refused(lambda: s3.get_object(Bucket=raw, Key="events/2020/01/01/00/event-a.json"))
    assert refused(lambda: s3.list_objects_v2(Bucket=raw, Prefix="events/"))
    assert refused(lambda: s3.delete_object(Bucket=raw, Key="events/2020/01/01/00/event-a.json"))
    assert refused(lambda: s3.put_object(Bucket=raw, Key="elsewhere", Body=b""))
    assert refused(lambda: s3.get_object(Bucket=vault, Key="warehouse/etl"))


def test_the_etl_cannot_write_or_delete_in_the_lake(here: Deployment) -> None:
    raw, vault = here.outputs["RawBucket"], here.outputs["VaultBucket"]
    s3 = here.client("s3", **assumed(here, "lambda-etl"))
    assert s3.get_object(Bucket=vault, Key="warehouse/etl")["Body"].read()
    assert refused(lambda: s3.put_object(Bucket=vault, Key="warehouse/etl", Body=b"mine"))
    assert refused(lambda: s3.put_object(Bucket=raw, Key="events/x.json", Body=b""))
    assert refused(lambda: s3.delete_object(Bucket=raw, Key="events/x.json"))
    assert refused(lambda: here.client("sqs", **assumed(here, "lambda-etl")).list_queues())


def test_only_the_eraser_removes_a_version(here: Deployment) -> None:
    raw, key = here.outputs["RawBucket"], "events/2020/01/01/00/event-erased.json"
    admin = here.client("s3")
    for body in (b'{"person":1}', b'{"person":2}'):
        admin.put_object(Bucket=raw, Key=key, Body=body)
    eraser = here.client("s3", **assumed(here, "eraser"))
    etl = here.client("s3", **assumed(here, "lambda-etl"))
    versions = eraser.list_object_versions(Bucket=raw, Prefix=key)["Versions"]
    assert len(versions) == 2
    for one in versions:
        there = {"Bucket": raw, "Key": key, "VersionId": one["VersionId"]}
        assert refused(lambda there=there: etl.delete_object(**there))
        eraser.delete_object(**there)
    assert "Versions" not in admin.list_object_versions(Bucket=raw, Prefix=key)


def test_functions_hold_no_password(here: Deployment) -> None:
    with psycopg.connect(here.warehouse_url) as connection:
        assert connection.info.password == ""
    for name in ("ingest", "etl"):
        config = here.client("lambda").get_function_configuration(
            FunctionName=f"clickstream-lambda-{name}"
        )
        assert "postgresql" not in json.dumps(config["Environment"])
    assert b"postgresql://clickstream_lambda" not in here.log.read_bytes()


def waiting(here: Deployment) -> int:
    """How many sessions of the function wait for a lock."""
    with psycopg.connect(here.warehouse_url) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
            " and application_name = 'clickstream lambda etl'"
        ).fetchone()
    assert row
    return int(row[0])


def limit(functions: Any, seconds: int, **settings: str) -> None:
    """Give the ETL another time limit, and settings to go with it."""
    name = "clickstream-lambda-etl"
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Timeout=seconds, Environment={"Variables": {**variables, **settings}}
    )


def test_an_etl_that_is_cut_off_half_way_is_retried_and_loads_once(here: Deployment) -> None:
    functions = here.client("lambda")
    here.client("events").disable_rule(Name="clickstream-etl-every-30-minutes")
    until(lambda: run_etl(here)["status"] == "succeeded", "the ETL was always busy")
    sent = [event("purchase") for _ in range(50)]
    assert post(here, json.dumps(sent).encode())[0] == 200
    # A lock keeps the load's transaction open, as a slow warehouse would, beyond the time limit.
    limit(functions, 4, CLICKSTREAM_ETL_RESERVE="1s")
    with psycopg.connect(here.warehouse_url) as blocker:
        blocker.execute("lock table clickstream.events in access exclusive mode")
        functions.invoke(
            FunctionName="clickstream-lambda-etl", InvocationType="Event", Payload=b"{}"
        )
        until(lambda: waiting(here) > 0, "the load did not come to the lock")
        until(lambda: waiting(here) == 0, "the load was not cut off")
    limit(functions, 900, CLICKSTREAM_ETL_RESERVE="2m")
    until(lambda: run_etl(here)["status"] == "succeeded", "the lock of the dead run stayed")
    assert all(loaded(here, one) for one in sent)
    with psycopg.connect(here.warehouse_url) as connection:
        row = connection.execute(
            "select count(*) from clickstream.events where event_id::text = any(%s)",
            ([one["eventId"] for one in sent],),
        ).fetchone()
    assert row == (50,)


def test_a_run_that_fails_for_good_lies_in_the_dead_letter_queue(here: Deployment) -> None:
    queue = here.client("sqs").get_queue_url(QueueName="clickstream-etl-dead-letters")["QueueUrl"]
    vault = here.outputs["VaultBucket"]
    s3 = here.client("s3")
    kept = s3.get_object(Bucket=vault, Key="warehouse/etl")["Body"].read()
    s3.put_object(Bucket=vault, Key="warehouse/etl", Body=b"postgresql://nobody@127.0.0.1:9/none")
    try:
        here.client("lambda").invoke(
            FunctionName="clickstream-lambda-etl", InvocationType="Event", Payload=b"{}"
        )

        def dead() -> list[Any]:
            answer = here.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1)
            return list(answer.get("Messages", []))

        letters: list[Any] = []
        until(lambda: letters.extend(dead()) or letters, "no dead letter")
    finally:
        s3.put_object(Bucket=vault, Key="warehouse/etl", Body=kept)
    assert "clickstream-lambda-etl" in letters[0]["Body"]
