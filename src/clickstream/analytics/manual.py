"""The parts of the docs that are made from definitions: the metrics, the reports and their fields.

``python -m clickstream.analytics.manual`` writes them into docs/metrics.md and docs/reports.md.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from clickstream.analytics.fields import ALIASES, FIELDS
from clickstream.analytics.options import flag
from clickstream.analytics.registry import KINDS
from clickstream.contract.metrics import METRICS, Metric


def metrics_table() -> str:
    """Every metric with its unit and definition, as a table."""
    rows = [
        f"| `{metric.name}` | {metric.title} | {metric.unit} | {_definition(metric)} |"
        for metric in METRICS.values()
    ]
    return "\n".join(["| key | name | unit | what it is |", "|---|---|---|---|", *rows])


def _definition(metric: Metric) -> str:
    if metric.ratio is None:
        return metric.definition
    above, below = metric.ratio
    return f"{metric.definition} (`{above}` / `{below}`)"


def reports_table() -> str:
    """Every report with what it tells and the options of its own, as a table."""
    rows = [
        f"| `{kind.name}` | {kind.summary} | "
        f"{' '.join(f'`--{flag(option)}`' for option in kind.takes) or '-'} |"
        for kind in KINDS.values()
    ]
    return "\n".join(["| report | what it tells | options of its own |", "|---|---|---|", *rows])


def fields_table() -> str:
    """Every field that can be filtered and broken down by, as a table."""
    rows = [
        f"| `{field.name}` | {field.title} | {field.level} | {_aliases(field.name) or '-'} |"
        for field in FIELDS.values()
    ]
    rows.append("| `properties.KEY` | A property of the event | event | - |")
    return "\n".join(["| field | name | whose | also called |", "|---|---|---|---|", *rows])


def _aliases(name: str) -> str:
    return ", ".join(f"`{alias}`" for alias, field in ALIASES.items() if field == name)


PARTS: Final[Mapping[str, Mapping[str, Callable[[], str]]]] = MappingProxyType(
    {
        "metrics.md": {"metrics": metrics_table},
        "reports.md": {"reports": reports_table, "fields": fields_table},
    }
)
"""The parts of each document, by the names of their markers."""


def renewed(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """A document with its made parts made anew, each between its markers."""
    for name, make in parts.items():
        before, begin, rest = text.partition(f"<!-- {name}: made by `make docs` -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        text = f"{before}{begin}{make()}\n{end}{after}"
    return text


def write(folder: Path) -> None:
    """Make the parts of the documents in a folder anew."""
    for name, parts in PARTS.items():
        document = folder / name
        document.write_text(renewed(document.read_text("utf-8"), parts), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
