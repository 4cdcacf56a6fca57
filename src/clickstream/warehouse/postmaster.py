"""The server's process: how it is, whether its pid file tells the truth, and its end."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from clickstream.errors import WarehouseError
from clickstream.warehouse.home import Home
from clickstream.warehouse.locks import is_locked, open_lock, wait_for_lock

ORPHAN_SECONDS = 2.0
STOP_SECONDS = 60.0
PROCESSES = Path("/proc")

State = Literal["stopped", "initialising", "starting", "ready", "stopping", "crashed"]


def state_of(home: Home) -> State:
    """How the server is.

    Its lock is held while any of its processes lives; a lock without its main process is a crash
    whose last queries have not ended.
    """
    if not is_locked(home.server_lock):
        return "stopped"
    if home.major is None:
        return "initialising"
    lines = read_pid_file(home)
    if not lines:
        return "starting"
    if not _is_server(int(lines[0]), home):
        return "crashed"
    status = lines[7].strip() if len(lines) > 7 else "starting"
    return "ready" if status == "ready" else "stopping" if status == "stopping" else "starting"


def read_pid_file(home: Home) -> list[str]:
    """The lines of ``postmaster.pid``: pid, data folder, start, port, socket folder, …, status."""
    try:
        return (home.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def forget_dead(home: Home) -> None:
    """Remove the pid file of a server that is gone, and its socket with the lock beside it.

    After a crash or a restart of the machine its number may be another process's, and PostgreSQL
    would refuse to start for good. A server that was started by other hands keeps its files.
    """
    lines = read_pid_file(home)
    if lines and not _is_server(int(lines[0]), home):
        (home.data / "postmaster.pid").unlink()
        for left in home.socket_link.glob(".s.PGSQL.*"):
            left.unlink()


def clear_away(home: Home, lock: int) -> None:
    """Take the lock of a server that is being made or stopped, or whose main process was killed.

    The other processes of a killed server end by themselves unless they compute; those are told
    to quit, without which no new server can start.
    """
    is_at_work = state_of(home) in ("initialising", "stopping")
    if wait_for_lock(lock, STOP_SECONDS if is_at_work else ORPHAN_SECONDS):
        return
    for pid in _processes_in(home.data):
        _signal(pid, signal.SIGQUIT)
    if not wait_for_lock(lock, STOP_SECONDS):
        raise WarehouseError(
            f"Processes of a crashed PostgreSQL still use {home.data} and do not end. End them, "
            "and retry."
        )


def stop(home: Home) -> None:
    """Stop the server, ending its connections; nothing happens when it is not running.

    What is committed stays. A server that does not stop in a minute is told to quit, and recovers
    at its next start.
    """
    lock = open_lock(home.server_lock)
    try:
        for patience, name in ((STOP_SECONDS, signal.SIGINT), (ORPHAN_SECONDS, signal.SIGQUIT)):
            lines = read_pid_file(home)
            if lines and _is_server(int(lines[0]), home):
                _signal(int(lines[0]), name)
            if wait_for_lock(lock, patience):
                return
        clear_away(home, lock)
    finally:
        os.close(lock)


def _is_server(pid: int, home: Home) -> bool:
    """Whether this process is alive and serves this data folder, as far as can be told."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False
    if sys.platform != "linux":
        return True
    return _folder_of(pid) == home.data


def _processes_in(folder: Path) -> Iterator[int]:
    """Every process that works in the data folder, as all of a server's processes do."""
    if PROCESSES.is_dir():
        for entry in PROCESSES.iterdir():
            if entry.name.isdigit() and _folder_of(int(entry.name)) == folder:
                yield int(entry.name)


def _folder_of(pid: int) -> Path | None:
    try:
        return (PROCESSES / str(pid) / "cwd").readlink()
    except OSError:
        return None


def _signal(pid: int, name: signal.Signals) -> None:
    try:
        os.kill(pid, name)
    except ProcessLookupError:
        return
