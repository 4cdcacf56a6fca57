"""Every setting of the platform. The environment is read here, and nowhere else.

A setting comes from the environment, else from the TOML file that ``CLICKSTREAM_CONFIG`` names
(``clickstream.toml`` of the working folder, where there is one), else from its default. In the
file its key is the variable's name in lower case, without ``CLICKSTREAM_``.
"""
# ruff: noqa: RUF009 - setting() makes a dataclass field

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from clickstream.entrypoints import setting_kinds as kinds
from clickstream.entrypoints.setting_kinds import Network, Reader
from clickstream.errors import SettingsError

T = TypeVar("T")
PREFIX: Final = "CLICKSTREAM_"
CONFIG: Final = "CLICKSTREAM_CONFIG"
CONFIG_FILE: Final = "clickstream.toml"
ETL_METRICS: Final = "etl.prom"
"""The file in the data folder in which the ETL's loop leaves its metrics."""
ORDERS_QUERY: Final = "select id, placed_at, value, currency, status from orders"
"""The orders of the shop's database, as the storefront keeps them."""
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting: its variable, how it is read, and what its value may be shown as."""

    key: str
    read: Reader[Any]
    is_secret: bool = False

    @property
    def file_key(self) -> str:
        return self.key.removeprefix(PREFIX).lower()

    def problem(self, value: object, expected: str, *, file: Path | None = None) -> SettingsError:
        shown = "(hidden)" if self.is_secret else value
        key = f"{self.file_key} in {file}" if file else self.key
        return SettingsError(key, shown, expected)


def setting(key: str, read: Reader[T], default: T, *, is_secret: bool = False) -> T:
    metadata = {"setting": Setting(key=key, read=read, is_secret=is_secret)}
    return field(default_factory=lambda: default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the platform was told, checked. docs/settings.md says what each one is for."""

    # where things are
    data_dir: Path = setting("CLICKSTREAM_DATA_DIR", kinds.folder, Path("data"))
    lake_url: str = setting("CLICKSTREAM_LAKE_URL", kinds.url("file", "s3"), "")
    raw_bucket_name: str | None = setting("RAW_BUCKET_NAME", kinds.bucket, None)
    warehouse_url: str | None = setting(
        "CLICKSTREAM_WAREHOUSE_URL", kinds.url("postgresql", "postgres"), None, is_secret=True
    )
    warehouse_url_from: str | None = setting(
        "CLICKSTREAM_WAREHOUSE_URL_FROM", kinds.url("file", "s3"), None
    )
    database_url: str | None = setting(
        "DATABASE_URL", kinds.url("postgresql", "postgres"), None, is_secret=True
    )
    database_url_from: str | None = setting(
        "CLICKSTREAM_DATABASE_URL_FROM", kinds.url("file", "s3"), None
    )
    warehouse_server: str = setting(
        "CLICKSTREAM_WAREHOUSE_SERVER", kinds.one_of("any", "system", "wheel"), "any"
    )

    # what the numbers mean
    timezone: ZoneInfo = setting("CLICKSTREAM_TIMEZONE", kinds.zone, ZoneInfo("UTC"))
    currency: str | None = setting("CLICKSTREAM_CURRENCY", kinds.currency, None)
    aliases: Mapping[str, str] = setting("CLICKSTREAM_ALIASES", kinds.table(kinds.text), _NOTHING)
    key_events: tuple[str, ...] = setting("CLICKSTREAM_KEY_EVENTS", kinds.many(kinds.text), ())
    internal_hosts: tuple[str, ...] = setting(
        "CLICKSTREAM_INTERNAL_HOSTS", kinds.many(kinds.host), ()
    )
    internal_networks: tuple[Network, ...] = setting(
        "CLICKSTREAM_INTERNAL_NETWORKS", kinds.many(kinds.network), ()
    )
    payment_providers: tuple[str, ...] = setting(
        "CLICKSTREAM_PAYMENT_PROVIDERS", kinds.many(kinds.host), ()
    )
    funnels: Mapping[str, object] = setting("CLICKSTREAM_FUNNELS", kinds.entries, _NOTHING)
    report_filters: tuple[str, ...] = setting(
        "CLICKSTREAM_REPORT_FILTERS", kinds.many(kinds.text), ()
    )
    segments: Mapping[str, object] = setting("CLICKSTREAM_SEGMENTS", kinds.entries, _NOTHING)
    orders_query: str = setting("CLICKSTREAM_ORDERS_QUERY", kinds.text, ORDERS_QUERY)

    # the collector
    collector_host: str = setting("CLICKSTREAM_COLLECTOR_HOST", kinds.text, "127.0.0.1")
    collector_port: int = setting("CLICKSTREAM_COLLECTOR_PORT", kinds.number(1, 65535), 8080)
    collector_workers: int = setting("CLICKSTREAM_COLLECTOR_WORKERS", kinds.number(1, 64), 1)
    allowed_origins: tuple[str, ...] = setting(
        "CLICKSTREAM_ALLOWED_ORIGINS", kinds.many(kinds.origin), ()
    )
    unlisted_origins: str = setting(
        "CLICKSTREAM_UNLISTED_ORIGINS", kinds.one_of("accept", "refuse"), "accept"
    )
    write_keys: tuple[str, ...] = setting(
        "CLICKSTREAM_WRITE_KEY", kinds.many(kinds.write_key), (), is_secret=True
    )
    rate_limit: int | None = setting("CLICKSTREAM_RATE_LIMIT", kinds.number(1, 1_000_000), None)
    rate_burst: int | None = setting("CLICKSTREAM_RATE_BURST", kinds.number(1, 10_000_000), None)
    trusted_proxies: tuple[Network, ...] = setting(
        "CLICKSTREAM_TRUSTED_PROXIES", kinds.many(kinds.network), ()
    )
    keep_addresses: bool = setting("CLICKSTREAM_KEEP_ADDRESSES", kinds.switch, default=False)
    denied_consent: str = setting(
        "CLICKSTREAM_DENIED_CONSENT", kinds.one_of("keep", "anonymous"), "keep"
    )
    country_header: str | None = setting("CLICKSTREAM_COUNTRY_HEADER", kinds.header, None)
    metrics: str = setting("CLICKSTREAM_METRICS", kinds.one_of("loopback", "all"), "loopback")

    # the ETL
    etl_every: timedelta = setting("CLICKSTREAM_ETL_EVERY", kinds.duration, timedelta(minutes=30))
    etl_slice: int = setting("CLICKSTREAM_ETL_SLICE", kinds.number(1_000, 1_000_000), 100_000)
    etl_reserve: timedelta = setting(
        "CLICKSTREAM_ETL_RESERVE", kinds.duration, timedelta(minutes=2)
    )

    # how long what is kept
    lake_retention: timedelta | None = setting("CLICKSTREAM_LAKE_RETENTION", kinds.retention, None)
    warehouse_retention: timedelta | None = setting(
        "CLICKSTREAM_WAREHOUSE_RETENTION", kinds.retention, None
    )
    backup_dir: Path = setting("CLICKSTREAM_BACKUP_DIR", kinds.folder, Path("backups"))
    backup_retention: timedelta = setting(
        "CLICKSTREAM_BACKUP_RETENTION", kinds.retention, timedelta(days=35)
    )

    # the dashboard
    dashboard_host: str = setting("CLICKSTREAM_DASHBOARD_HOST", kinds.text, "127.0.0.1")
    dashboard_port: int = setting("CLICKSTREAM_DASHBOARD_PORT", kinds.number(1, 65535), 3838)

    dashboard_origins: tuple[str, ...] = setting(
        "CLICKSTREAM_DASHBOARD_ORIGINS", kinds.many(kinds.origin), ()
    )
    dashboard_oidc_issuer: str | None = setting(
        "CLICKSTREAM_DASHBOARD_OIDC_ISSUER", kinds.issuer, None
    )
    dashboard_oidc_client_id: str | None = setting(
        "CLICKSTREAM_DASHBOARD_OIDC_CLIENT_ID", kinds.text, None
    )
    dashboard_oidc_client_secret: str | None = setting(
        "CLICKSTREAM_DASHBOARD_OIDC_CLIENT_SECRET", kinds.text, None, is_secret=True
    )
    dashboard_oidc_emails: tuple[str, ...] = setting(
        "CLICKSTREAM_DASHBOARD_OIDC_EMAILS", kinds.many(kinds.text), ()
    )
    dashboard_oidc_groups: tuple[str, ...] = setting(
        "CLICKSTREAM_DASHBOARD_OIDC_GROUPS", kinds.many(kinds.text), ()
    )
    dashboard_oidc_groups_claim: str = setting(
        "CLICKSTREAM_DASHBOARD_OIDC_GROUPS_CLAIM", kinds.text, "cognito:groups"
    )
    dashboard_session: timedelta = setting(
        "CLICKSTREAM_DASHBOARD_SESSION", kinds.duration, timedelta(hours=12)
    )
    dashboard_secret: str | None = setting(
        "CLICKSTREAM_DASHBOARD_SECRET", kinds.text, None, is_secret=True
    )

    # the shop's API
    shop_host: str = setting("SHOP_HOST", kinds.text, "127.0.0.1")
    shop_port: int = setting("SHOP_PORT", kinds.number(1, 65535), 8090)
    shop_workers: int = setting("SHOP_WORKERS", kinds.number(1, 64), 1)
    shop_audience: str | None = setting("SHOP_AUDIENCE", kinds.text, None)
    oidc_issuer: str | None = setting("OIDC_ISSUER", kinds.issuer, None)

    # what is told of the shop's numbers, and what is checked
    webhook_url: str | None = setting(
        "CLICKSTREAM_WEBHOOK_URL", kinds.url("https", "http"), None, is_secret=True
    )
    dashboard_public_url: str | None = setting(
        "CLICKSTREAM_DASHBOARD_PUBLIC_URL", kinds.url("https", "http"), None
    )
    checks: Mapping[str, object] = setting("CLICKSTREAM_CHECKS", kinds.entries, _NOTHING)

    # how it speaks
    log_level: str = setting(
        "CLICKSTREAM_LOG_LEVEL", kinds.one_of("debug", "info", "warning", "error"), "info"
    )
    debug: bool = setting("CLICKSTREAM_DEBUG", kinds.switch, default=False)

    @property
    def collector_url(self) -> str:
        return f"http://{self.collector_host}:{self.collector_port}"

    @property
    def dashboard_url(self) -> str:
        return f"http://{self.dashboard_host}:{self.dashboard_port}"

    @property
    def dashboard_link(self) -> str:
        """Where people reach the dashboard: what alarms link to."""
        return self.dashboard_public_url or self.dashboard_url

    @property
    def shop_url(self) -> str:
        return f"http://{self.shop_host}:{self.shop_port}"


