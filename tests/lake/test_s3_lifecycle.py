"""A bucket that removes objects by itself is seen before a rebuild would miss them."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from clickstream.errors import LakeError
from clickstream.lake.s3_lifecycle import days_until_expiry

boto3 = pytest.importorskip("boto3", reason="the extra `aws` is not installed")


def _rule(name: str, **said: Any) -> dict[str, Any]:
    return {"ID": name, "Status": "Enabled", "Filter": {"Prefix": ""}, **said}


def test_the_shortest_rule_that_touches_events_counts(s3_url: str) -> None:
    assert days_until_expiry(s3_url, "events/") is None
    bucket, prefix = urlsplit(s3_url).netloc, urlsplit(s3_url).path.strip("/")
    ours = f"{prefix}/".lstrip("/")
    rules = [
        _rule("later", Filter={"Prefix": f"{ours}events/"}, Expiration={"Days": 90}),
        _rule("others", Filter={"Prefix": f"{ours}other/"}, Expiration={"Days": 2}),
        _rule("off", Status="Disabled", Expiration={"Days": 3}),
    ]
    client = boto3.client("s3")
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": rules}
    )
    try:
        assert days_until_expiry(s3_url, "events/") == 90
    finally:
        client.delete_bucket_lifecycle(Bucket=bucket)
        client.close()


def test_rules_that_cannot_be_read_are_no_absence_of_rules(s3_url: str) -> None:
    with pytest.raises(LakeError, match="cannot be read"):
        days_until_expiry("s3://no-such-bucket-of-anybody", "events/")
