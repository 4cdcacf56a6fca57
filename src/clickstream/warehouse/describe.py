"""What there is to say about a warehouse, and what is wrong with it, for ``clickstream doctor``."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg

from clickstream.errors import WarehouseError
from clickstream.warehouse.binaries import Binaries, candidates, discover
from clickstream.warehouse.connect import ROLES, connect
from clickstream.warehouse.conninfo import is_remote, redacted
from clickstream.warehouse.home import SHARED_ROOT, Home, abandoned, find_home
from clickstream.warehouse.migrate import pending
from clickstream.warehouse.opened import WarehouseSettings
from clickstream.warehouse.postmaster import State, state_of

LEAST_FREE_BYTES = 1024**3

# What a server of one's own choice must not have, and why.
HARMFUL = {
    ("fsync", "off"): "a power cut can destroy the warehouse: turn it on",
    ("full_page_writes", "off"): "a power cut can destroy the warehouse: turn it on",
    ("transaction_read_only", "on"): "this is a replica or read-only: name the primary",
}
LEAST_CONNECTIONS = 15


@dataclass(frozen=True, kw_only=True)
class Description:
    """What can be told without connecting; ``problems`` are sentences, none when all is well.

    Of a warehouse elsewhere only ``url`` is known, its password hidden.
    """

    url: str | None
    found: list[Binaries]
    chosen: Binaries | None
    home: Home | None
    state: State
    free_bytes: int
    abandoned: list[Path]
    problems: list[str]


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a running server says of itself."""

    version: str
    database: str
    user: str
    encoding: str
    is_remote: bool
    has_tls: bool
    size_bytes: int
    settings: dict[str, str]
    missing_roles: list[str]
    pending: list[str]
    problems: list[str]


def describe(settings: WarehouseSettings, *, shared_root: Path = SHARED_ROOT) -> Description:
    """How the warehouse of these settings stands, without starting or making anything."""
    if settings.url:
        return Description(
            url=redacted(settings.url), found=[], chosen=None, home=None, state="stopped",
            free_bytes=0, abandoned=[], problems=[],
        )  # fmt: skip
    problems: list[str] = []
    home, chosen = None, None
    try:
        home = find_home(settings.data_dir)
        chosen = discover(settings.prefer, major=home.major if home else None)
    except (WarehouseError, PermissionError) as error:
        problems.append(str(error))
    free = shutil.disk_usage(_existing(home.path if home else settings.data_dir)).free
    if free < LEAST_FREE_BYTES:
        problems.append(
            f"Only {free // 1024**2} MB are free where the warehouse lies: make room, or set "
            "CLICKSTREAM_DATA_DIR to a larger disk."
        )
    return Description(
        url=None, found=candidates(settings.prefer), chosen=chosen, home=home,
        state=state_of(home) if home else "stopped", free_bytes=free,
        abandoned=abandoned(shared_root), problems=problems,
    )  # fmt: skip


def probe(url: str) -> Probe:
    """How the server at a URL is, and whether it can be this platform's warehouse."""
    with connect(url, application_name="clickstream doctor", autocommit=True) as connection:
        settings = _settings(connection)
        missing = _missing_roles(connection)
        waiting = pending(connection)
        version, database, user, encoding, size, has_tls = _facts(connection)
    return Probe(
        version=version, database=database, user=user, encoding=encoding, size_bytes=size,
        is_remote=is_remote(url), has_tls=has_tls, settings=settings, missing_roles=missing,
        pending=waiting,
        problems=_problems(settings, missing=missing, waiting=waiting, encoding=encoding),
    )  # fmt: skip


def _facts(connection: psycopg.Connection) -> tuple[str, str, str, str, int, bool]:
    row = connection.execute((Path(__file__).parent / "probe.sql").read_bytes()).fetchone()
    if row is None:
        raise WarehouseError("The warehouse's server said nothing of itself. Retry.")
    version, database, user, encoding, size, has_tls = row
    return str(version), str(database), str(user), str(encoding), int(size), bool(has_tls)


def _settings(connection: psycopg.Connection) -> dict[str, str]:
    names = [
        "autovacuum", "fsync", "full_page_writes", "max_connections", "shared_buffers",
        "synchronous_commit", "transaction_read_only", "work_mem",
    ]  # fmt: skip
    rows = connection.execute(
        "select name, current_setting(name) from pg_settings where name = any(%s) order by name",
        [names],
    )
    return {str(name): str(value) for name, value in rows}


def _missing_roles(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "select rolname from pg_roles where rolname = any(%s) and pg_has_role(oid, 'member')",
        [list(ROLES)],
    )
    present = {str(name) for (name,) in rows}
    return [role for role in ROLES if role not in present]


def _problems(
    settings: dict[str, str], *, missing: list[str], waiting: list[str], encoding: str
) -> list[str]:
    problems = [
        f"{name} is {value}: {harm}."
        for (name, value), harm in HARMFUL.items()
        if settings.get(name) == value
    ]
    if encoding != "UTF8":
        problems.append(f"The database's encoding is {encoding}: make one with encoding UTF8.")
    if int(settings["max_connections"]) < LEAST_CONNECTIONS:
        problems.append(
            f"max_connections is {settings['max_connections']}: the ETL and the dashboard want "
            f"{LEAST_CONNECTIONS} or more."
        )
    if settings["autovacuum"] == "off":
        problems.append("autovacuum is off: tables will bloat and plans go wrong; turn it on.")
    if waiting or missing:
        problems.append(
            f"{len(waiting)} migrations are pending and {len(missing)} roles missing: run "
            "`clickstream migrate`."
        )
    return problems


def _existing(path: Path) -> Path:
    """The path, or the nearest parent that exists."""
    path = path.absolute()
    return next(one for one in (path, *path.parents) if one.exists())
