"""No password and no write key is ever shown, whatever fails and wherever it is told."""

import json
import logging
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from clickstream.entrypoints.logs import JsonLines, PlainLines, without_secrets
from clickstream.entrypoints.settings import read_settings
from clickstream.errors import WarehouseError
from clickstream.warehouse.connect import connect

SECRET = "s3cr3t-of-mine"
WAREHOUSE = f"postgresql://etl:{SECRET}@127.0.0.1:1/shop"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["migrate"], id="migrate"),
        pytest.param(["etl"], id="etl"),
        pytest.param(["report", "overview"], id="report"),
        pytest.param(["report", "overview", "--format", "json"], id="report as JSON"),
        pytest.param(["quarantine", "list"], id="quarantine"),
        pytest.param(["rebuild"], id="rebuild"),
        pytest.param(["doctor"], id="doctor"),
        pytest.param(["doctor", "--format", "json"], id="doctor as JSON"),
    ],
)
@pytest.mark.parametrize(
    "url",
    [
        pytest.param(WAREHOUSE, id="nobody there"),
        pytest.param(f"postgresql://etl:{SECRET}@127.0.0.1:port/shop", id="no port"),
        pytest.param(f"postgresql://etl@127.0.0.1:1/shop?password={SECRET}", id="in the query"),
    ],
)
def test_no_command_tells_the_warehouses_password(
    command: list[str], url: str, tmp_path: Path
) -> None:
    known = {
        "CLICKSTREAM_WAREHOUSE_URL": url,
        "CLICKSTREAM_DATA_DIR": str(tmp_path),
        "CLICKSTREAM_WRITE_KEY": f"wk-{SECRET}",
        "DATABASE_URL": url,
    }
    ran = subprocess.run(
        [sys.executable, "-m", "clickstream.entrypoints.cli", *command],
        env=os.environ | known, cwd=tmp_path, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert ran.returncode != 0
    assert ran.stdout + ran.stderr
    assert SECRET not in ran.stdout + ran.stderr


@pytest.mark.unit
@pytest.mark.parametrize("key", ["CLICKSTREAM_WAREHOUSE_URL", "DATABASE_URL"])
def test_a_setting_that_is_wrong_is_told_without_its_secret(key: str) -> None:
    _, problems = read_settings({key: f"mysql://u:{SECRET}@h/d"})
    assert len(problems) == 1
    assert key in str(problems[0])
    assert SECRET not in str(problems[0])


@pytest.mark.unit
def test_a_write_key_that_is_wrong_is_not_told() -> None:
    _, problems = read_settings({"CLICKSTREAM_WRITE_KEY": "short"})
    assert "CLICKSTREAM_WRITE_KEY" in str(problems[0])
    assert "short" not in str(problems[0])


@pytest.mark.unit
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"postgresql://u:{SECRET}@h/d", id="a URL"),
        pytest.param(f"postgresql://u:a@{SECRET}/x@h/d", id="signs in a URL's password"),
        pytest.param(f"host=h password='{SECRET} x'", id="quoted"),
        pytest.param(f"sslpassword={SECRET}", id="a key file's"),
        pytest.param(f"/clickstream?write_key={SECRET}&x=1", id="a write key"),
        pytest.param(f"x-write-key={SECRET}", id="a header"),
        pytest.param(f"AWS_SECRET_ACCESS_KEY={SECRET}", id="of AWS"),
        pytest.param(f"client_secret={SECRET}", id="a client's"),
        pytest.param(f"https://b.example/o?X-Amz-Signature={SECRET}", id="a signed URL"),
    ],
)
def test_secrets_are_taken_out_of_a_line_which_stays_json(text: str) -> None:
    assert SECRET not in without_secrets(text)
    record = logging.LogRecord("x", logging.INFO, "", 1, "failed: %s", (text,), None)
    vars(record).update(write_key=SECRET, kept="yes")
    line = JsonLines("serve").format(record)
    assert SECRET not in line
    assert json.loads(line)["kept"] == "yes"
    assert SECRET not in PlainLines().format(record)


@pytest.mark.unit
@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a\n12:00:00 all is well", id="a line of its own"),
        pytest.param("a\r\nb", id="carriage return"),
        pytest.param("\x1b[2J\x1b]0;title\x07", id="a terminal's orders"),
        pytest.param("\x9b31m", id="the same in one byte"),
        pytest.param("a\u2028b\x85c", id="line ends of Unicode"),
        pytest.param("\x00", id="NUL"),
    ],
)
def test_a_logged_value_cannot_forge_a_line(value: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "refused: %s", (value,), None)
    vars(record)["path"] = value
    for line in (JsonLines("serve").format(record), PlainLines().format(record)):
        assert len(line.splitlines()) == 1
        assert line.isprintable()
    assert json.loads(JsonLines("serve").format(record))["path"] == value


def test_a_remote_server_without_tls_is_refused_and_told_what_to_set() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no other address")
    with socket.create_server((own, 0)) as server:
        port = server.getsockname()[1]
        asked = threading.Thread(target=_without_tls, args=(server,), daemon=True)
        asked.start()
        with pytest.raises(WarehouseError) as refused:
            connect(f"postgresql://etl:{SECRET}@{own}:{port}/shop")
        asked.join(5)
    assert "sslrootcert" in str(refused.value)
    assert "sslmode=require" in str(refused.value)
    assert SECRET not in str(refused.value)


def _without_tls(server: socket.socket) -> None:
    """A server's answer to each question for TLS: no."""
    server.settimeout(5)
    connection, _ = server.accept()
    with connection:
        connection.recv(8)
        connection.sendall(b"N")
        assert connection.recv(1024) == b""  # no password was sent in the clear
