"""Migrations: once, in order, wholly or not at all."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clickstream.errors import WarehouseError
from clickstream.warehouse.binaries import Source
from clickstream.warehouse.connect import ROLES, connect
from clickstream.warehouse.migrate import migrate, pending, read_migrations
from clickstream.warehouse.server import EmbeddedServer

pytestmark = pytest.mark.postgres


@pytest.fixture
def empty(empty_url: str) -> Iterator[psycopg.Connection]:
    with connect(empty_url) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations, of which the second needs the first."""
    write(tmp_path, "202601010000_first", "create table shops (shop_id int primary key);")
    write(tmp_path, "202601020000_second", "insert into shops values (1); -- 100 %s sure")
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.sql"
    path.write_text(text)
    return path


def test_the_projects_own_migrations_are_all_applied_and_then_none(empty: psycopg.Connection):
    names = migrate(empty)
    assert names
    assert names == sorted(names)
    assert pending(empty) == []
    assert migrate(empty) == []


def test_they_are_applied_in_order_and_recorded(empty: psycopg.Connection, folder: Path):
    assert pending(empty, folder=folder) == ["202601010000_first.sql", "202601020000_second.sql"]
    assert migrate(empty, folder=folder) == ["202601010000_first.sql", "202601020000_second.sql"]
    recorded = empty.execute("select name, length(checksum) from schema_migrations order by name")
    assert recorded.fetchall() == [("202601010000_first.sql", 64), ("202601020000_second.sql", 64)]
    assert empty.execute("select shop_id from clickstream.shops").fetchall() == [(1,)]


def test_only_what_is_new_is_applied(empty: psycopg.Connection, folder: Path):
    migrate(empty, folder=folder)
    write(folder, "202601030000_third", "insert into shops values (3)")
    assert pending(empty, folder=folder) == ["202601030000_third.sql"]
    assert migrate(empty, folder=folder) == ["202601030000_third.sql"]


def test_a_failing_file_leaves_nothing_and_those_before_it_stay(
    empty: psycopg.Connection, folder: Path
):
    bad = write(folder, "202601030000_third", "insert into shops values (3);\n\nselect nothing;")
    with pytest.raises(WarehouseError, match=r"202601030000_third.*nothing.*line 3"):
        migrate(empty, folder=folder)
    assert pending(empty, folder=folder) == [bad.name]
    assert empty.execute("select shop_id from shops").fetchall() == [(1,)]
    empty.commit()
    bad.write_text("insert into shops values (3)")
    assert migrate(empty, folder=folder) == [bad.name]


def test_a_changed_file_is_refused_by_name(empty: psycopg.Connection, folder: Path):
    migrate(empty, folder=folder)
    write(folder, "202601010000_first", "create table shops (shop_id bigint primary key);")
    with pytest.raises(WarehouseError, match=r"202601010000_first\.sql was changed"):
        migrate(empty, folder=folder)


def test_line_ends_of_another_system_are_no_change(empty: psycopg.Connection, folder: Path):
    migrate(empty, folder=folder)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert migrate(empty, folder=folder) == []


def test_a_warehouse_of_a_newer_version_is_refused(empty: psycopg.Connection, folder: Path):
    migrate(empty, folder=folder)
    (folder / "202601020000_second.sql").unlink()
    with pytest.raises(WarehouseError, match="newer version"):
        migrate(empty, folder=folder)


def test_a_file_that_commits_by_itself_is_refused(empty: psycopg.Connection, folder: Path):
    write(folder, "202601030000_third", "insert into shops values (3); commit;")
    with pytest.raises(WarehouseError, match="ended its transaction"):
        migrate(empty, folder=folder)


def test_a_file_without_a_date_is_refused(tmp_path: Path):
    write(tmp_path, "latest", "select 1")
    with pytest.raises(WarehouseError, match="YYYYMMDDHHMM"):
        read_migrations(tmp_path)


def test_processes_that_migrate_together_apply_each_file_once(empty_url: str, folder: Path):
    for number in range(3, 10):
        write(folder, f"20260103000{number}_more", f"insert into shops values ({number})")
    applied: list[str] = []

    def run() -> None:
        with connect(empty_url) as connection:
            applied.extend(migrate(connection, folder=folder))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == sorted(path.name for path in folder.iterdir())


def test_the_connection_is_left_as_it_was(empty: psycopg.Connection, folder: Path):
    migrate(empty, folder=folder)
    assert empty.autocommit is False
    assert empty.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_an_owner_who_is_no_superuser_migrates_and_becomes_both_roles(
    data_dir: Path, server_source: Source
):
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        with connect(server.url, autocommit=True) as admin:
            admin.execute("create role manager login createrole")
            admin.execute("alter database clickstream owner to manager")
        with connect(server.url, autocommit=True) as session:
            session.execute("set session authorization manager")
            assert migrate(session)
            for role in ROLES:
                session.execute(f"set role {role}".encode())
            assert session.execute("select count(*) from events").fetchone() == (0,)


def test_an_owner_who_may_not_make_roles_is_told_what_to_ask_for(
    data_dir: Path, server_source: Source
):
    with (
        EmbeddedServer(data_dir, prefer=server_source) as server,
        connect(server.url, autocommit=True) as admin,
        connect(server.url, autocommit=True) as session,
    ):
        admin.execute("create role manager login")
        admin.execute("alter database clickstream owner to manager")
        session.execute("set session authorization manager")
        with pytest.raises(WarehouseError, match="create role clickstream_etl nologin"):
            migrate(session)
        for role in ROLES:
            admin.execute(f"create role {role} nologin".encode())
            with pytest.raises(WarehouseError, match="Let an administrator run"):
                migrate(session)
            admin.execute(f"grant {role} to manager".encode())
        assert migrate(session)
