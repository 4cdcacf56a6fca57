"""One process that a supervisor keeps alive: started in a session of its own, watched, stopped."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

LARGEST_LOG: Final = 10 * 1024**2


@dataclass(frozen=True, kw_only=True)
class Service:
    """What is to run, and how many seconds it may take to stop.

    ``environment`` is what it alone reads, beside what all of a supervisor's services do.
    """

    name: str
    command: tuple[str, ...]
    stop_seconds: float = 15.0
    environment: Mapping[str, str] = field(default_factory=dict)


def our_command(*arguments: str) -> tuple[str, ...]:
    """A command of the platform, which stops by itself when its supervisor is gone."""
    return (sys.executable, "-m", "clickstream.entrypoints.child", *arguments)


@dataclass(frozen=True, kw_only=True)
class Running:
    """A service's process. Its group dies with it: nothing that it started stays behind."""

    service: Service
    started: float
    process: subprocess.Popen[bytes]
    lifeline: int
    """The end of a pipe that we alone hold; the child's end reports our death."""

    @classmethod
    def start(
        cls,
        service: Service,
        *,
        environment: Mapping[str, str],
        log: Path | None,
        now: float,
        is_job: bool = False,
    ) -> Self:
        """Start it; its output goes to the log, or where ours goes when there is none.

        A job shows its progress and its errors; its answer is nobody's.
        """
        theirs, ours = os.pipe()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        output = os.open(log, flags, 0o600) if log else None
        try:
            process = subprocess.Popen(  # noqa: S603 - our own programs
                service.command, stdin=theirs, stderr=output,
                env={**environment, **service.environment},
                stdout=subprocess.DEVNULL if is_job else output, start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(theirs)
            if output is not None:
                os.close(output)
        return cls(service=service, started=now, process=process, lifeline=ours)

    def status(self) -> int | None:
        """The exit status once it has ended."""
        return self.process.poll()

    def ask_to_stop(self) -> None:
        if self.status() is None:
            self.process.send_signal(signal.SIGTERM)

    def sweep(self) -> None:
        """Kill what is left of its group, and let go of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.lifeline)


def last_line(log: Path) -> str:
    """The last line that a log holds, at most 200 characters of it."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return lines[-1][:200] if lines else ""


def shorten(log: Path) -> None:
    """Move what a log holds aside once it has grown too large; its writer goes on in it."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)
