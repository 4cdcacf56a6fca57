"""Freshness: how far the warehouse is: its latest load, latest event, and how many it holds.

Grain: one row. ``version`` changes with whatever changes what reports read: each slice of a load,
an import, a rebuild. Between two of the same version all answers stay the same. Dates, traffic and
filters do not matter here.
"""

from typing import Final

from clickstream.analytics.query import Answer, Plan, Results, compose
from clickstream.analytics.report import Column
from clickstream.analytics.request import Kind, Request

COLUMNS: Final = (
    Column("version", "Version"),
    Column("loaded_at", "Loaded"),
    Column("last_event_at", "Latest event"),
    Column("events", "Events", "count"),
    Column("quarantined", "Lines in quarantine", "count"),
    Column("last_run_at", "Latest run"),
    Column("last_run_status", "How it ended"),
    Column("last_run_error", "What went wrong"),
)


def plan(_: Request) -> Plan:
    """The one query."""
    return Plan({"freshness": compose("state")}, shape)


def shape(results: Results) -> Answer:
    """The row as it is."""
    return Answer(columns=COLUMNS, rows=results["freshness"])


KIND: Final = Kind(name="freshness", summary="How far the warehouse is.", plan=plan)
