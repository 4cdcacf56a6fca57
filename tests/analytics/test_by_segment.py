"""Reports broken down by segments: each row is what the report says of that segment alone."""

from typing import Any

import psycopg
import pytest
from histories import load, random_history

from clickstream.analytics import read_saved
from clickstream.errors import ReportError

pytestmark = pytest.mark.postgres
COUNTS = ("sessions", "visitors", "events", "page_views", "orders", "revenue", "currency")
SAVED = read_saved(
    {},
    {
        "phones": ["device=mobile"],
        "fans": {"title": "Fans", "filters": ["segment=repeat-buyer"]},
        "nobody": ["device=fridge"],
    },
)


@pytest.mark.parametrize("kind", ["rfm", "behaviour", "lifecycle"])
def test_each_row_is_what_the_filter_by_that_segment_gives(
    connection: psycopg.Connection, ask: Any, kind: str
) -> None:
    load(connection, random_history(181, events=1500, visitors=60))

    found = ask("breakdown", by=f"segment:{kind}").rows
    named = {row["segment"] for row in found}

    assert len(named - {None}) > 1
    for name in named - {None}:
        alone = ask("overview", segments=(name,), compare="none").rows
        rows = [row for row in found if row["segment"] == name]
        if kind == "rfm":  # who ordered in several currencies may be in several segments
            assert sum(row["orders"] for row in rows) <= sum(row["orders"] for row in alone)
            continue
        assert [[row[key] for key in COUNTS] for row in rows] == [
            [row[key] for key in COUNTS] for row in alone
        ]
    total = ask("overview", compare="none").rows[0]["sessions"]
    assert sum({row["segment"]: row["sessions"] for row in found}.values()) == total


def test_a_customer_goes_by_the_currency_with_most_orders(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, random_history(182, events=1500, visitors=60))
    customers: dict[str, dict[str, Any]] = {}
    for row in ask("customers").rows:
        known = customers.get(row["person"])
        if known is None or row["orders"] > known["orders"]:
            customers[row["person"]] = row

    rows = ask("breakdown", by="segment").rows

    named = {row["segment"] for row in customers.values()}
    assert {row["segment"] for row in rows} - {None} == named


def test_who_is_in_several_saved_segments_counts_under_their_joined_names(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, random_history(183, events=1500, visitors=60))

    def sessions(**options: Any) -> int:
        return int(ask("overview", saved=SAVED, **options).rows[0]["sessions"])

    report = ask("breakdown", saved=SAVED, by="segment:saved")
    rows = {row["segment"]: row["sessions"] for row in report.rows}

    assert rows == {
        "phones + Fans": sessions(segments=("phones", "fans")),
        "phones": sessions(segments=("phones",), filters=("segment!=fans",)),
        "Fans": sessions(segments=("fans",), filters=("segment!=phones",)),
        None: sessions(filters=("segment!=fans", "segment!=phones")),
    }
    assert sum(rows.values()) == sessions()
    assert any("phones + Fans" in note for note in report.notes)


@pytest.mark.parametrize("name", ["trends", "funnel"])
def test_trends_and_funnels_take_segments_too(
    connection: psycopg.Connection, ask: Any, name: str
) -> None:
    load(connection, random_history(184, events=1500, visitors=60))
    key = "count" if name == "funnel" else "value"

    rows = ask(name, by="segment:lifecycle").rows
    alone = ask(name, segments=("new",)).rows

    inside = [row[key] for row in rows if row["segment"] == "New" and row[key]]
    expected = [row[key] for row in alone if row[key]]
    assert expected
    if name == "funnel":  # goes by the first step; later ones may be another person's
        inside, expected = inside[:1], expected[:1]
    assert inside == expected


def test_saved_segments_of_events_break_events_down(
    connection: psycopg.Connection, ask: Any
) -> None:
    saved = read_saved({}, {"bolt": ["brand=Bolt"], "phones": ["device=mobile"]})
    load(connection, random_history(185, events=900))

    rows = ask("breakdown", saved=saved, by="segment:saved").rows

    bolt = ask("overview", saved=saved, segments=("bolt",)).rows[0]["events"]
    events = {row["segment"]: row["events"] for row in rows}
    assert bolt == events["bolt"] + events["bolt + phones"]


@pytest.mark.parametrize(
    ("by", "message"),
    [
        pytest.param("segment:saved", "no saved segments", id="none saved"),
        pytest.param("segment:luck", "rfm, behaviour, lifecycle, saved", id="no such kind"),
    ],
)
def test_segments_that_are_not_there_are_told(ask: Any, by: str, message: str) -> None:
    with pytest.raises(ReportError, match=message):
        ask("breakdown", by=by)
