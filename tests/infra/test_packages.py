"""The functions' packages: small, the same each time, and enough by themselves."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.packages import ETL, INGEST, SHOP, Package, Target, build, size_of

LIMIT = 262_144_000
"""Bytes of a function, unpacked: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
EACH = [pytest.param(one, id=one.name) for one in (INGEST, ETL, SHOP)]
HANDLERS = {
    "lambda-ingest": "lambda_ingest",
    "lambda-etl": "lambda_etl",
    "lambda-shop": "lambda_shop",
}
LATER = {
    "lambda-ingest": ["clickstream.lake.s3"],
    "lambda-etl": [
        "clickstream.lake.s3", "clickstream.entrypoints.watching", "clickstream.quality.watch",
        "clickstream.quality.notify", "numpy",
    ],
    "lambda-shop": ["clickstream.lake.s3"],
}  # fmt: skip
"""What a handler imports while it runs, beside what it imports at once."""


@pytest.mark.parametrize("package", EACH)
def test_a_package_is_far_below_lambdas_limit(package: Package) -> None:
    assert size_of(build(package, Target())) < LIMIT / 2


@pytest.mark.parametrize("package", EACH)
def test_a_handler_needs_nothing_that_its_package_lacks(package: Package) -> None:
    """A Python without site-packages, on the package alone."""
    folder = build(package, Target.here())
    wanted = [f"clickstream.entrypoints.{HANDLERS[package.name]}", *LATER[package.name]]
    program = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); import {', '.join(wanted)};"
        "print(all('site-packages' not in str(getattr(m, '__file__', '')) for m in"
        " list(sys.modules.values())))"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert said.stdout.strip() == "True"


def test_ingest_carries_neither_a_database_nor_a_dashboard() -> None:
    folder = build(INGEST, Target())
    for name in ("psycopg", "numpy", "scipy", "shiny", "authlib", "boto3", "uvicorn"):
        assert not (folder / name).exists()
    assert not (folder / "clickstream" / "warehouse").exists()


def test_the_etl_carries_no_scipy_and_no_web_server() -> None:
    folder = build(ETL, Target())
    for name in ("scipy", "shiny", "authlib", "boto3", "uvicorn", "starlette"):
        assert not (folder / name).exists()


def test_two_builds_are_the_same_to_the_byte(tmp_path: Path) -> None:
    first, second = (build(INGEST, Target(), built=tmp_path / name) for name in ("a", "b"))
    assert digest(first) == digest(second)
    assert not list(first.rglob("*.pyc"))


def digest(folder: Path) -> str:
    told = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        mode = path.stat().st_mode
        told.update(f"{path.relative_to(folder)}\0{mode:o}\0".encode() + path.read_bytes())
    return told.hexdigest()


def test_a_package_for_another_machine_holds_that_machines_libraries() -> None:
    folder = build(INGEST, Target.of("arm64"))
    (library,) = (folder / "obstore").glob("*.so")
    machine = int.from_bytes(library.read_bytes()[18:20], "little")
    assert machine == 183  # EM_AARCH64, https://gabi.xinuos.com/elf/a-emachine.html
