"""The scripts that the collector serves: small, cached, compressed, versioned."""

import gzip
import hashlib

import httpx
import pytest

LIMITS = {"clickstream.js": 3_300, "clickstream.extras.js": 2_500}


@pytest.mark.parametrize(("name", "limit"), LIMITS.items())
def test_a_script_is_small(collector, name: str, limit: int) -> None:
    body = httpx.get(f"{collector.url}/{name}").content

    assert len(gzip.compress(body, 9, mtime=0)) <= limit


@pytest.mark.parametrize("name", LIMITS)
def test_a_script_is_compressed_and_asked_for_once(collector, name: str) -> None:
    url = f"{collector.url}/{name}"
    plain = httpx.get(url, headers={"accept-encoding": "identity"})
    packed = httpx.get(url, headers={"accept-encoding": "gzip, br"})
    again = httpx.get(url, headers={"if-none-match": packed.headers["etag"]})

    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "max-age=3600" in packed.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", LIMITS)
def test_a_version_of_a_script_never_changes(collector, name: str) -> None:
    body = httpx.get(f"{collector.url}/{name}").content
    version = hashlib.sha256(body).hexdigest()[:12]
    stem = name.removesuffix(".js")

    found = httpx.get(f"{collector.url}/{stem}.{version}.js")

    assert found.content == body
    assert "immutable" in found.headers["cache-control"]
    assert httpx.get(f"{collector.url}/{stem}.000000000000.js").status_code == 404
    assert httpx.post(f"{collector.url}/{name}").status_code == 405
    assert httpx.head(f"{collector.url}/{name}").status_code == 200
