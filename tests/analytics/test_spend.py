"""Costs stand beside what they brought, by the traffic source and currency that they were of."""

import datetime as dt
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from histories import Happening, history, load

pytestmark = pytest.mark.postgres

AT = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)


def visit(visitor: str, channel: str, source: str | None, worth: int = 0) -> list[Happening]:
    given: dict[str, Any] = {"visitor": visitor, "channel": channel, "source": source}
    events = [Happening(at=AT, **given)]
    if worth:
        bought = {"name": "purchase", "action": "purchase", "currency": "USD"}
        at = AT + dt.timedelta(minutes=1)
        events.append(Happening(at=at, value=Decimal(worth), **bought, **given))
    return events


@pytest.fixture
def spent(connection: psycopg.Connection) -> psycopg.Connection:
    """Two orders from Paid Search, one from Email, none from Display; costs of all but Email."""
    load(
        connection,
        history(
            [
                *visit("a", "Paid Search", "google", 30), *visit("b", "Paid Search", "google", 70),
                *visit("c", "Email", "news", 10), *visit("d", "Display", "ads"),
            ]
        ),
    )  # fmt: skip
    costs = [
        ("2026-03-05", "Paid Search", "Google", "USD", 20),
        ("2026-03-10", "Paid Search", "google", "USD", 5),
        ("2026-03-11", "Paid Search", "google", "USD", 1000),
        ("2026-03-06", "Display", "ads", "USD", 8),
        ("2026-03-06", "Paid Search", "google", "EUR", 3),
        ("2026-03-06", "Affiliates", "x", "USD", 2),
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into spend values (%s, %s, %s, '', '', %s, %s, null, null, now())", costs
        )
    connection.commit()
    return connection


@pytest.mark.usefixtures("spent")
def test_attribution_tells_what_a_conversion_cost_and_brought(ask: Any) -> None:
    report = ask("attribution", by="channel", model="linear")
    rows = {(row["channel"], row["currency"]): row for row in report.rows}

    search = rows["Paid Search", "USD"]
    assert (search["conversions"], search["revenue"], search["spend"]) == (2, 100, 25)
    assert (search["roas"], search["cost_per_acquisition"]) == (4, Decimal("12.5"))
    assert rows["Email", "USD"]["spend"] == 0
    assert rows["Email", "USD"]["roas"] is None
    assert rows["Paid Search", "EUR"]["spend"] == 3
    assert rows["Affiliates", "USD"]["conversions"] == 0
    assert rows["Affiliates", "USD"]["roas"] == 0
    assert rows["Affiliates", "USD"]["cost_per_acquisition"] is None
    assert sum(row["spend"] for row in report.rows) == 38


@pytest.mark.usefixtures("spent")
def test_names_of_sources_are_compared_in_any_case(ask: Any) -> None:
    rows = {row["source"]: row for row in ask("attribution", by="source").rows
            if row["currency"] == "USD"}  # fmt: skip

    assert rows["google"]["spend"] == 25


@pytest.mark.usefixtures("spent")
def test_acquisition_tells_costs_too_and_repeats_the_traffic(ask: Any) -> None:
    rows = {(row["channel"], row["currency"]): row for row in ask("acquisition").rows}

    assert rows["Display", "USD"]["spend"] == 8
    assert rows["Display", "USD"]["sessions"] == 1
    assert rows["Paid Search", "EUR"]["sessions"] == 2
    assert rows["Paid Search", "EUR"]["revenue"] == 0
    assert rows["Paid Search", "USD"]["roas"] == 4
    assert rows["Affiliates", "USD"]["sessions"] == 0
    assert {row["channel"] for row in ask("acquisition", limit=1).rows} == {"Paid Search"}


@pytest.mark.usefixtures("spent")
def test_costs_are_left_out_where_they_cannot_be_told(ask: Any) -> None:
    filtered = ask("attribution", filters=("device=desktop",))
    chosen = ask("attribution", filters=("channel=Paid Search",))

    assert {row["spend"] for row in filtered.rows} == {None}
    assert "Spend is known by" in filtered.notes[0]
    assert {(row["channel"], row["spend"]) for row in chosen.rows} == {
        ("Paid Search", 25), ("Paid Search", 3),
    }  # fmt: skip
    assert {row["spend"] for row in ask("attribution", by="device").rows} == {None}
