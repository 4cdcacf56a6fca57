"""What is made from the contract's structs: JSON Schema, TypeScript types, tables of the docs.

`python -m clickstream.contract.generate` writes them anew, in a checkout of the project.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from clickstream.contract.event import VERSION
from clickstream.contract.schema import event_schema
from clickstream.contract.tables import field_tables
from clickstream.contract.typescript import typescript
from clickstream.errors import ContractError

ROOT: Final = Path(__file__).parents[3]
COMMAND: Final = "python -m clickstream.contract.generate"
FOLDER: Final = "src/clickstream/contract/event"
DOCUMENTATION: Final = "docs/contract.md"
_FIELDS: Final = re.compile(r"(<!-- fields: generated -->\n).*(<!-- /fields -->)", re.DOTALL)


def generated(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Each generated file's path below `root`, and what it should hold."""
    schema = event_schema()
    yield f"{FOLDER}/{VERSION}.json", json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    yield f"{FOLDER}/{VERSION}.d.ts", typescript(schema, version=VERSION)
    text = (root / DOCUMENTATION).read_text("utf-8")
    yield DOCUMENTATION, _with_tables(text, field_tables(schema))


def write(root: Path = ROOT) -> list[str]:
    """Writes what differs, and says which files that were."""
    changed = [(path, text) for path, text in generated(root) if _read(root / path) != text]
    for path, text in changed:
        (root / path).write_text(text, "utf-8")
    return [path for path, _ in changed]


def check(root: Path = ROOT) -> None:
    """Raises ContractError where a generated file is not what the structs make of it."""
    for path, text in generated(root):
        if _read(root / path) != text:
            raise ContractError(
                f"{path} differs from the structs in src/clickstream/contract/event.py: "
                f"run `{COMMAND}` and review the change; a released version is never changed, "
                "raise VERSION instead"
            )


def _with_tables(text: str, tables: str) -> str:
    if not _FIELDS.search(text):
        raise ContractError(
            f"{DOCUMENTATION} has no place for the tables of fields: put the lines "
            "`<!-- fields: generated -->` and `<!-- /fields -->` where they belong"
        )
    return _FIELDS.sub(lambda match: f"{match[1]}\n{tables}\n\n{match[2]}", text)


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


if __name__ == "__main__":
    for written in write():
        sys.stdout.write(f"wrote {written}\n")
