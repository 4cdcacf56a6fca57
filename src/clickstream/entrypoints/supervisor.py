"""Keeps a set of services alive until it is told to stop, and then stops them in order."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from clickstream.entrypoints.service import Running, Service, last_line, shorten
from clickstream.errors import ClickstreamError

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_DELAY: Final = 30.0
SETTLED_SECONDS: Final = 60.0
TICK_SECONDS: Final = 0.2
LOG_CHECK_SECONDS: Final = 60.0


class Stopped(Exception):  # noqa: N818 - what a person wanted is no error
    """The supervisor was asked to stop."""


class Supervisor:
    """Services by name; ``order`` names them in the order in which they are to be stopped.

    Their output goes to a file each in ``logs``, or where ours goes when there is no such folder.
    One thread, no handler that does work: signals only wake it up. Use it inside ``catching``.
    """

    def __init__(
        self,
        order: Sequence[str],
        *,
        logs: Path | None,
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self._order, self._logs = order, logs
        self._environment, self._say = environment, say
        self._running: dict[str, Running] = {}
        self._waiting: dict[str, tuple[float, Service]] = {}
        self._failures: dict[str, int] = {}
        self._requests = 0
        self._wakeup = -1
        self._logs_checked = time.monotonic()

    @contextlib.contextmanager
    def catching(self) -> Iterator[None]:
        """Take the stop signals for the length of a block, so that they only wake us up."""
        self._wakeup, writer = os.pipe()
        os.set_blocking(self._wakeup, False)
        os.set_blocking(writer, False)
        before = {one: signal.signal(one, self._on_signal) for one in STOP_SIGNALS}
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for one, handler in before.items():
                signal.signal(one, handler)
            os.close(writer)
            os.close(self._wakeup)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._requests += 1

    def start(self, service: Service) -> None:
        """Start a service, and keep it alive from now on."""
        log = self._log(service)
        if log:
            shorten(log)
        self._running[service.name] = Running.start(
            service, environment=self._environment, log=log, now=time.monotonic()
        )

    def _log(self, service: Service) -> Path | None:
        return self._logs / f"{service.name}.log" if self._logs else None

    def run(self, service: Service) -> None:
        """Run something once to its end, on our terminal, keeping the services alive meanwhile."""
        job = Running.start(
            service, environment=self._environment, log=None, now=time.monotonic(), is_job=True
        )
        try:
            while job.status() is None:
                self._wait()
        finally:
            self._stop(job)
        if job.status() != 0:
            raise ClickstreamError(
                f"The {service.name} ended with status {job.status()}; its last line says why. "
                "Mend that, and start again."
            )

    def wait_until(self, is_done: Callable[[], bool], *, seconds: float) -> bool:
        """Whether it came true in time. The services are kept alive meanwhile."""
        deadline = time.monotonic() + seconds
        while not (done := is_done()) and time.monotonic() < deadline:
            self._wait()
        return done

    def keep_alive(self) -> None:
        """Keep the services alive until ``Stopped`` is raised."""
        while True:
            self._wait()

    def _wait(self) -> None:
        """Sleep for a tick, or until a signal; then look after the services."""
        if not self._requests:
            select.select([self._wakeup], [], [], TICK_SECONDS)
        if self._requests:
            raise Stopped
        now = time.monotonic()
        for running in list(self._running.values()):
            if running.status() is not None:
                self._bury(running, now)
        for due, service in list(self._waiting.values()):
            if due <= now:
                del self._waiting[service.name]
                self.start(service)
        if now - self._logs_checked > LOG_CHECK_SECONDS:
            self._logs_checked = now
            for log in filter(None, (self._log(one.service) for one in self._running.values())):
                shorten(log)

    def _bury(self, running: Running, now: float) -> None:
        """Let go of a service that has ended by itself, and plan its next start."""
        service, status = running.service, running.status()
        running.sweep()
        del self._running[service.name]
        is_settled = now - running.started > SETTLED_SECONDS
        failures = 0 if is_settled else self._failures.get(service.name, 0)
        self._failures[service.name] = failures + 1
        delay = min(LONGEST_DELAY, 2.0**failures)
        self._waiting[service.name] = (now + delay, service)
        log = self._log(service)
        words = f" Its last words, in {log}: {last_line(log) or 'none'}" if log else ""
        self._say(
            f"The {service.name} ended with status {status}; it is started again in {delay:g} "
            f"seconds.{words}"
        )

    def stop_all(self) -> None:
        """Stop the services one after the other, in their order.

        One that does not stop in its time is killed; a second signal kills the rest at once.
        """
        self._waiting.clear()
        requests = self._requests
        for name in self._order:
            running = self._running.pop(name, None)
            if running and not self._stop(running):
                why = "in time" if self._requests == requests else "before a second signal came"
                self._say(f"The {running.service.name} did not stop {why}, and was killed.")

    def _stop(self, running: Running) -> bool:
        """Whether a process stopped in its time, and before another stop signal came."""
        requests, deadline = self._requests, time.monotonic() + running.service.stop_seconds
        running.ask_to_stop()
        while running.status() is None and self._requests == requests:
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        has_stopped = running.status() is not None
        running.sweep()
        return has_stopped
