"""What only S3 can do wrong: refuse, be away, be slow."""

import socket
import time

import pytest

from clickstream.errors import LakeError
from clickstream.lake import open_lake


def test_wrong_keys_are_told_and_a_retry_is_no_use(
    s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-wrong-secret")
    with pytest.raises(LakeError, match="check the credentials") as caught:
        open_lake(s3_url).put("a/b", b"1")
    assert not caught.value.is_transient
    assert "a-wrong-secret" not in str(caught.value)


def test_a_server_that_is_away_is_transient(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    started = time.monotonic()
    with pytest.raises(LakeError, match="cannot write 'a/b'") as caught:
        open_lake(s3_url).put("a/b", b"1")
    assert caught.value.is_transient
    assert time.monotonic() - started < 30


def test_opening_needs_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert open_lake("s3://bucket/some/prefix/").url == "s3://bucket/some/prefix"
