"""Roles, the database, and the password of the client that comes over the network.

Run as the server's own user after each start. The password is made anew each time and goes to
two places alone: as a SCRAM verifier into PostgreSQL, and into the vault, a private bucket that
its one reader and this host share. It is never printed, and no argument or variable holds it.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import obstore
import psycopg
from obstore.store import S3Store
from psycopg import sql

OWNER = "clickstream"
READER = "clickstream_dashboard"


def main(environment: Mapping[str, str]) -> None:
    database, login = environment["HOST_DATABASE"], environment["HOST_LOGIN"]
    socket = f"host={environment['HOST_SOCKET']} user=postgres"
    with psycopg.connect(f"{socket} dbname=postgres", autocommit=True) as admin:
        make_roles(admin, [OWNER, READER, login])
        make_database(admin, database)
    with psycopg.connect(f"{socket} dbname={database}") as admin:
        password = secrets.token_urlsafe(32)
        verifier = admin.pgconn.encrypt_password(
            password.encode(), login.encode(), b"scram-sha-256"
        ).decode()
        admin.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(login), verifier))
        publish(environment, password)  # before the commit: what is published is what holds


def make_roles(admin: psycopg.Connection, names: list[str]) -> None:
    """The people and programs that may log in; the owner may make the platform's own roles."""
    for name in names:
        known = admin.execute("select from pg_roles where rolname = %s", (name,)).fetchone()
        if known is None:
            admin.execute(sql.SQL("create role {} login").format(sql.Identifier(name)))
    admin.execute(sql.SQL("alter role {} createrole createdb").format(sql.Identifier(OWNER)))


def make_database(admin: psycopg.Connection, name: str) -> None:
    if admin.execute("select from pg_database where datname = %s", (name,)).fetchone() is None:
        made = sql.SQL("create database {} owner {}")
        admin.execute(made.format(sql.Identifier(name), sql.Identifier(OWNER)))
    admin.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
    for role in (READER, os.environ["HOST_LOGIN"]):
        admin.execute(
            sql.SQL("grant connect, temporary on database {} to {}").format(
                sql.Identifier(name), sql.Identifier(role)
            )
        )


def publish(environment: Mapping[str, str], password: str) -> None:
    """The URL, and below it the certificate that its server shows."""
    certificate = Path(environment["HOST_DATA"], "postgres", "server.crt").read_text()
    url = (
        f"postgresql://{environment['HOST_LOGIN']}:{quote(password, safe='')}"
        f"@{environment['HOST_ADDRESS']}:{environment.get('HOST_PORT', '5432')}"
        f"/{environment['HOST_DATABASE']}?sslmode=verify-full"
    )
    vault = S3Store(environment["HOST_VAULT"], client_options={"allow_http": True})
    obstore.put(vault, environment["HOST_VAULT_KEY"], f"{url}\n{certificate}".encode())


if __name__ == "__main__":
    main(os.environ)
