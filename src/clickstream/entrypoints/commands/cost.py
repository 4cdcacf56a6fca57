"""``clickstream cost``: what a month on AWS costs."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from typing import Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption
from clickstream.entrypoints.formats import Format

COLUMNS = ("component", "kind", "quantity", "unit", "usd")


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream cost --events 10000000 --batch 10")(cost)


def cost(
    *,
    events: Annotated[int, typer.Option(min=0, help="Events a month.")] = 1_000_000,
    batch: Annotated[int, typer.Option(min=1, max=500, help="Events in one POST.")] = 10,
    event_bytes: Annotated[int, typer.Option(min=1, help="Bytes of one event.")] = 1_000,
    months: Annotated[int, typer.Option(min=1, help="How long the lake keeps them.")] = 12,
    warehouse: Annotated[str, typer.Option(help="The warehouse's machine.")] = "t4g.medium",
    oltp: Annotated[str, typer.Option(help="The OLTP database's machine, or none.")] = "t4g.micro",
    ssm_endpoints: Annotated[bool, typer.Option(help="With Session Manager's endpoints.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """A month's bill on AWS by component, at list prices, with the lake as full as it gets.

    The deployment is that of docs/aws.md. `usage` follows the events, `fixed` does not. Prices are
    those of one region on one date, which the answer names; taxes and free trials are left out.
    """
    from msgspec.structs import asdict

    from clickstream.cost import Hosts, Traffic, list_prices, make_bill
    from clickstream.entrypoints.output import write_csv, write_json, write_table

    traffic = Traffic(events=events, batch=batch, event_bytes=event_bytes, months=months)
    hosts = Hosts(
        warehouse=warehouse, oltp=None if oltp == "none" else oltp, ssm_endpoints=ssm_endpoints
    )
    prices = list_prices()
    bill = make_bill(traffic, prices, hosts=hosts)
    rows = [
        {**asdict(line), "quantity": round(line.quantity, 3), "usd": round(line.usd, 4)}
        for line in bill.lines
    ]
    sums = {
        "usage_usd": round(bill.usage_usd, 4),
        "fixed_usd": round(bill.fixed_usd, 4),
        "total_usd": round(bill.total_usd, 4),
    }
    priced = {"region": prices.region, "prices_of": prices.date.isoformat()}
    if form is Format.JSON:
        params = {**asdict(traffic), **asdict(hosts), **priced}
        write_json({"command": "cost", "params": params, "rows": rows, **sums})
    elif form is Format.CSV:
        write_csv(COLUMNS, rows)
    else:
        total = f"${bill.total_usd:,.2f} a month: ${bill.usage_usd:,.2f} usage and"
        notes = [
            f"{total} ${bill.fixed_usd:,.2f} fixed.",
            f"List prices of {prices.region}, {prices.date.isoformat()}.",
        ]
        write_table("", COLUMNS, rows, notes=notes)
