"""What each role may do, and what is public."""

import json
from typing import Any

import pytest


def role(assembly: Any, part: str) -> str:
    return str(assembly.named("IAM::Role", part))


def on(assembly: Any, part: str, path: str = "") -> str:
    return f"{{{assembly.named('S3::Bucket', part)}}}{path}"


def logs(assembly: Any, part: str) -> set[tuple[str, str]]:
    group = f"{{{assembly.named('Logs::LogGroup', part)}}}"
    return {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}


def interfaces() -> set[tuple[str, str]]:
    return {
        (f"ec2:{action}", "*")
        for action in (
            "CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets",
            "DeleteNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses",
        )
    }  # fmt: skip


def test_ingest_may_write_events_and_its_log_and_nothing_else(reference: Any) -> None:
    assert reference.may(role(reference, "IngestLambda")) == {
        ("s3:PutObject", on(reference, "Raw", "/events/*")),
        *logs(reference, "IngestLambda"),
    }


def test_the_etl_may_read_the_lake_and_its_password(reference: Any) -> None:
    queue = f"{{{reference.named('SQS::Queue', 'DeadLetters')}}}"
    may = reference.may(role(reference, "EtlLambda"))
    assert may == {
        ("s3:ListBucket", on(reference, "Raw")),
        ("s3:GetObject", on(reference, "Raw", "/events/*")),
        ("s3:GetObject", on(reference, "Raw", "/erasures/*")),
        ("s3:GetObject", on(reference, "Vault", "/warehouse/etl")),
        ("sqs:SendMessage", queue),
        ("sqs:GetQueueAttributes", queue),
        ("sqs:GetQueueUrl", queue),
        *interfaces(),
        *logs(reference, "EtlLambda"),
    }


def test_the_warehouse_host_may_write_its_password_and_cannot_read_one(reference: Any) -> None:
    may = reference.may(role(reference, "Warehouse"))
    assert {(action, what) for action, what in may if "cdk-hnb" not in what} == {
        ("s3:PutObject", on(reference, "Vault", "/warehouse/etl")),
        ("s3:ListBucket", on(reference, "Raw")),
        ("s3:GetObject", on(reference, "Raw", "/events/*")),
        ("s3:GetObject", on(reference, "Raw", "/erasures/*")),
        ("s3:ListBucket", on(reference, "Backups")),
        ("s3:PutObject", on(reference, "Backups", "/clickstream/*")),
        ("s3:GetObject", on(reference, "Backups", "/clickstream/*")),
        ("s3:AbortMultipartUpload", on(reference, "Backups", "/clickstream/*")),
    }
    (bundle,) = [(action, what) for action, what in may if "cdk-hnb" in what]
    assert bundle[0] == "s3:GetObject"
    assert bundle[1].endswith(".zip")


def test_the_oltp_host_knows_nothing_of_lake_and_warehouse(reference: Any) -> None:
    text = json.dumps(sorted(reference.may(role(reference, "Oltp"))))
    assert "Raw" not in text
    assert "/clickstream/" not in text
    assert "warehouse/etl" not in text


def test_one_role_alone_deletes_from_the_lake_and_every_version(reference: Any) -> None:
    eraser = role(reference, "Eraser")
    for name in reference.of("IAM::Role"):
        deletes = {
            action for action, _what in reference.may(name) if action.startswith("s3:Delete")
        }
        assert deletes == (
            {"s3:DeleteObject", "s3:DeleteObjectVersion"} if name == eraser else set()
        )
    what = {what for action, what in reference.may(eraser) if action.startswith("s3:Delete")}
    assert what == {on(reference, "Raw", f"/{name}/*") for name in ("events", "erasures")}


def test_the_lake_itself_keeps_versions_from_everybody_else(reference: Any) -> None:
    (statement,) = [
        one for one in policies(reference)[on(reference, "Raw")]
        if one["Action"] == "s3:DeleteObjectVersion"
    ]  # fmt: skip
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] in ("*", {"AWS": "*"})
    name = f"{{{role(reference, 'Eraser')}}}"
    sessions = f"arn:aws:sts::{{AWS::AccountId}}:assumed-role/{name}/*"
    assert statement["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [name, sessions]}}


def policies(assembly: Any) -> dict[str, list[Any]]:
    return {
        one["Bucket"]: one["PolicyDocument"]["Statement"]
        for one in assembly.of("S3::BucketPolicy").values()
    }


@pytest.mark.parametrize("part", ["Raw", "Vault", "Backups", "AccessLogs"])
def test_every_bucket_is_private_encrypted_and_takes_tls_alone(reference: Any, part: str) -> None:
    name = reference.named("S3::Bucket", part)
    bucket = reference.of("S3::Bucket")[name]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert bucket["LifecycleConfiguration"]["Rules"]
    statements = policies(reference)[f"{{{name}}}"]
    (plain,) = [
        one for one in statements
        if one.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    ]  # fmt: skip
    assert (plain["Effect"], plain["Action"]) == ("Deny", "s3:*")
    assert all(
        one["Effect"] == "Deny" or one["Principal"] == {"Service": "logging.s3.amazonaws.com"}
        for one in statements
    )
    assert reference.resources[name]["DeletionPolicy"] == "Retain"


def test_old_versions_of_events_expire_and_events_do_not(reference: Any) -> None:
    bucket = reference.of("S3::Bucket")[reference.named("S3::Bucket", "Raw")]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert "ExpirationInDays" not in rule
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}


def test_a_retention_ends_events_in_the_lake_after_they_left_the_warehouse(optional: Any) -> None:
    bucket = optional.of("S3::Bucket")[optional.named("S3::Bucket", "Raw")]
    _, rule = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("events/", 401)
    function = optional.of("Lambda::Function")[optional.named("Lambda::Function", "EtlLambda")]
    said = function["Environment"]["Variables"]
    periods = {said[f"CLICKSTREAM_{name}_RETENTION"] for name in ("LAKE", "WAREHOUSE")}
    assert periods == {"400d"}


def test_no_template_holds_a_secret(reference: Any, optional: Any) -> None:
    for assembly in (reference, optional):
        for function in assembly.of("Lambda::Function").values():
            variables = function.get("Environment", {}).get("Variables", {})
            assert not [key for key in variables if "PASSWORD" in key or key.endswith("_URL")]
        text = json.dumps(assembly.stacks).lower()
        for word in (
            "secretstring",
            "masteruserpassword",
            "resolve:secretsmanager",
            "postgresql://",
        ):
            assert word not in text


def test_roles_are_assumed_by_the_service_that_they_are_for(reference: Any) -> None:
    trusted = {
        name: one["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
        for name, one in reference.of("IAM::Role").items()
    }
    services = {one.get("Service") for one in trusted.values()} - {None}
    assert services == {"lambda.amazonaws.com", "ec2.amazonaws.com"}
    (eraser,) = [one for one in trusted.values() if "AWS" in one]
    assert eraser == {"AWS": "arn:aws:iam::{AWS::AccountId}:root"}
