"""Erasures that a warehouse has missed: those that are younger than what it was restored from.

However it was restored: by a dump, a disk's snapshot, or a replica that lagged behind. The lake has
no such line any more, and is only read here.
"""

import logging
from collections.abc import Iterable, Iterator

import psycopg

from clickstream.etl.privacy import erasures
from clickstream.etl.privacy.erase_lake import ErasedObject, look_at_object
from clickstream.etl.privacy.erase_warehouse import erase_rows, note_done
from clickstream.etl.privacy.forget import Desk, alone, loader_of

logger = logging.getLogger(__name__)


def carry_out_missed(desk: Desk) -> int:
    """How many events went by erasures of the list that this warehouse had not carried out.

    Where there are none, that costs a listing and a query. An erasure that is not ended is left
    to `forget`. Raises `BusyError` where a load, an erasure or a rebuild is at work.
    """
    desk.connection.autocommit = True
    missed = list(_missed(desk))
    if not missed:
        return 0
    with alone(desk, waits=False):
        places = erasures.united(missed)
        objects: Iterable[ErasedObject] = [
            look_at_object(desk.lake, key, lines) for key, lines in places.items()
        ]
        removed = erase_rows(
            desk.connection, loader_of(desk), places, objects,
            run_id=desk.new_id(), now=desk.clock(),
        )  # fmt: skip
        note_done(desk.connection, missed, now=desk.clock())
    facts = {"erasures": len(missed), "events": removed}
    logger.info("erasures that this warehouse had missed", extra=facts)
    return removed


def _missed(desk: Desk) -> Iterator[erasures.Erasure]:
    done = {row[0] for row in _done(desk.connection)}
    for one in erasures.listed(desk.lake, without=done):
        if one.is_finished:
            yield one


def _done(connection: psycopg.Connection) -> list[tuple[object]]:
    return connection.execute("select erasure_id from erasures_done").fetchall()
