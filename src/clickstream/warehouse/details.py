"""The details of sessions: what reports over many events read instead of the events.

They are derived after a load, in portions of their own transactions, so that a load takes no longer
and a reader never sees half: as long as ``stale_sessions`` lists any, the events are read.
"""

import time
from datetime import timedelta

import psycopg

from clickstream.warehouse.models import model


def refresh(connection: psycopg.Connection, *, at_most: timedelta) -> int:
    """How many portions of the listed sessions have their details now.

    Those that are not reached within ``at_most`` stay listed. The connection is the ETL's, and in
    no transaction.
    """
    began, portions = time.monotonic(), 0
    while time.monotonic() - began < at_most.total_seconds():
        with connection.transaction():
            row = connection.execute("select exists (select from stale_sessions)").fetchone()
            if row == (False,):
                break
            connection.execute(model("details"))
        portions += 1
    return portions
