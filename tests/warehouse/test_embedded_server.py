"""The embedded server from its first start to its last user's end."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from clickstream.errors import WarehouseError
from clickstream.warehouse.binaries import Source, candidates
from clickstream.warehouse.home import Home
from clickstream.warehouse.options import DEFAULTS
from clickstream.warehouse.server import EmbeddedServer

pytestmark = pytest.mark.postgres


def test_what_was_stored_is_there_at_the_next_start(data_dir: Path, server_source: Source, ask):
    for _ in range(2):
        with EmbeddedServer(data_dir, prefer=server_source) as server:
            ask(server.url, "create table if not exists kept (n int)")
            ask(server.url, "insert into kept values (1)")
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        assert ask(server.url, "select count(*) from kept") == 2


def test_the_last_of_several_users_stops_it(data_dir: Path, join, state, ask):
    first, second, third = join(), join(), join()
    assert first.url() == second.url() == third.url()
    assert first.leave() == "left"
    assert second.leave() == "left"
    assert state() == "ready"
    assert third.leave() == "stopped"
    assert state() == "stopped"


def test_two_uses_in_one_process_count_as_two(data_dir: Path, server_source: Source, state):
    with EmbeddedServer(data_dir, prefer=server_source):
        with EmbeddedServer(data_dir, prefer=server_source):
            pass
        assert state() == "ready"
    assert state() == "stopped"


def test_a_use_that_has_ended_ends_nothing_more(data_dir: Path, server_source: Source, state):
    ended = EmbeddedServer(data_dir, prefer=server_source)
    ended.start()
    assert ended.stop() is True
    with EmbeddedServer(data_dir, prefer=server_source):
        assert ended.stop() is False
        assert state() == "ready"


def test_a_forked_copy_does_not_end_its_parents_use(data_dir: Path, server_source: Source, state):
    server = EmbeddedServer(data_dir, prefer=server_source)
    server.start()
    child = os.fork()
    if child == 0:
        os._exit(server.stop())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert state() == "ready"
    assert server.stop() is True


def test_it_listens_on_its_socket_and_nowhere_else(data_dir: Path, server_source: Source, ask):
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        assert ask(server.url, "show listen_addresses") == ""


def test_nobody_else_can_enter_its_folders(
    data_dir: Path, server_source: Source, home_of: Callable[[Path], Home]
):
    with EmbeddedServer(data_dir, prefer=server_source):
        home = home_of(data_dir)
        for folder in (home.data, home.socket_link):
            assert folder.stat().st_mode & 0o777 == 0o700
            assert folder.stat().st_uid == home.account.uid
        assert home.log.stat().st_mode & 0o777 == 0o600


def test_a_port_that_was_asked_for_takes_passwords_alone(
    data_dir: Path, server_source: Source, ask
):
    port = _free_port()
    with EmbeddedServer(data_dir, prefer=server_source, port=port) as server:
        tcp = f"host=localhost port={port} dbname=clickstream user=analyst"
        ask(server.url, "create role analyst login")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(tcp)
        ask(server.url, "alter role analyst password 'right'")
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(f"{tcp} password=wrong")
        assert ask(f"{tcp} password=right", "select current_user") == "analyst"


def test_its_settings_hold_and_can_be_overridden(data_dir: Path, server_source: Source, ask):
    options = {"shared_buffers": "64MB", "application_name": "it's\\so"}
    with EmbeddedServer(data_dir, prefer=server_source, options=options) as server:
        assert ask(server.url, "show shared_buffers") == "64MB"
        assert ask(server.url, "show application_name") == "it's\\so"
        for name in ("fsync", "synchronous_commit", "jit", "wal_level", "work_mem"):
            assert ask(server.url, f"show {name}") == DEFAULTS[name]
        assert ask(server.url, "show timezone") == "UTC"
        assert ask(server.url, "show data_checksums") == "on"


def test_local_conf_has_the_last_word(data_dir: Path, server_source: Source, ask, home_of):
    with EmbeddedServer(data_dir, prefer=server_source):
        (home_of(data_dir).path / "local.conf").write_text("work_mem = '5MB'\n")
        (home_of(data_dir).path / "local.conf").chmod(0o644)
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        assert ask(server.url, "show work_mem") == "5MB"


def test_a_setting_it_cannot_take_is_an_error_that_says_which(
    data_dir: Path, server_source: Source, state
):
    with pytest.raises(WarehouseError, match=r"did not start.*work_mem"):
        EmbeddedServer(data_dir, prefer=server_source, options={"work_mem": "plenty"}).start()
    assert state() == "stopped"
    with EmbeddedServer(data_dir, prefer=server_source):
        assert state() == "ready"


def test_text_is_ordered_by_code_point_and_folded_by_unicode(
    data_dir: Path, server_source: Source, ask
):
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        assert ask(server.url, "select lower('ĐÀ')") == "đà"
        assert ask(server.url, "select 'a' > 'B' and 'é' > 'z'") is True
        assert ask(server.url, "show server_encoding") == "UTF8"


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(
    data_dir: Path, server_source: Source, ask, state, home_of
):
    long_dir = data_dir.joinpath(*["a-rather-long-name" * 3] * 3)
    with EmbeddedServer(long_dir, prefer=server_source) as server:
        first = server.url
        assert ask(first) == 1
        home = home_of(long_dir)
        folder = home.socket_link.readlink()
        assert len(str(folder)) < 60
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_uid == home.account.uid
    with EmbeddedServer(long_dir, prefer=server_source) as server:
        assert server.url == first
    folder.rmdir()
    folder.symlink_to("/etc")
    with EmbeddedServer(long_dir, prefer=server_source) as server:
        assert server.url != first
        assert ask(server.url) == 1
    folder.unlink()
    home.socket_link.readlink().rmdir()


def test_data_stays_with_the_version_that_made_it(data_dir: Path, server_source: Source):
    with EmbeddedServer(data_dir, prefer=server_source):
        pass
    other: Source = "system" if server_source == "wheel" else "wheel"
    if not candidates(other) or candidates(other)[0].major == candidates(server_source)[0].major:
        pytest.skip("both servers are of the same version")
    with pytest.raises(WarehouseError, match="made by PostgreSQL"):
        EmbeddedServer(data_dir, prefer=other).start()
    with EmbeddedServer(data_dir) as server:
        assert server.url


def test_a_data_folder_removed_under_it_ends_the_use_quietly(
    data_dir: Path, server_source: Source, home_of
):
    server = EmbeddedServer(data_dir, prefer=server_source)
    server.start()
    home = home_of(data_dir)
    away = home.path.with_name("elsewhere")
    home.path.rename(away)
    assert server.stop() is False
    away.rename(home.path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
