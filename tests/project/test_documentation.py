"""The documents say what is so: their links lead somewhere, and their commands exist."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import dropwhile, groupby
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from clickstream.entrypoints.cli import app
from clickstream.entrypoints.settings import SETTINGS

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```[^\n]*\n.*?^```", re.MULTILINE | re.DOTALL)
OPERATORS = "|&;<>()"
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)

each_document = pytest.mark.parametrize(
    "document", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in DOCUMENTS]
)


def anchors(document: Path) -> set[str]:
    """The fragments that a document's headings answer to, as GitHub makes them."""
    prose = FENCED.sub("", document.read_text(encoding="utf-8"))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose))
    return {heading.strip().replace(" ", "-") for heading in plain}


def leads_nowhere(document: Path, target: str) -> bool:
    name, _, fragment = target.partition("#")
    path = document.parent / name if name else document
    if not path.exists():
        return True
    return bool(fragment) and path.suffix == ".md" and fragment not in anchors(path)


@each_document
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    prose = FENCED.sub("", document.read_text(encoding="utf-8"))
    targets = [target for target in LINK.findall(prose) if "://" not in target]
    assert [target for target in targets if leads_nowhere(document, target)] == []


def commands_in(document: Path, program: str) -> Iterator[list[str]]:
    """The arguments of each call of a program in a document's code, inline or in blocks."""
    text = document.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = FENCED.findall(text) + re.findall(r"^    +\S.*$", text, re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", FENCED.sub("", text))
    for line in "\n".join(blocks + spans).splitlines():
        yield from calls(line.strip().removeprefix("$ ").removeprefix("ExecStart="), program)


def calls(line: str, program: str) -> Iterator[list[str]]:
    """The arguments of each call in a shell line, pipes and lists taken apart."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=OPERATORS)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:  # prose with an apostrophe
        return
    for _, group in groupby(words, key=lambda word: set(word) <= set(OPERATORS)):
        command = list(dropwhile(lambda word: "=" in word, group))
        for position, word in enumerate(command):
            if word.endswith(f"/bin/{program}") or (word == program and position == 0):
                yield command[position + 1 :]
                break


@each_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {word for call in commands_in(document, "make") for word in call if word.isalpha()}
    assert named - targets == set()


def commands(group: TyperGroup, *path: str) -> Iterator[tuple[str, TyperCommand]]:
    """Each command by what is typed after ``clickstream``, those in groups included."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *path, name)
        elif not command.hidden:
            yield " ".join([*path, name]), command


COMMANDS = dict(commands(get_command(app)))
GROUPS = {name.rpartition(" ")[0] for name in COMMANDS if " " in name}


def options(command: TyperCommand) -> set[str]:
    """Every spelling of every option, its negation and its short form included."""
    spellings = [[*one.opts, *one.secondary_opts] for one in command.params]
    return {name for names in spellings for name in names if name.startswith("-")}


def problems_of(call: list[str]) -> Iterator[str]:
    """What is wrong with a call of ``clickstream`` as a document shows it."""
    if not call or call[0].startswith(("[", "-", "…")):
        return
    if call[0] in GROUPS and (len(call) == 1 or call[1].startswith("[")):
        return
    names = [name for name in (call[0], " ".join(call[:2])) if name in COMMANDS]
    if not names:
        yield f"no command {call[0]!r}"
        return
    known = options(COMMANDS[names[0]]) | {"--help", "-h"}
    given = (word.strip("[]").partition("=")[0] for word in call if word.strip("[").startswith("-"))
    yield from (f"{names[0]} has no {name}" for name in given if name not in known)


@each_document
def test_every_command_that_is_shown_exists_with_its_options(document: Path) -> None:
    calls_shown = commands_in(document, "clickstream")
    assert [problem for call in calls_shown for problem in problems_of(call)] == []


def test_the_manual_is_made_from_the_commands(tmp_path: Path) -> None:
    made = tmp_path / "cli.md"
    generator = ["typer", "clickstream.entrypoints.cli", "utils", "docs", "--name", "clickstream"]
    subprocess.run(
        [sys.executable, "-m", *generator, "--output", str(made)], check=True, capture_output=True
    )
    manual = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert manual == made.read_text(encoding="utf-8"), "run `make docs`"


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in COMMANDS])
def test_every_command_helps_with_an_example(name: str) -> None:
    described = COMMANDS[name].help or ""
    assert f"clickstream {name}" in described + (COMMANDS[name].epilog or "")


SETTING_KEYS = {"CLICKSTREAM_CONFIG", *(setting.key for setting in SETTINGS.values())}


@each_document
def test_every_setting_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"\bCLICKSTREAM_[A-Z_]+\b", document.read_text(encoding="utf-8")))
    assert named - SETTING_KEYS == set()


def test_every_setting_is_documented() -> None:
    manual = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert {key for key in SETTING_KEYS if f"`{key}`" not in manual} == set()
