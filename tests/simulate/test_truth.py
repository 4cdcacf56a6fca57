"""What the warehouse makes of a simulated month is what the simulation knows to be true."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from clickstream.etl import Rules, run
from clickstream.simulate import write_history

pytestmark = pytest.mark.postgres
END = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_the_warehouse_comes_to_the_numbers_of_the_simulation(tmp_lake, connection):
    truth = write_history(tmp_lake, visitors=900, days=30, seed=5, end=END)
    report = run(tmp_lake, connection, rules=Rules(), run_id=UUID(int=1), clock=lambda: END)
    assert report.status == "succeeded"

    def one(query: str) -> tuple:
        return connection.execute(query).fetchone()

    assert one("select count(*), count(distinct visitor_id) from clickstream.events") == (
        truth.events,
        truth.visitors,
    )
    assert one(
        "select count(*) filter (where bot_score < 0.5), count(*) filter (where bot_score >= 0.5)"
        " from clickstream.sessions"
    ) == (truth.sessions, truth.bot_sessions)
    assert one("select count(*), sum(value) from clickstream.orders") == (
        truth.orders,
        truth.revenue["VND"],
    )
    assert one("select count(*) from clickstream.refunds") == (truth.refunds,)
    rejected = connection.execute(
        "select reason, count(*) from clickstream.quarantine group by reason"
    ).fetchall()
    assert dict(rejected) == {str(reason): count for reason, count in truth.broken.items()}
