"""What a question is answered with: a typed table that says its units and what it left out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from clickstream.contract.metrics import METRICS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in the rows, its title, and its unit (None for text)."""

    name: str
    title: str
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An answer: rows under typed columns, with the options that it was resolved to.

    ``summary`` holds what is said once for all rows; ``excluded`` what was left out by default, by
    kind of traffic; ``notes`` what a reader must know; ``as_of`` the end of the latest load.
    """

    name: str
    params: Mapping[str, object]
    columns: Sequence[Column]
    rows: Sequence[Row]
    summary: Mapping[str, object] = field(default_factory=dict)
    excluded: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    as_of: dt.datetime | None = None

    def document(self) -> dict[str, object]:
        """The report's JSON form, of plain values: numbers, text, ISO dates and instants, null."""
        return {
            "report": self.name,
            "params": plain(self.params),
            "columns": [
                {"name": column.name, "title": column.title, "unit": column.unit}
                for column in self.columns
            ],
            "rows": plain(self.rows),
            "summary": plain(self.summary),
            "excluded": plain(self.excluded),
            "notes": list(self.notes),
            "as_of": plain(self.as_of),
        }


def plain(value: object) -> object:
    """A value as JSON knows it. Whole decimals become integers, the others doubles."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value


def metric_column(name: str, *, key: str | None = None, title: str | None = None) -> Column:
    """A column for a metric, with the title and the unit of its definition."""
    metric = METRICS[name]
    return Column(key or name, title or metric.title, metric.unit)


def previous_column(name: str) -> Column:
    """A column for a metric in the days before."""
    column = metric_column(name)
    return Column(f"{name}_previous", f"{column.title} before", column.unit)
