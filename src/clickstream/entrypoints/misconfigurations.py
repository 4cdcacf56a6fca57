"""Settings that can be used one by one, and together or with what is there do the wrong thing."""

import gzip
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import islice
from typing import Final

import msgspec
import psycopg

from clickstream.entrypoints.findings import Finding, bad, ok, warning
from clickstream.entrypoints.loading import etl_rules
from clickstream.entrypoints.settings import Settings
from clickstream.errors import LakeError
from clickstream.etl.discover import still_there
from clickstream.etl.privacy import erasures
from clickstream.lake import EVENTS, Lake, hour_prefix, open_lake
from clickstream.lake.s3_lifecycle import days_until_expiry
from clickstream.warehouse.backup import age_of_latest

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
WITHOUT_SLEEP: Final = timedelta(hours=1)
"""An ETL whose last run began longer ago than three of its pauses, and this, is not running."""
OLD_BACKUP: Final = timedelta(hours=36)
ENOUGH_EVENTS: Final = 50
"""So many events from one address only are no chance."""
SAMPLED_OBJECTS: Final = 20
LATELY: Final = timedelta(hours=48)
MOST: Final = 0.9
KEPT_BITS: Final = {4: 24, 6: 48}
"""Of an address that is cut before it is stored."""


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """What is open to others, and what can never be true."""
    if settings.collector_host not in LOOPBACK and not settings.allowed_origins:
        yield warning(
            "collector",
            f"it listens on {settings.collector_host}, and no origin may send to it",
            "Set CLICKSTREAM_ALLOWED_ORIGINS to your shop's, such as https://shop.example.",
        )
    if settings.dashboard_host not in LOOPBACK and settings.dashboard_oidc_issuer is None:
        yield warning(
            "dashboard",
            f"it would listen on {settings.dashboard_host} without a sign-in, and does not start",
            "Set CLICKSTREAM_DASHBOARD_OIDC_ISSUER, or put a proxy with a sign-in in front and set "
            "CLICKSTREAM_DASHBOARD_HOST=127.0.0.1.",
        )
    is_reached = settings.collector_host not in LOOPBACK
    if settings.country_header and is_reached and not settings.trusted_proxies:
        yield warning(
            "country",
            f"{settings.country_header} is believed from this machine alone, and the collector "
            f"listens on {settings.collector_host}",
            "Name the proxies or the CDN in front in CLICKSTREAM_TRUSTED_PROXIES.",
        )
    yield from _internal_networks(settings)


def _internal_networks(settings: Settings) -> Iterator[Finding]:
    if settings.keep_addresses:
        return
    narrow = [str(one) for one in settings.internal_networks
              if one.prefixlen > KEPT_BITS[one.version]]  # fmt: skip
    if narrow:
        yield bad(
            "internal",
            f"{', '.join(narrow)} in CLICKSTREAM_INTERNAL_NETWORKS never matches, since addresses "
            "are stored as /24 and /48 networks",
            "Name the whole /24 or /48, or set CLICKSTREAM_KEEP_ADDRESSES=true.",
        )


def look_at_books(
    settings: Settings, connection: psycopg.Connection, *, now: datetime
) -> Iterator[Finding]:
    """Whether the warehouse belongs to these settings and this lake, and is looked after."""
    yield from _rules(settings, connection)
    yield from _ledger(settings, connection)
    yield from _silence(settings, connection, now)
    yield from _internal_share(connection)
    yield from _currencies(settings, connection)
    yield from _backups(settings, connection, now)


def _rules(settings: Settings, connection: psycopg.Connection) -> Iterator[Finding]:
    made: dict[str, str] = dict(
        connection.execute("select key, value from clickstream.warehouse_settings").fetchall()
    )
    said = etl_rules(settings).fingerprint()
    if made.get("timezone", said["timezone"]) != said["timezone"]:
        yield bad(
            "time zone",
            f"the warehouse's days are those of {made['timezone']}, and CLICKSTREAM_TIMEZONE is "
            f"{said['timezone']}: the ETL refuses to load",
            "Set it back, or run `clickstream rebuild`.",
        )
    if made.get("rules", said["rules"]) != said["rules"]:
        yield warning(
            "rules",
            "aliases, key events, internal traffic, payment providers or the currency were set "
            "otherwise when the warehouse was made",
            "Run `clickstream rebuild`, so that earlier events are read in the same way.",
        )


def _ledger(settings: Settings, connection: psycopg.Connection) -> Iterator[Finding]:
    """The objects that were loaded last must be in this lake."""
    rows = connection.execute(
        "select object_key from clickstream.etl_objects order by loaded_at desc limit 5"
    ).fetchall()
    keys = [str(row[0]) for row in rows]
    if keys and not still_there(open_lake(settings.lake_url), keys):
        yield bad(
            "lake",
            f"the warehouse was loaded from objects that {settings.lake_url} does not have, such "
            f"as {keys[0]}",
            "Set CLICKSTREAM_LAKE_URL (or CLICKSTREAM_DATA_DIR) to the lake it belongs to.",
        )


def _silence(
    settings: Settings, connection: psycopg.Connection, now: datetime
) -> Iterator[Finding]:
    row = connection.execute(
        "select max(started_at) from clickstream.etl_runs where events >= 0"
    ).fetchone()
    last: datetime | None = row[0] if row else None
    longest = WITHOUT_SLEEP + 3 * settings.etl_every
    if last and now - last > longest and _has_newer(settings, last):
        yield bad(
            "ETL",
            f"events wait in the lake, and the last run was {last.astimezone(UTC):%Y-%m-%d %H:%M} "
            "UTC",
            "Start `clickstream etl --loop` (or `clickstream up`), and let it start by itself.",
        )


