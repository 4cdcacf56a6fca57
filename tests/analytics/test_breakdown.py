"""A breakdown's rows equal the overview under the filter of that value."""

from typing import Any

import psycopg
import pytest
from histories import load, random_history

from clickstream.errors import ReportError

pytestmark = pytest.mark.postgres

SHARED = (
    "visitors", "sessions", "page_views", "events", "new_visitors", "engaged_rate", "orders",
    "conversion_rate", "revenue", "refunded", "net_revenue", "average_order_value",
)  # fmt: skip


@pytest.mark.parametrize(
    "field", ["channel", "campaign", "device", "visitor_type", "brand", "page"]
)
def test_each_value_equals_the_overview_filtered_by_it(
    connection: psycopg.Connection, ask: Any, field: str
) -> None:
    load(connection, random_history(61, events=600))

    rows = ask("breakdown", by=field).rows

    assert len({row[field] for row in rows}) > 1
    for value in {row[field] for row in rows}:
        shown = [row for row in rows if row[field] == value]
        alone = ask("overview", filters=(f"{field}={value or ''}",), compare="none").rows
        by_event = field in ("brand", "page")
        names = [name for name in SHARED if not (by_event and name == "conversion_rate")]
        assert sorted(
            ({name: row[name] for name in ("currency", *names)} for row in shown), key=str
        ) == sorted(({name: row[name] for name in ("currency", *names)} for row in alone), key=str)


def test_acquisition_is_by_channel_and_sums_to_all_sessions(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, random_history(62))

    rows = ask("acquisition").rows

    sessions = {row["channel"]: row["sessions"] for row in rows}
    assert sum(sessions.values()) == ask("overview").rows[0]["sessions"]
    assert list(sessions.values()) == sorted(sessions.values(), reverse=True)


def test_the_days_before_stand_beside_each_value(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, random_history(63))

    rows = ask("acquisition", compare="previous").rows

    for value in {row["channel"] for row in rows}:
        before = ask("overview", filters=(f"channel={value}",)).rows[0]["sessions_previous"]
        assert {row["sessions_previous"] for row in rows if row["channel"] == value} == {before}


def test_acquisition_refuses_what_is_no_source(ask: Any) -> None:
    with pytest.raises(ReportError, match=r"--by is 'device'; it is one of channel"):
        ask("acquisition", by="device")
