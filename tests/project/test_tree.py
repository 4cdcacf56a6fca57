"""The checkout as a whole: nothing in it belongs to one machine, and every folder has its room."""

import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
OF_ONE_MACHINE = re.compile(r"(?<![\w.\]})*-])/(?:home|Users|root|work)/\w[\w./-]*")
NAMES_OF_CATALOGUES = ("uv.lock",)


def tracked() -> list[Path]:
    """Every file under version control, relative to the checkout, that stands on the disk."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [Path(name) for name in listing.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str | None:
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [
        f"{path}: {match[0]}"
        for path in tracked()
        if path.name not in NAMES_OF_CATALOGUES
        for match in OF_ONE_MACHINE.finditer(text_of(path) or "")
    ]
    assert found == []


def test_every_folder_belongs_to_a_room_that_the_architecture_names() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    folders = {path.parts[0] for path in tracked() if len(path.parts) > 1}
    rooms = {path.parts[2] for path in tracked() if path.match("src/clickstream/*/*.py")}
    unnamed = {name for name in folders | rooms if f"{name}/" not in architecture}
    assert unnamed == set()


def test_nothing_is_left_for_later() -> None:
    marker = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")
    found = [
        str(path)
        for path in tracked()
        if path.suffix in {".py", ".sql", ".md", ".toml", ".sh", ".js", ".ts"}
        and marker.search(text_of(path) or "")
    ]
    assert found == []
