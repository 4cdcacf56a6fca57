"""In a bucket that keeps versions, an erasure leaves none that holds the person."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from clickstream.etl.privacy.person import Person
from clickstream.lake import EVENTS, open_lake

if TYPE_CHECKING:
    from conftest import Shop

boto3 = pytest.importorskip("boto3", reason="the extra `aws` is not installed")
pytestmark = [pytest.mark.postgres, pytest.mark.one_server]

_lake_tests = Path(__file__).parents[1] / "lake" / "conftest.py"
_spec = importlib.util.spec_from_file_location("privacy_lake_conftest", _lake_tests)
assert _spec
assert _spec.loader
_module = importlib.util.module_from_spec(_spec)
sys.modules["privacy_lake_conftest"] = _module
_spec.loader.exec_module(_module)
s3_server, s3_url = _module.s3_server, _module.s3_url

ANN = Person(user_ids=frozenset({"ann"}))


@pytest.fixture
def bucket(shop: "Shop", s3_url: str) -> Iterator[Any]:
    """The shop's lake in a bucket that keeps every version of its objects."""
    client = boto3.client("s3", region_name="us-east-1")
    name = urlsplit(s3_url).netloc
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    shop.lake = open_lake(s3_url)
    yield client
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    client.close()


def versions(client: Any, url: str) -> list[bytes]:
    """The bytes of every version of every event's object."""
    parts = urlsplit(url)
    where = {"Bucket": parts.netloc, "Prefix": f"{parts.path.strip('/')}/{EVENTS}"}
    found = client.list_object_versions(**where).get("Versions", [])
    return [
        client.get_object(Bucket=parts.netloc, Key=one["Key"], VersionId=one["VersionId"])[
            "Body"
        ].read()
        for one in found
    ]


def test_no_version_of_any_object_holds_the_person(shop: "Shop", bucket: Any) -> None:
    for day in (8, 9):
        shop.put("batch-1.ndjson", shop.event(f"a{day}", 1, client="phone", user="ann"),
                 shop.event(f"b{day}", 1, client="c"), day=day)  # fmt: skip
    shop.put("event-1.json", shop.event("a1", 2, client="phone"))
    deleted = shop.put("event-2.json", shop.event("a2", 2, client="phone", user="ann"))
    shop.lake.delete(deleted)
    other = shop.put("event-3.json", shop.event("b3", 2, client="c"))
    shop.put("event-3.json", shop.event("b3", 2, client="c"))
    shop.load()
    assert len(versions(bucket, shop.lake.url)) == 6
    proof = shop.forget(ANN)
    left = versions(bucket, shop.lake.url)
    assert [body for body in left if b"ann" in body or b"phone" in body] == []
    assert sum(b'"b3"' in body for body in left) == 2, f"{other} is another's"
    assert len(left) == 4
    assert (proof.events, proof.versions, proof.remaining) == (3, 4, 0)
    assert shop.events() == ["b3", "b8", "b9"]
    assert shop.sums() == shop.sums_of_a_rebuild()
