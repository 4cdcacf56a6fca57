"""Erasure of and access to a person's data, from settings and the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from msgspec import Struct

from clickstream.entrypoints.loading import CLOCK, etl_rules
from clickstream.entrypoints.progress import progress
from clickstream.entrypoints.settings import Settings
from clickstream.entrypoints.wiring import reading, ready_warehouse
from clickstream.errors import SettingsError
from clickstream.etl import Options, run
from clickstream.etl.privacy.access import Held, held_on
from clickstream.etl.privacy.expiry import (
    Expired,
    Lasts,
    expire_lake,
    expired_objects,
    lake_kept_from,
)
from clickstream.etl.privacy.forget import Desk, Proof, forget, reapply_all
from clickstream.etl.privacy.person import Person
from clickstream.etl.retention import count_expired, first_kept
from clickstream.lake import Lake, open_lake
from clickstream.warehouse.connect import connect

KINDS: Final = ("user_id", "client_id")


def read_person(users: list[str], clients: list[str], file: Path | None) -> Person:
    """Who is meant: by options, and by a file's lines `user_id=…` and `client_id=…`."""
    named = {"user_id": set(users), "client_id": set(clients)}
    for number, line in enumerate(_lines(file) if file else (), start=1):
        if not line.strip():
            continue
        kind, _equals, value = line.strip().partition("=")
        if kind not in KINDS or not value:
            expected = "user_id=… or client_id=… is expected"
            raise SettingsError(f"line {number} of {file}", line.strip(), expected)
        named[kind].add(value)
    person = Person(frozenset(named["user_id"]), frozenset(named["client_id"]))
    if person.is_nobody or "" in person.user_ids | person.client_ids:
        expected = "a person is expected: give --user-id, --client-id or --file, none of them empty"
        raise SettingsError("--user-id", ", ".join(users), expected)
    return person


def forget_person(settings: Settings, person: Person, *, is_dry: bool) -> Proof:
    """What an erasure removed."""
    with _desk(settings) as desk:
        return forget(desk, person, is_dry=is_dry)


def erase_again(settings: Settings) -> int:
    """How many events went when the list of erasures was carried out again."""
    with _desk(settings) as desk:
        return reapply_all(desk)


@contextmanager
def holdings(settings: Settings, person: Person) -> Iterator[Iterator[Held]]:
    """All that is held on a person, while the warehouse is open."""
    with reading(settings) as connection:
        connection.autocommit = True
        connection.execute("set statement_timeout = 0")
        lake = open_lake(settings.lake_url)
        yield held_on(lake, connection, person, rules=etl_rules(settings))


class Retention(Struct, frozen=True):
    """What expired from the warehouse and the lake, or would."""

    warehouse_kept_from: datetime | None
    events: int
    lake: Expired


def expire_now(settings: Settings, *, is_dry: bool) -> Retention:
    """Apply the retention periods of the settings, or say what would go."""
    lasts, now = Lasts(settings.lake_retention, settings.backup_retention), CLOCK()
    rules, lake = etl_rules(settings), open_lake(settings.lake_url)
    kept_from = first_kept(rules, now)
    with (
        ready_warehouse(settings) as url,
        connect(
            url, role="clickstream_etl", application_name="clickstream retention", autocommit=True
        ) as connection,
    ):
        events = count_expired(connection, kept_from) if kept_from else 0
        if is_dry:
            return Retention(kept_from, events, _forecast(lake, lasts, now))
        run(lake, connection, rules=rules, run_id=uuid4(), clock=CLOCK,
            options=Options(keys=(), waits=True))  # fmt: skip
        expired = expire_lake(lake, connection, lasts=lasts, now=now, removes=True)
        return Retention(kept_from, events, expired)


def _forecast(lake: Lake, lasts: Lasts, now: datetime) -> Expired:
    kept_from = lake_kept_from(lasts, now)
    sizes = [one.size for one in expired_objects(lake, kept_from)] if kept_from else []
    return Expired(kept_from, len(sizes), sum(sizes))


@contextmanager
def _desk(settings: Settings) -> Iterator[Desk]:
    with (
        ready_warehouse(settings) as url,
        connect(url, role="clickstream_etl", application_name="clickstream forget") as connection,
        progress("Erasing") as advance,
    ):
        yield Desk(
            lake=open_lake(settings.lake_url), connection=connection, rules=etl_rules(settings),
            new_id=uuid4, clock=CLOCK, on_progress=advance,
        )  # fmt: skip


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("--file", str(file), f"a text file is expected: {error}") from error
