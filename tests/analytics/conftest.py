"""Makes ``histories`` importable, and offers reports at a fixed clock."""

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clickstream.analytics import Report, ReportOptions, run_report

sys.path.append(str(Path(__file__).parent))

NOW = dt.datetime(2026, 3, 14, 15, 30, tzinfo=dt.UTC)
FROM = dt.date(2026, 3, 5)
TO = dt.date(2026, 3, 10)

Ask = Callable[..., Report]


@pytest.fixture
def ask(connection: psycopg.Connection) -> Ask:
    """Runs a report of the days from 5 to 10 March 2026, at a fixed clock, unless told others."""

    def answer(name: str, **options: Any) -> Report:
        given = {"now": NOW, "from_": FROM, "to": TO} | options
        return run_report(connection, name, ReportOptions(**given))

    return answer