SETTINGS: Final[Mapping[str, Setting]] = {
    one.name: one.metadata["setting"] for one in fields(Settings)
}
"""Each setting by its field's name."""


class BadSettingsError(SettingsError):
    """All settings that cannot be used: a line each in the message, the first one's facts."""

    def __init__(self, problems: list[SettingsError]) -> None:
        first = problems[0]
        super().__init__(first.key, first.value, first.expected)
        self.problems = problems
        self.args = ("\n".join(str(problem) for problem in problems),)


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises ``BadSettingsError`` naming every bad value."""
    settings, problems = read_settings(os.environ if environment is None else environment)
    if problems:
        raise BadSettingsError(problems)
    return settings


def read_settings(environment: Mapping[str, str]) -> tuple[Settings, list[SettingsError]]:
    """The settings, defaults standing in for those that cannot be used, and why they cannot.

    An empty variable counts as unset.
    """
    values: dict[str, Any] = {}
    file, content, problems = _read_file(environment)
    for name, one in SETTINGS.items():
        from_file = content.pop(one.file_key, None)
        from_environment = environment.get(one.key) or None
        given = from_file if from_environment is None else from_environment
        if given is None:
            continue
        try:
            values[name] = one.read(given)
        except ValueError as error:
            origin = file if from_environment is None else None
            problems.append(one.problem(given, str(error), file=origin))
    problems += [
        SettingsError(f"{key} in {file}", value, f"there is no such setting{_nearest(key)}")
        for key, value in content.items()
    ]
    settings = _complete(values)
    return settings, problems + list(_contradictions(settings))


def _contradictions(settings: Settings) -> Iterator[SettingsError]:
    """What two settings say that cannot both be so."""
    lake, warehouse = settings.lake_retention, settings.warehouse_retention
    if lake is not None and (warehouse is None or lake < warehouse):
        longest = f"{lake.days}d or less"
        kept = f"{warehouse.days}d" if warehouse else "unset, which is for ever"
        yield SettingsError(
            SETTINGS["lake_retention"].key,
            f"{lake.days}d",
            f"the warehouse, which is rebuilt from the lake, may not be kept longer: "
            f"CLICKSTREAM_WAREHOUSE_RETENTION is {kept}; set it to {longest}",
        )


def _complete(values: dict[str, Any]) -> Settings:
    """The settings with those defaults that follow from other settings."""
    data_dir = values.setdefault("data_dir", Path("data").absolute())
    values.setdefault("backup_dir", data_dir / "backups")
    bucket = values.get("raw_bucket_name")
    values.setdefault("lake_url", f"s3://{bucket}" if bucket else (data_dir / "lake").as_uri())
    return Settings(**values)


def _read_file(
    environment: Mapping[str, str],
) -> tuple[Path | None, dict[str, Any], list[SettingsError]]:
    named = environment.get(CONFIG)
    file = Path(named or CONFIG_FILE)
    try:
        return file, tomllib.loads(file.read_text()), []
    except FileNotFoundError:
        expected = "there is no such file: correct the path, or unset the variable"
        return None, {}, [SettingsError(CONFIG, named, expected)] if named else []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return None, {}, [SettingsError(CONFIG, str(file), f"a TOML file is expected: {error}")]


def is_debugging() -> bool:
    """Whether tracebacks are wanted; known even where other settings cannot be used."""
    return read_settings(os.environ)[0].debug


def current_environment() -> dict[str, str]:
    """A copy of this process's environment, for examination and for the processes it starts."""
    return dict(os.environ)


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables that look like settings and are none, each with a hint at what may be meant."""
    known = {CONFIG, *(one.key for one in SETTINGS.values())}
    strange = sorted(key for key in environment if key.startswith(PREFIX) and key not in known)
    return {key: _nearest(key) for key in strange}


def _nearest(key: str) -> str:
    import difflib  # noqa: PLC0415 - only ever needed for a typing error

    keys = [one.key if key.startswith(PREFIX) else one.file_key for one in SETTINGS.values()]
    near = difflib.get_close_matches(key, keys, n=1)
    return f"; did you mean {near[0]}?" if near else "; see docs/settings.md"
