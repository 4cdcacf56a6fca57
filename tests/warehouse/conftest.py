"""Processes that use an embedded server, to be ended in every way that a process can end."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from clickstream.warehouse import postmaster
from clickstream.warehouse.binaries import Source
from clickstream.warehouse.home import Home, find_home

USER = Path(__file__).with_name("server_user.py")


@pytest.fixture
def data_dir(open_data_dir: Path, server_source: Source) -> Path:
    """A data folder of one's own, for each kind of server."""
    return open_data_dir


class ServerUser:
    """A process that uses the server of a data folder until it is told to leave."""

    def __init__(self, data_dir: Path, source: Source) -> None:
        self.process = subprocess.Popen(
            [sys.executable, USER, data_dir, source],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def url(self) -> str:
        """The URL that it was given, once it was."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def leave(self) -> str:
        """Let it end its use; what it says then."""
        return self.process.communicate("")[0].strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def join(data_dir: Path, server_source: Source) -> Iterator[Callable[[], ServerUser]]:
    """Start another process that uses the server."""
    users: list[ServerUser] = []

    def start() -> ServerUser:
        users.append(ServerUser(data_dir, server_source))
        return users[-1]

    yield start
    for user in users:
        if user.process.poll() is None:
            user.kill()


@pytest.fixture
def state(data_dir: Path) -> Callable[[], postmaster.State]:
    return lambda: postmaster.state_of(the_home(data_dir))


def the_home(data_dir: Path) -> Home:
    home = find_home(data_dir)
    assert home
    return home


def server_pid(data_dir: Path) -> int:
    return int(postmaster.read_pid_file(the_home(data_dir))[0])


def answer(url: str, question: str = "select 1") -> object:
    """The first column of the first row, where there is one."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
    return row and row[0]


@pytest.fixture
def ask() -> Callable[..., object]:
    return answer


@pytest.fixture
def pid_of_server(data_dir: Path) -> Callable[[], int]:
    return lambda: server_pid(data_dir)


@pytest.fixture
def home_of() -> Callable[[Path], Home]:
    return the_home
