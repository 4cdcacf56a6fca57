"""Deaths that leave no time to tidy up: of the server, of its users, of the whole machine."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from clickstream.warehouse.binaries import Source
from clickstream.warehouse.home import prepare_home
from clickstream.warehouse.server import EmbeddedServer

pytestmark = pytest.mark.postgres

COMPUTING = "select count(*) from generate_series(1, 1e10::bigint) n, generate_series(1, 1000) m"
BUSY = """
    select count(*) from pg_stat_activity
    where state = 'active' and query like '%generate_series%' and pid <> pg_backend_pid()
"""


def test_a_killed_server_is_started_anew_with_all_that_was_committed(
    data_dir: Path, server_source: Source, ask, state, pid_of_server: Callable[[], int]
):
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        ask(server.url, "create table kept as select 1 as n")
        os.kill(pid_of_server(), signal.SIGKILL)
        _until(lambda: state() != "ready")
        assert server.start() == server.url
        assert ask(server.url, "select n from kept") == 1


def test_a_query_that_outlives_its_killed_server_does_not_bar_the_next(
    data_dir: Path, server_source: Source, ask, state, pid_of_server
):
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        busy = threading.Thread(target=_compute_for_minutes, args=[server.url])
        busy.start()
        _until(lambda: ask(server.url, BUSY))
        os.kill(pid_of_server(), signal.SIGKILL)
        _until(lambda: state() != "ready")
        server.start()
        assert ask(server.url) == 1
        busy.join()


def test_a_killed_user_leaves_the_count(join, state):
    killed, last = join(), join()
    killed.url(), last.url()
    killed.kill()
    assert state() == "ready"
    assert last.leave() == "stopped"


def test_a_server_whose_every_user_was_killed_is_adopted(
    data_dir: Path, server_source: Source, join, state, pid_of_server
):
    only = join()
    url = only.url()
    before = pid_of_server()
    only.kill()
    assert state() == "ready"
    server = EmbeddedServer(data_dir, prefer=server_source)
    assert server.start() == url
    assert pid_of_server() == before
    assert server.stop() is True
    assert state() == "stopped"


def test_processes_that_start_together_get_one_server(join, state, ask):
    users = [join() for _ in range(4)]
    urls = {user.url() for user in users}
    assert len(urls) == 1
    assert ask(urls.pop()) == 1
    assert [user.leave() for user in users].count("stopped") == 1
    assert state() == "stopped"


def test_users_that_come_and_go_together_never_find_it_gone(
    data_dir: Path, server_source: Source, ask, state
):
    failures: list[BaseException] = []

    def come_and_go() -> None:
        try:
            for _ in range(5):
                with EmbeddedServer(data_dir, prefer=server_source) as server:
                    assert ask(server.url) == 1
        except BaseException as error:  # noqa: BLE001 - a thread's failure is told by the test
            failures.append(error)

    threads = [threading.Thread(target=come_and_go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert state() == "stopped"


def test_a_pid_file_from_before_a_restart_of_the_machine_is_forgotten(
    data_dir: Path, server_source: Source, ask, home_of
):
    with EmbeddedServer(data_dir, prefer=server_source):
        home = home_of(data_dir)
        left_over = (home.data / "postmaster.pid").read_text().splitlines()
    options = home.account.process_options()
    sleeper = subprocess.Popen(["/bin/sleep", "60"], **options)
    try:
        text = "\n".join([str(sleeper.pid), *left_over[1:], ""])
        (home.data / "postmaster.pid").write_text(text)
        os.chown(home.data / "postmaster.pid", home.account.uid, home.account.gid)
        with EmbeddedServer(data_dir, prefer=server_source) as server:
            assert ask(server.url) == 1
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_first_start_that_was_cut_short_begins_again(
    data_dir: Path, server_source: Source, ask, home_of
):
    home = prepare_home(data_dir)
    half_done = home.path / "pgdata.new"
    half_done.mkdir()
    (half_done / "PG_VERSION").write_text("15")
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        assert ask(server.url) == 1
    assert not half_done.exists()


def test_a_killed_first_start_leaves_nothing_that_bars_the_next(
    data_dir: Path, server_source: Source, join, ask
):
    for delay in (0.2, 0.4, 0.6, 0.8):
        user = join()
        time.sleep(delay)
        user.kill()
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        assert ask(server.url) == 1
    shutil.rmtree(data_dir)


def _compute_for_minutes(url: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(psycopg.OperationalError):
        connection.execute(COMPUTING)


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
