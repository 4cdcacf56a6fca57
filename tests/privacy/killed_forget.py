"""An erasure that kills itself as it comes to a step for the n-th time.

Usage: killed_forget.py LAKE_URL WAREHOUSE_URL USER_ID STEP NTH
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from clickstream.etl import Rules
from clickstream.etl.privacy import forget as forgetting
from clickstream.etl.privacy.person import Person
from clickstream.lake import open_lake
from clickstream.warehouse import load
from clickstream.warehouse.connect import connect

lake_url, warehouse_url, user_id, victim, nth = sys.argv[1:]
times = 0


def dying(function: Callable[..., Any], step: str | None = None) -> Callable[..., Any]:
    """The function, before which the process dies if it is time."""

    def wrapped(*arguments: Any, **options: Any) -> Any:
        global times  # noqa: PLW0603 - a script of its own
        times += (step or arguments[0]) == victim
        if times == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)

    return wrapped


load.model = dying(load.model)
forgetting.erase_lines = dying(forgetting.erase_lines, "erase_lines")
forgetting.erase_remnants = dying(forgetting.erase_remnants, "erase_remnants")
forgetting.erase_rows = dying(forgetting.erase_rows, "erase_rows")
forgetting.erasures.write = dying(forgetting.erasures.write, "write")
forgetting.erasures.finish = dying(forgetting.erasures.finish, "finish")
with connect(warehouse_url, role="clickstream_etl") as connection:
    forgetting.forget(
        forgetting.Desk(
            lake=open_lake(lake_url), connection=connection, rules=Rules(), new_id=uuid4,
            clock=lambda: datetime.now(UTC),
        ),
        Person(user_ids=frozenset({user_id})),
    )  # fmt: skip
