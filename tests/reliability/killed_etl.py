"""An ETL run that kills itself as it comes to a step for the n-th time; `-` for one that lives.

Usage: killed_etl.py LAKE_URL WAREHOUSE_URL SLICE_EVENTS STEP NTH
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from clickstream.etl import Options, Rules, ledger, run
from clickstream.etl.tally import Tally
from clickstream.lake import open_lake
from clickstream.warehouse import load
from clickstream.warehouse.connect import connect

lake_url, warehouse_url, slice_events, victim, nth = sys.argv[1:]
times = 0


def meet(step: str) -> None:
    """Die, if it is time."""
    global times  # noqa: PLW0603 - a script of its own
    times += step == victim
    if times == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)


def dying(function: Callable[..., Any], step: str | None = None) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **options: Any) -> Any:
        meet(step or arguments[0])
        return function(*arguments, **options)

    return wrapped


load.model = dying(load.model)
for name in ("record", "progress", "end"):
    setattr(ledger, name, dying(getattr(ledger, name), name))


def say(tally: Tally) -> None:
    print(tally.objects, flush=True)


with connect(warehouse_url, role="clickstream_etl") as connection:
    run(
        open_lake(lake_url), connection, rules=Rules(), run_id=uuid4(),
        clock=lambda: datetime.now(UTC), on_progress=say,
        options=Options(slice_events=int(slice_events), waits=True),
    )  # fmt: skip
