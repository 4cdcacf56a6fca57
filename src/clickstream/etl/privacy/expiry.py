"""Objects of the lake whose time is over, and entries of the list of erasures.

The warehouse's events expire with each load (`etl/retention.py`), always before the objects that
they came from: settings that say otherwise are refused.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import takewhile
from typing import Final

import psycopg
from msgspec import Struct

from clickstream.etl import ledger, rebuild
from clickstream.etl.privacy import erasures
from clickstream.etl.privacy.erase_lake import ABANDONED
from clickstream.lake import EVENTS, Lake, LakeObject, hour_prefix

FIRST: Final = f"{EVENTS}0"
"""No key of an hour sorts before it."""
logger = logging.getLogger(__name__)


class Lasts(Struct, frozen=True):
    """How long is kept what."""

    lake: timedelta | None
    """Objects of events, from the hour under which they lie; for ever where it is None."""
    backups: timedelta
    """Backups of the warehouse, and so the list of erasures."""


class Expired(Struct, frozen=True):
    """What expired, or would."""

    kept_from: datetime | None
    objects: int = 0
    bytes: int = 0
    versions: int = 0
    """Earlier versions and unfinished writes."""
    erasures: int = 0
    """Entries of the list of erasures, whose last backup is gone."""


def lake_kept_from(lasts: Lasts, now: datetime) -> datetime | None:
    """The UTC midnight from which on objects are kept.

    A day more than asked, for the warehouse's days are those of its zone.
    """
    if lasts.lake is None:
        return None
    return datetime.combine((now - lasts.lake).date(), time(), now.tzinfo) - timedelta(days=1)


def expired_objects(lake: Lake, kept_from: datetime) -> Iterator[LakeObject]:
    """The objects of the hours before."""
    last = hour_prefix(kept_from)
    for one in takewhile(lambda one: one.key < last, lake.list(EVENTS)):
        if one.key >= FIRST:
            yield one


def expire_lake(
    lake: Lake, connection: psycopg.Connection, *, lasts: Lasts, now: datetime, removes: bool
) -> Expired:
    """Remove old objects, if that is ours to do, and forget them in the ledger.

    Waits for the ETL; raises `BusyError` where a rebuild is at work. Doing it again changes
    nothing, and goes on where it was killed.
    """
    connection.autocommit = True
    with rebuild.alone(connection), ledger.alone(connection, waits=True):
        expired = _remove(lake, lasts, now) if removes else Expired(lake_kept_from(lasts, now))
        if expired.kept_from:
            _forget_keys(connection, expired.kept_from)
    if expired.objects or expired.erasures:
        logger.info("expired from the lake", extra={"objects": expired.objects,
                    "bytes": expired.bytes, "erasures": expired.erasures})  # fmt: skip
    return expired


def _remove(lake: Lake, lasts: Lasts, now: datetime) -> Expired:
    kept_from = lake_kept_from(lasts, now)
    listed = erasures.forget_before(lake, now - lasts.backups)
    if kept_from is None:
        return Expired(None, erasures=listed)
    objects = size = versions = 0
    for one in expired_objects(lake, kept_from):
        lake.delete(one.key)
        objects, size = objects + 1, size + one.size
    for remnant in lake.remnants(EVENTS, before=now - ABANDONED):
        if FIRST <= remnant.key < hour_prefix(kept_from):
            lake.erase_remnant(remnant)
            versions += 1
    return Expired(kept_from, objects, size, versions, listed)


def _forget_keys(connection: psycopg.Connection, kept_from: datetime) -> None:
    """An object that expired is not missing: a rebuild need not ask for it."""
    with connection.transaction():
        for table in ("etl_objects", "quarantine"):
            connection.execute(
                f"delete from {table} where object_key >= %s and object_key < %s",  # noqa: S608
                (FIRST, hour_prefix(kept_from)),
            )
