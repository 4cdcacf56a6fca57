"""CSV that is safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def to_csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """RFC 4180 CSV. Text that a spreadsheet would run as a formula gets an apostrophe before it.

    See https://owasp.org/www-community/attacks/CSV_Injection.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in head])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
