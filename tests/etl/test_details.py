"""The details of sessions, derived after some loads, are those derived from all events at once."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from clickstream.etl import Options, Rules, run
from clickstream.lake import open_lake
from clickstream.simulate import write_history
from clickstream.warehouse.details import refresh

pytestmark = pytest.mark.postgres

END = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
OWN = (
    "visitor_id", "started_at", "ended_at", "is_bot", "is_internal", "is_engaged", "is_logged_in",
    "channel", "source", "medium", "campaign", "referrer_host", "page_host", "entry_page_path",
    "exit_page_path", "device_type", "browser", "os", "language", "country", "consent",
)  # fmt: skip
"""What details carry of their session."""


def details(connection: psycopg.Connection) -> dict[str, Sequence[Any]]:
    """Each session's details, what has no order in its own order."""
    names = "unnest(name_names, name_actions, name_events, name_first_at, name_last_at)"
    pages = (
        "unnest(page_paths, page_titles, page_views, page_engaged_ms, page_scrolled, page_scrolls)"
    )
    products = "unnest(product_ids, product_impressions, product_views, product_carts)"
    rows = connection.execute(
        f"select session_id, {', '.join(OWN)},"
        f" (select array_agg(t::text order by t::text) from {names} as t),"
        f" (select array_agg(t::text order by t::text) from {pages} as t),"
        f" (select array_agg(t::text order by t::text) from {products} as t),"
        " view_paths, view_at from session_details"
    ).fetchall()
    return {row[0]: row for row in rows}


def test_they_follow_loads_of_any_order(connection: psycopg.Connection, tmp_path: Path) -> None:
    connection.autocommit = True
    sources = [tmp_path / "all", tmp_path / "lake"]
    write_history(open_lake(sources[0].as_uri()), visitors=60, days=3, seed=9, end=END)
    objects = sorted(path for path in sources[0].rglob("*") if path.is_file())
    lake = open_lake(sources[1].as_uri())

    for part in (objects[1::3], objects[::3], objects[2::3]):
        for path in part:
            target = sources[1] / path.relative_to(sources[0])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
        run(
            lake, connection, rules=Rules(), run_id=uuid4(), clock=lambda: END,
            options=Options(slice_events=1000),
        )  # fmt: skip
        refresh(connection, at_most=MINUTE)
    followed = details(connection)
    connection.execute("insert into stale_sessions select session_id from sessions")
    refresh(connection, at_most=MINUTE)

    own = f"select session_id, {', '.join(OWN)} from sessions"
    sessions = {row[0]: row[1:] for row in connection.execute(own)}
    assert followed == details(connection)
    assert {session: row[1 : len(OWN) + 1] for session, row in followed.items()} == sessions