def _has_newer(settings: Settings, last: datetime) -> bool:
    after = hour_prefix(last + timedelta(hours=1))
    return bool(list(islice(open_lake(settings.lake_url).list(EVENTS, after=after), 1)))


def _internal_share(connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute(
        "select coalesce(sum(sessions), 0)::bigint,"
        " coalesce(sum(sessions) filter (where is_internal), 0)::bigint"
        " from clickstream.daily_metrics"
        " where day > (select max(day) from clickstream.daily_metrics) - 7"
    ).fetchone()
    sessions, internal = row or (0, 0)
    if sessions >= ENOUGH_EVENTS and internal > MOST * sessions:
        yield bad(
            "internal",
            f"{internal} of the last week's {sessions} sessions are marked as internal, and left "
            "out of every report",
            "Take the shop's own host, or its proxy's network, out of CLICKSTREAM_INTERNAL_HOSTS "
            "and CLICKSTREAM_INTERNAL_NETWORKS, and run `clickstream rebuild`.",
        )


def _currencies(settings: Settings, connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute(
        "select count(*) from clickstream.orders where currency is null"
    ).fetchone()
    if row and row[0] and settings.currency is None:
        yield warning(
            "currency",
            f"{row[0]} orders came without a currency, and stand apart from the others",
            "Set CLICKSTREAM_CURRENCY to theirs, and run `clickstream rebuild`.",
        )


def _backups(
    settings: Settings, connection: psycopg.Connection, now: datetime
) -> Iterator[Finding]:
    row = connection.execute("select exists (select from clickstream.events)").fetchone()
    if row != (True,) or settings.warehouse_url:
        return
    age = age_of_latest(settings.backup_dir, now=now)
    advice = "Let `clickstream backup` run every night: docs/operations.md says how."
    if age is None:
        yield warning("backup", f"there is none in {settings.backup_dir}", advice)
    elif age > OLD_BACKUP:
        yield warning("backup", f"the latest is {age.days} days and more old", advice)
    else:
        yield ok("backup", f"the latest is {age.total_seconds() / 3600:.0f} hours old")


def look_at_lake(settings: Settings, lake: Lake, *, now: datetime) -> Iterator[Finding]:
    """What the latest events say of the way on which they came; and erasures without an end."""
    unfinished = [one for one in erasures.listed(lake) if not one.is_finished]
    if unfinished:
        yield bad(
            "erasure",
            f"{len(unfinished)} were begun and not ended",
            "Run `clickstream forget --again`, which ends them.",
        )
    if lake.url.startswith("s3:"):
        yield lifecycle(settings, lake.url)
    addresses = _latest_addresses(lake, now - LATELY)
    only = next(iter(addresses), None)
    if (
        only and len(addresses) == 1 and addresses[only] >= ENOUGH_EVENTS
        and not settings.trusted_proxies and _is_private(only)
    ):  # fmt: skip
        yield warning(
            "proxy",
            f"the latest {addresses[only]} events all come from {only}, as if everybody sat there",
            "Set CLICKSTREAM_TRUSTED_PROXIES to your proxy's address, so that the visitor's own is "
            "taken from X-Forwarded-For.",
        )


def lifecycle(settings: Settings, url: str) -> Finding:
    """Whether the bucket's own rules keep events for as long as the warehouse does."""
    try:
        days = days_until_expiry(url, EVENTS)
    except LakeError as error:
        return warning(
            "retention",
            f"whether {url} removes events by itself is not known: {error}",
            "See that no lifecycle rule of the bucket is shorter than CLICKSTREAM_WAREHOUSE_"
            "RETENTION.",
        )
    kept = settings.warehouse_retention
    if days is None or (kept is not None and timedelta(days=days) > kept):
        return ok("retention", f"{url} keeps events for {days or 'any number of'} days")
    return bad(
        "retention",
        f"a lifecycle rule of {url} removes events after {days} days, and the warehouse, "
        f"which is rebuilt from it, keeps them {f'for {kept.days}' if kept else 'for ever'}",
        f"Let the rule wait for longer, or set CLICKSTREAM_WAREHOUSE_RETENTION to {days - 1}d or "
        "less.",
    )


def _latest_addresses(lake: Lake, since: datetime) -> Counter[str]:
    """The addresses in a few of the latest objects that were received by HTTP."""
    listed = lake.list(EVENTS, after=hour_prefix(since))
    latest = deque((one.key for one in listed), maxlen=SAMPLED_OBJECTS)
    found: Counter[str] = Counter()
    for key, body in lake.get_many(latest):
        if not isinstance(body, LakeError):
            found.update(_addresses(key, body))
    return found


def _addresses(key: str, body: bytes) -> Iterator[str]:
    try:
        text = gzip.decompress(body) if key.endswith(".gz") else body
    except (OSError, EOFError):
        return
    for line in text.splitlines():
        try:
            said = msgspec.json.decode(line, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if said.ingest and said.ingest.source_ip:
            yield said.ingest.source_ip


class _Receipt(msgspec.Struct, rename="camel"):
    source_ip: str | None = None


class _Line(msgspec.Struct):
    ingest: _Receipt | None = msgspec.field(default=None, name="_ingest")


def _is_private(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False
