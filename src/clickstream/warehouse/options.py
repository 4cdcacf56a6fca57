"""The embedded server's settings, all of them, in one place."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from clickstream.errors import WarehouseError

# The database and its superuser on the embedded server.
NAME = "clickstream"

# A container's /dev/shm is often 64 MB, too little for a parallel query's memory.
SMALLEST_SHARED_MEMORY = 256 * 1024**2

# Made for a machine that also runs everything else, in less than 512 MB, and loses nothing.
DEFAULTS: Mapping[str, str] = {
    # Memory. shared_buffers is the setting to raise first: a quarter of a warehouse's own machine.
    "shared_buffers": "192MB",
    "effective_cache_size": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "autovacuum_work_mem": "32MB",
    "huge_pages": "off",
    # Processes.
    "max_connections": "30",
    # A query whose client has gone is ended, instead of running on for nobody.
    "client_connection_check_interval": "10s",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "max_parallel_maintenance_workers": "1",
    "max_logical_replication_workers": "0",
    # Durability: what was committed is on disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Write-ahead log: for crash recovery alone (no replica, no archive; the lake is the backup),
    # with checkpoints rare enough for a load to run between them.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    # Planning: solid-state disks; compiling a query costs more than these queries do.
    "random_page_cost": "1.1",
    "jit": "off",
    # Autovacuum: small and often, as the ETL inserts every few seconds.
    "autovacuum": "on",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "30s",
    "autovacuum_vacuum_scale_factor": "0.1",
    "autovacuum_analyze_scale_factor": "0.05",
    # The log: failures alone, without the statements and values, which can be personal data.
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %a ",
    # The same text and time for everybody.
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "ISO, YMD",
    "lc_messages": "C",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "default_text_search_config": "pg_catalog.simple",
    "password_encryption": "scram-sha-256",
    "cluster_name": NAME,
}

SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")

# What this module decides for the server's safety; a caller cannot override it.
FIXED = frozenset({
    "config_file", "data_directory", "hba_file", "ident_file", "listen_addresses", "port",
    "unix_socket_directories",
})  # fmt: skip


def configuration(
    folder: Path, socket: Path, *, port: int | None, overrides: Mapping[str, str]
) -> str:
    """The text of ``clickstream.conf``, from which the server starts.

    ``port`` opens TCP on the loopback; without it the socket is the only door.
    """
    unknown = [name for name in overrides if not SETTING_NAME.fullmatch(name)]
    if unknown:
        raise WarehouseError(
            f"{unknown[0]!r} is no setting of PostgreSQL: remove it from the server options."
        )
    refused = sorted(FIXED & {name.lower() for name in overrides})
    if refused:
        raise WarehouseError(
            f"The embedded PostgreSQL's {', '.join(refused)} cannot be set: remove it from the "
            "server options."
        )
    own = {
        "hba_file": str(folder / "pg_hba.conf"),
        "ident_file": str(folder / "pg_ident.conf"),
        "unix_socket_directories": str(socket),
        "listen_addresses": "localhost" if port else "",
        "port": str(port or 5432),
        "dynamic_shared_memory_type": _shared_memory(),
    }
    lines = [
        f"{name} = {_quoted(value)}" for name, value in {**own, **DEFAULTS, **overrides}.items()
    ]
    if (folder / "local.conf").exists():
        lines.append("include 'local.conf'")
    return "\n".join([
        "# Written anew at each start by clickstream; your own settings belong into local.conf",
        "# in this folder.",
        *lines,
        "",
    ])  # fmt: skip


def host_rules(*, port: int | None) -> str:
    """The text of ``pg_hba.conf``: who may come in, and how they prove who they are.

    On the socket the kernel vouches for the caller (peer): there is no password to keep, to leak
    or to rotate. TCP takes passwords, by SCRAM; no role has one until an operator gives it one.
    """
    lines = [f"local all {NAME} peer map={NAME}", "local all all reject"]
    if port:
        lines += [
            f"host all all {address} scram-sha-256" for address in ("127.0.0.1/32", "::1/128")
        ]
    return "\n".join([*lines, ""])


def identities(system_users: Iterable[str]) -> str:
    """The text of ``pg_ident.conf``: the system's users who are the warehouse's owner."""
    return "".join(f'{NAME} "{user}" {NAME}\n' for user in sorted(set(system_users)))


def _quoted(value: str) -> str:
    if "\n" in value:
        raise WarehouseError(f"A server option holds a line break: {value!r}. Remove it.")
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _shared_memory() -> str:
    try:
        space = os.statvfs("/dev/shm")  # noqa: S108 - only measured
    except OSError:
        return "posix"
    return "posix" if space.f_blocks * space.f_frsize >= SMALLEST_SHARED_MEMORY else "sysv"
