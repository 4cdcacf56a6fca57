"""One PostgreSQL server: initialise and start it. Nobody's users are counted here."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from clickstream.errors import WarehouseError
from clickstream.warehouse.account import account_of
from clickstream.warehouse.binaries import Binaries
from clickstream.warehouse.home import Home, socket_folder
from clickstream.warehouse.locks import POLL_SECONDS, open_lock, try_lock
from clickstream.warehouse.options import NAME, configuration, host_rules, identities
from clickstream.warehouse.postmaster import clear_away, forget_dead, read_pid_file, state_of

LARGEST_LOG = 10 * 1024**2


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A server's home and the programs that serve it. Callers hold the home's start lock."""

    home: Home
    binaries: Binaries
    port: int | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    start_seconds: float = 120.0

    def ensure_running(self) -> str:
        """The URL of the server, once it takes connections; it is started when it is not up."""
        lock = open_lock(self.home.server_lock)
        try:
            is_up = not try_lock(lock) and self._comes_up()
            if not is_up:
                clear_away(self.home, lock)
                log_start = self._launch(lock)
        finally:
            os.close(lock)
        if not is_up and not self._comes_up():
            raise WarehouseError(
                f"The embedded PostgreSQL {self.binaries.version} did not start: "
                f"{_tail(self.home.log, log_start)} (log: {self.home.log})"
            )
        return url_of(self.home)

    def _launch(self, lock: int) -> int:
        """Start ``postgres``, which keeps the lock for all its life; where its log begins."""
        if self.home.major is None:
            initialise(self.home, self.binaries, lock)
        forget_dead(self.home)
        self._configure()
        log = _open_log(self.home.log)
        log_start = os.fstat(log).st_size
        try:
            subprocess.run(  # noqa: S603 - our own programs; sh only sends it to the background
                ["/bin/sh", "-c", '"$@" &', "sh", self.binaries.postgres, "-D", self.home.data,
                 "-c", f"config_file={self.home.path / 'clickstream.conf'}"],
                check=True, stdout=log, stderr=log, pass_fds=[lock], start_new_session=True,
                **self.home.account.process_options(),
            )  # fmt: skip
        finally:
            os.close(log)
        return log_start

    def _configure(self) -> None:
        """Write what the server reads: readable to it, but not its own to change."""
        home = self.home
        owners = (home.path.stat().st_uid, os.geteuid())
        users = {home.account.name, "root", *(account_of(uid).name for uid in owners)}
        socket = socket_folder(home)
        texts = {
            "clickstream.conf": configuration(
                home.path, socket, port=self.port, overrides=self.overrides
            ),
            "pg_hba.conf": host_rules(port=self.port),
            "pg_ident.conf": identities(users),
        }
        for name, text in texts.items():
            _replace(home.path / name, text)

    def _comes_up(self) -> bool:
        """Whether the server gets ready: at once when it is, and not when its processes end."""
        deadline = time.monotonic() + self.start_seconds
        while (state := state_of(self.home)) == "starting":
            if time.monotonic() > deadline:
                raise WarehouseError(
                    f"The embedded PostgreSQL was not ready after {self.start_seconds:g} seconds. "
                    f"It goes on in the background: see {self.home.log}, and retry."
                )
            time.sleep(POLL_SECONDS)
        return state == "ready"


def initialise(home: Home, binaries: Binaries, lock: int) -> None:
    """Make a data folder with the empty database; complete once it has its name.

    The program keeps the lock: it outlives a killed caller, and nobody else begins meanwhile.
    """
    unfinished = home.path / "pgdata.new"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    home.account.take(unfinished)
    answer = _initdb(home, binaries, unfinished, "C.UTF-8", lock)
    if "invalid locale" in answer.stderr:
        answer = _initdb(home, binaries, unfinished, "C", lock)
    if answer.returncode == 0:
        answer = _make_database(home, binaries, unfinished, lock)
    if answer.returncode != 0:
        reason = answer.stderr.strip() or answer.stdout.strip()
        raise WarehouseError(f"{binaries.initdb} could not make {home.data}: {reason}")
    unfinished.rename(home.data)


def _initdb(
    home: Home, binaries: Binaries, folder: Path, locale: str, lock: int
) -> subprocess.CompletedProcess[str]:
    """Code points order text everywhere; PostgreSQL 17 and newer know UTF-8 by themselves."""
    provider = ["--locale-provider=builtin"] if binaries.major >= 17 else []
    return home.account.run([
        str(binaries.initdb), f"--pgdata={folder}", f"--username={NAME}", "--encoding=UTF8",
        f"--locale={locale}", *provider, "--auth=peer", "--data-checksums", "--no-instructions",
    ], keep=[lock])  # fmt: skip


def _make_database(
    home: Home, binaries: Binaries, folder: Path, lock: int
) -> subprocess.CompletedProcess[str]:
    """In single-user mode, before anybody can connect to the server."""
    script = f"echo 'create database {NAME}' | \"$@\""
    return home.account.run([
        "/bin/sh", "-c", script, "sh", str(binaries.postgres), "--single", "-D", str(folder),
        "-c", "exit_on_error=on", "-c", "log_min_messages=error", "template1",
    ], keep=[lock])  # fmt: skip


def url_of(home: Home, database: str = NAME) -> str:
    """The URL of a running server, on the socket that its pid file names."""
    _, _, _, port, socket, *_ = read_pid_file(home)
    return f"postgresql://{NAME}@/{database}?host={quote(socket, safe='')}&port={port}"


def _open_log(log: Path) -> int:
    """A descriptor at the end of the log; a log grown large is put aside, the one before goes."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(log, flags, 0o600)


def _replace(path: Path, text: str) -> None:
    """Write the whole file at once, following no link that may lie in its place."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.chmod(0o644)
    fresh.replace(path)


def _tail(log: Path, start: int) -> str:
    """What the server said last, in one line."""
    with log.open(errors="replace") as file:
        file.seek(start)
        lines = file.read()[-4000:].splitlines()
    return " / ".join(lines[-4:]) or "it said nothing"
