"""Schema, types and tables are what the structs make of them, and released ones stay."""

import hashlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from clickstream.contract.generate import COMMAND, ROOT, check, generated, write
from clickstream.errors import ContractError

pytestmark = pytest.mark.unit

RELEASED = Path(__file__).with_name("released.sha256")
FOLDER = ROOT / "src/clickstream/contract/event"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the generated files alone."""
    for path, _ in generated():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def checksums(lines: str) -> Mapping[str, str]:
    """The checksum of each file, from what ``sha256sum`` writes."""
    return {name: digest for digest, name in map(str.split, lines.splitlines())}


def test_the_generated_files_are_those_of_the_structs() -> None:
    check()


@pytest.mark.parametrize("path", [path for path, _ in generated()])
def test_a_file_that_differs_is_named_with_the_command_that_mends_it(
    checkout: Path, path: str
) -> None:
    file = checkout / path
    file.write_text(file.read_text("utf-8").replace("text", "words"), "utf-8")
    with pytest.raises(ContractError, match=f"^{re.escape(path)} differs.*`{COMMAND}`"):
        check(checkout)


@pytest.mark.parametrize("suffix", [".json", ".d.ts"])
def test_a_file_that_is_missing_is_named(checkout: Path, suffix: str) -> None:
    (file,) = checkout.rglob(f"*{suffix}")
    file.unlink()
    with pytest.raises(ContractError, match=re.escape(file.name)):
        check(checkout)


def test_writing_mends_what_differs_and_nothing_else(checkout: Path) -> None:
    (schema,) = checkout.rglob("*.json")
    schema.write_text("{}", "utf-8")
    assert write(checkout) == [str(schema.relative_to(checkout))]
    check(checkout)
    assert write(checkout) == []


def test_documentation_without_a_place_for_the_tables_says_so(checkout: Path) -> None:
    (checkout / "docs/contract.md").write_text("# The contract\n", "utf-8")
    with pytest.raises(ContractError, match="no place for the tables"):
        check(checkout)


def test_a_released_schema_is_never_changed() -> None:
    """The list is what ``sha256sum *.json`` wrote in the schemas' folder when it was released."""
    listed = checksums(RELEASED.read_text("utf-8"))
    for name, digest in listed.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, (
            f"{name} has been released and may not change: raise VERSION in "
            "src/clickstream/contract/event.py, and generate the next one beside it"
        )


def test_every_schema_of_a_release_is_listed() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    releases = re.findall(r"^## \[\d+\.\d+\.\d+\]", changelog, re.MULTILINE)
    listed = checksums(RELEASED.read_text("utf-8"))
    assert not releases or listed, (
        f"{releases[-1]} has been released, and {RELEASED.name} lists no schema: add the "
        "checksums of those that the release had"
    )
