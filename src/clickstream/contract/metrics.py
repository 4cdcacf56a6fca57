"""The definitions of the metrics, read from ``metrics.toml``: the one place where a number is said.

Reports compute by them, dashboards explain by them, and ``docs/metrics.md`` lists them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from clickstream.errors import ContractError

Unit = Literal["count", "rate", "ratio", "money", "milliseconds", "seconds"]
Better = Literal["up", "down"]
SOURCE: Final = "metrics.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number: how it is called, measured and understood.

    ``ratio`` names the numerator and the denominator, where it is a quotient of two others.
    """

    name: str
    title: str
    unit: Unit
    better: Better
    definition: str
    ratio: tuple[str, str] | None = None


def read_metrics(text: str) -> Mapping[str, Metric]:
    """The metrics of a TOML text by name, in its order. Raises ContractError where one is wrong."""
    metrics = {name: _read_metric(name, table) for name, table in tomllib.loads(text).items()}
    for metric in metrics.values():
        for part in metric.ratio or ():
            if part not in metrics:
                raise ContractError(
                    f"{SOURCE}: [{metric.name}] is a ratio of {part!r}, which is not defined there"
                )
    return MappingProxyType(metrics)


def _read_metric(name: str, table: Mapping[str, Any]) -> Metric:
    if table.get("unit") not in get_args(Unit) or table.get("better") not in get_args(Better):
        raise ContractError(
            f"{SOURCE}: [{name}] has unit {table.get('unit')!r}, better {table.get('better')!r}; "
            f"they are one of {get_args(Unit)} and of {get_args(Better)}"
        )
    above, below = table.get("ratio", (None, None))
    return Metric(
        name=name,
        title=table["title"],
        unit=table["unit"],
        better=table["better"],
        definition=table["definition"],
        ratio=(above, below) if above else None,
    )


METRICS: Final = read_metrics(
    resources.files("clickstream.contract").joinpath(SOURCE).read_text("utf-8")
)
"""Every metric by its name."""
