"""Connections to the warehouse: the role, the schema, the zone and the patience of a session."""

import re
from typing import Literal, LiteralString, get_args

import psycopg
from psycopg import sql

from clickstream.errors import WarehouseError
from clickstream.warehouse.conninfo import redacted, secured, without_secrets

Role = Literal["clickstream_etl", "clickstream_reader"]
ROLES: tuple[Role, ...] = get_args(Role)
OLDEST_VERSION = 150000

# Every session: the schema alone (so that nothing else is found by an unqualified name), UTC, and
# no compilation of queries, which costs more than these queries do.
SESSION: LiteralString = (
    "set search_path = clickstream; set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set jit = off"
)
# A reader never writes, and neither a slow question nor a forgotten transaction blocks the ETL.
READER: LiteralString = (
    "; set default_transaction_read_only = on; set idle_in_transaction_session_timeout = '60s'"
)
READER_SECONDS = 30.0

_ADVICE = (
    "See that the server runs and takes this user, and that CLICKSTREAM_WAREHOUSE_URL is right."
)
_TLS_TROUBLE = re.compile(r"(?i)\bSSL\b|certificate")
_TLS_ADVICE = (
    "A server on another machine has to prove who it is (sslmode=verify-full). Name the file of "
    "its authority in CLICKSTREAM_WAREHOUSE_URL, ?sslrootcert=FILE; or say ?sslmode=require, which "
    "encrypts without asking who answers, or ?sslmode=disable on a network that nobody else is in."
)


def connect(
    url: str,
    *,
    role: Role | None = None,
    application_name: str = "clickstream",
    autocommit: bool = False,
    statement_seconds: float | None = None,
) -> psycopg.Connection:
    """An open connection to the warehouse, its session set up, outside of any transaction.

    ``role`` is taken on for the session (``set role``); without it the session is the URL's user,
    as migrations need. A reader's statement may take 30 seconds unless told otherwise.
    """
    try:
        connection = psycopg.connect(
            secured(url), application_name=application_name, autocommit=True
        )
    except psycopg.Error as error:
        raise WarehouseError(_unreachable(url, error)) from None
    try:
        prepare_session(connection, role=role, statement_seconds=statement_seconds)
    except psycopg.Error as error:
        connection.close()
        raise WarehouseError(_refused(url, role, error)) from None
    except WarehouseError:
        connection.close()
        raise
    connection.autocommit = autocommit
    return connection


def twin(connection: psycopg.Connection) -> psycopg.Connection:
    """Another connection like this one: the same server and user, the same role and schema."""
    row = connection.execute(
        "select current_setting('role'), current_setting('search_path')"
    ).fetchone()
    role, schema = row or ("none", "clickstream")
    info = connection.info
    try:
        other = psycopg.connect(info.dsn, password=info.password or None, autocommit=True)
    except psycopg.Error as error:
        raise WarehouseError(_unreachable(info.dsn, error)) from None
    other.execute(session_setup(role=None))
    other.execute(
        "select set_config('role', %s, false), set_config('search_path', %s, false)",
        (role, schema),
    )
    return other


def prepare_session(
    connection: psycopg.Connection, *, role: Role | None, statement_seconds: float | None = None
) -> None:
    """Set up the session of a connection in autocommit, in one round trip."""
    version = connection.info.server_version
    if version < OLDEST_VERSION:
        raise WarehouseError(
            f"The warehouse's server is PostgreSQL {version // 10000}; version 15 or newer is "
            "needed. Upgrade it, or point CLICKSTREAM_WAREHOUSE_URL elsewhere."
        )
    connection.execute(session_setup(role=role, statement_seconds=statement_seconds))


def session_setup(*, role: Role | None, statement_seconds: float | None = None) -> sql.Composed:
    """The statements that set up a session: also for pools, whose connections are their own."""
    is_reader = role == "clickstream_reader"
    if statement_seconds is None and is_reader:
        statement_seconds = READER_SECONDS
    parts: list[sql.Composable] = [sql.SQL(SESSION)]
    if is_reader:
        parts.append(sql.SQL(READER))
    if statement_seconds is not None:
        milliseconds = sql.Literal(round(statement_seconds * 1000))
        parts.append(sql.SQL("; set statement_timeout = {}").format(milliseconds))
    if role is not None:
        parts.append(sql.SQL("; set role {}").format(sql.Identifier(role)))
    return sql.Composed(parts)


def _unreachable(url: str, error: psycopg.Error) -> str:
    reason = without_secrets(str(error).strip(), url)
    advice = _TLS_ADVICE if _TLS_TROUBLE.search(reason) else _ADVICE
    return f"Could not connect to the warehouse {redacted(url)}: {reason}. {advice}"


def _refused(url: str, role: Role | None, error: psycopg.Error) -> str:
    reason = without_secrets(str(error).strip(), url)
    advice = "Run `clickstream migrate` once, which makes the roles." if role else "Retry."
    return f"The warehouse {redacted(url)} refused the session of {role}: {reason}. {advice}"
