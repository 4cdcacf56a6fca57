"""The tables of docs/cost.md, made from the prices: `python -m clickstream.cost.manual`."""

import sys
from pathlib import Path
from typing import Final

from clickstream.cost.bill import make_bill
from clickstream.cost.load import Traffic
from clickstream.cost.prices import list_prices

MONTHS: Final = (100_000, 1_000_000, 10_000_000, 100_000_000)
BATCHES: Final = (1, 10, 50)
BEGIN: Final = "<!-- cost: made by `make docs` -->\n"
END: Final = "<!-- end of cost -->"


def usage_table() -> str:
    """What usage alone costs, a row for each number of events, a column for each batch."""
    rows = [[f"{events:,}", *(_usage(events, batch) for batch in BATCHES)] for events in MONTHS]
    return _table(["events a month", *(f"{batch} a POST" for batch in BATCHES)], rows)


def _usage(events: int, batch: int) -> str:
    bill = make_bill(Traffic(events=events, batch=batch), list_prices(), hosts=None)
    return f"${bill.usage_usd:,.2f}"


def bill_table() -> str:
    """The whole bill of ten million events in batches of ten."""
    bill = make_bill(Traffic(events=10_000_000, batch=10), list_prices())
    rows = [
        [line.component, line.kind, f"{line.quantity:,.0f} {line.unit}", f"${line.usd:,.2f}"]
        for line in bill.lines
    ]
    return _table(
        ["component", "", "quantity", "a month"],
        [*rows, ["**together**", "", "", f"**${bill.total_usd:,.2f}**"]],
    )


def _table(columns: list[str], rows: list[list[str]]) -> str:
    ruler = ["---"] + ["---:"] * (len(columns) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in [columns, ruler, *rows])


def renewed(text: str) -> str:
    """The document with both tables made anew between their markers."""
    prices = list_prices()
    made = (
        f"Usage, by the list prices of {prices.region} on {prices.date.isoformat()}:\n\n"
        f"{usage_table()}\n\nTen million events, ten a POST, with both hosts:\n\n{bill_table()}\n"
    )
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}{made}{end}{after}"


if __name__ == "__main__":
    document = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/cost.md")
    document.write_text(renewed(document.read_text("utf-8")), "utf-8")
