"""``clickstream simulate``: shoppers who behave like shoppers, into the lake or to a collector."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from datetime import UTC, datetime
from typing import Annotated

import typer

from clickstream.entrypoints.commands.options import FormatOption, read_instant
from clickstream.entrypoints.formats import Format


def add_to(app: typer.Typer) -> None:
    example = "clickstream simulate --visitors 5000 --days 30 --seed 7 --end 2026-01-31T00:00:00Z"
    app.command(epilog=f"Example: {example}")(simulate)


def simulate(
    *,
    visitors: Annotated[
        int, typer.Option(min=1, help="Distinct visitors in all; live: how many are known.")
    ] = 1000,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Days before the end.")] = 30,
    seed: Annotated[int, typer.Option(help="Who the visitors are and what they do.")] = 1,
    end: Annotated[
        str | None,
        typer.Option(help="The last instant, such as 2026-01-31T00:00:00Z.", show_default="now"),
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Post to this collector instead of writing into the lake.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Let them come now, at a steady pace, until stopped.")
    ] = False,
    rate: Annotated[
        float, typer.Option(min=0.01, max=1000, help="Events a second, with --live.")
    ] = 3.0,
    form: FormatOption = Format.TABLE,
) -> None:
    """Simulate the shoppers of a computer shop: journeys, orders, refunds, bots, broken events.

    The same seed and end give the same bytes. What was written is summed up at the end, and is
    what the reports must say.
    """
    from clickstream.entrypoints import shoppers
    from clickstream.entrypoints.output import write_facts
    from clickstream.entrypoints.settings import load_settings
    from clickstream.lake import open_lake
    from clickstream.simulate import Scenario

    settings = load_settings()
    if live:
        facts = shoppers.come(to or settings.collector_url, seed=seed, known=visitors, rate=rate)
    else:
        last = read_instant("--end", end) if end else datetime.now(UTC).replace(microsecond=0)
        scenario = Scenario(visitors=visitors, days=days, seed=seed, end=last)
        if to:
            facts = shoppers.post(scenario, to)
        else:
            facts = shoppers.write(scenario, open_lake(settings.lake_url))
    write_facts(form, "simulate", facts)
