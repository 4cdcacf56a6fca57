"""Everything on this machine: what ``clickstream up`` starts, in which order, and what it says."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from clickstream.entrypoints.ports import answers, refuse_taken_port
from clickstream.entrypoints.service import Service, our_command
from clickstream.entrypoints.settings import Settings, current_environment
from clickstream.entrypoints.storefront import ORDER as SHOP_ORDER
from clickstream.entrypoints.storefront import Storefront
from clickstream.entrypoints.supervisor import Stopped, Supervisor
from clickstream.entrypoints.wiring import warehouse_settings
from clickstream.errors import ClickstreamError
from clickstream.lake import EVENTS, open_lake
from clickstream.warehouse.locks import open_lock, try_lock
from clickstream.warehouse.opened import open_warehouse

DEMO_VISITORS: Final = 4000
DEMO_DAYS: Final = 30
DEMO_SEED: Final = 1
READY_SECONDS: Final = 60.0
LARGEST_SLICE: Final = 20_000
"""As quick as larger ones, in less memory, and the dashboard fills while a backlog is loaded."""

# The order in which they are stopped: first what sends, then what receives, loads and shows.
SHOPPERS, COLLECTOR, ETL, DASHBOARD = "shoppers", "collector", "etl", "dashboard"
ORDER: Final = (SHOPPERS, *SHOP_ORDER, COLLECTOR, ETL, DASHBOARD)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The platform on this machine, as the settings and the options of ``up`` want it."""

    settings: Settings
    every: str
    is_demo: bool
    is_watched: bool
    """Whether a person reads the output: then logs go to files, and not in between."""
    say: Callable[[str], None]
    storefront: Storefront | None = None

    def run(self) -> None:
        """Start everything, and keep it alive until a stop signal; returns when all has stopped.

        PostgreSQL stops last, by the end of this use of it, unless another command still uses it.
        """
        logs = self._log_folder
        (logs or self.settings.data_dir).mkdir(parents=True, exist_ok=True)
        with only_one(self.settings.data_dir):
            self._refuse_taken_ports()
            supervisor = Supervisor(ORDER, logs=logs, environment=self._environment(), say=self.say)
            with supervisor.catching(), contextlib.ExitStack() as stopped_last:
                stopped_last.callback(supervisor.stop_all)
                with contextlib.suppress(Stopped):
                    self._bring_up(supervisor, stopped_last)
                    supervisor.keep_alive()
        self.say("Everything has stopped.")

    def _bring_up(self, supervisor: Supervisor, warehouse: contextlib.ExitStack) -> None:
        collector = Service(name=COLLECTOR, command=our_command("serve"), stop_seconds=50)
        loop = Service(
            name=ETL, command=our_command("etl", "--loop", "--every", self.every), stop_seconds=30
        )
        dashboard = Service(name=DASHBOARD, command=our_command("dashboard"))
        supervisor.start(collector)
        supervisor.start(dashboard)
        end = self._history_end() if self.is_demo else None
        if end:
            self.say(f"Simulating {DEMO_DAYS} days of shoppers into {self.settings.lake_url}")
            self._unfinished.write_text(end)
            supervisor.run(_history(end))
            self._unfinished.unlink()
        warehouse.enter_context(open_warehouse(warehouse_settings(self.settings)))
        if end:
            self.say(f"Loading them; {self.settings.dashboard_url} fills meanwhile")
            supervisor.run(Service(name="first load", command=our_command("etl"), stop_seconds=60))
        supervisor.start(loop)
        self._await(supervisor, collector, self.settings.collector_port, "/health")
        if self.is_demo:
            supervisor.start(_shoppers(self.settings))
        self._await(supervisor, dashboard, self.settings.dashboard_port, "/")
        if self.storefront:
            self.storefront.bring_up(supervisor, warehouse)
        self.say(self._welcome())

    def _await(self, supervisor: Supervisor, service: Service, port: int, path: str) -> None:
        if not supervisor.wait_until(lambda: answers(port, path), seconds=READY_SECONDS):
            self.say(
                f"The {service.name} has not answered on port {port} for {READY_SECONDS:g} seconds;"
                " its log may say why. It is tried on."
            )

    @property
    def _log_folder(self) -> Path | None:
        return self.settings.data_dir / "logs" if self.is_watched else None

    def _history_end(self) -> str | None:
        """The instant up to which history is to be written; nothing where the lake has events.

        A history that was interrupted is written again up to the same instant, which gives the
        same objects.
        """
        if self._unfinished.exists():
            return self._unfinished.read_text()
        if list(islice(open_lake(self.settings.lake_url).list(EVENTS), 1)):
            return None
        return datetime.now(UTC).isoformat(timespec="seconds")

    @property
    def _unfinished(self) -> Path:
        return self.settings.data_dir / "history.unfinished"

    def _environment(self) -> dict[str, str]:
        """What the services read: our own environment with what the options changed."""
        settings = self.settings
        return current_environment() | {
            "CLICKSTREAM_DATA_DIR": str(settings.data_dir),
            "CLICKSTREAM_COLLECTOR_PORT": str(settings.collector_port),
            "CLICKSTREAM_DASHBOARD_PORT": str(settings.dashboard_port),
            "CLICKSTREAM_ETL_SLICE": str(min(settings.etl_slice, LARGEST_SLICE)),
            "MALLOC_ARENA_MAX": "2",  # each thread's own arena costs more than it gives here
        }

    def _refuse_taken_ports(self) -> None:
        settings, command = self.settings, "clickstream up"
        refuse_taken_port(settings.dashboard_host, settings.dashboard_port, f"{command} --port")
        refuse_taken_port(
            settings.collector_host, settings.collector_port, f"{command} --collector-port"
        )
        if self.storefront:
            self.storefront.refuse_taken_ports()

    def _welcome(self) -> str:
        settings = self.settings
        lines = [
            f"Dashboard   {settings.dashboard_url}",
            f"Collector   {settings.collector_url}/clickstream",
            f"Try it      {settings.collector_url}/try",
            *(self.storefront.lines if self.storefront else ()),
            f"Data        {settings.data_dir}",
            f"Logs        {self._log_folder or 'here'}",
            "",
            "Shoppers go on shopping. Ctrl-C stops everything." if self.is_demo
            else "Ctrl-C stops everything.",
        ]  # fmt: skip
        return boxed(lines)


def _history(end: str) -> Service:
    people = ("--visitors", str(DEMO_VISITORS), "--seed", str(DEMO_SEED))
    command = our_command("simulate", *people, "--days", str(DEMO_DAYS), "--end", end)
    return Service(name="history", command=command)


def _shoppers(settings: Settings) -> Service:
    options = ("--seed", str(DEMO_SEED), "--visitors", str(DEMO_VISITORS))
    target = f"{settings.collector_url}/clickstream"
    if settings.write_keys:
        target = f"{target}?write_key={settings.write_keys[0]}"
    return Service(
        name=SHOPPERS, command=our_command("simulate", "--live", "--to", target, *options)
    )


@contextlib.contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for one ``up``; the lock goes with the process, however it ends."""
    path = data_dir / "up.lock"
    lock = open_lock(path)
    try:
        if not try_lock(lock):
            pid = path.read_text().strip() or "unknown"
            raise ClickstreamError(
                f"`clickstream up` already runs on {data_dir} (process {pid}). Stop it with "
                f"`kill {pid}`, or set CLICKSTREAM_DATA_DIR to another folder."
            )
        os.truncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(lock)


def boxed(lines: list[str]) -> str:
    """The lines in a frame."""
    width = max(map(len, lines))
    middle = [f"│ {line:{width}} │" for line in lines]
    edge = "─" * (width + 2)
    return "\n".join([f"╭{edge}╮", *middle, f"╰{edge}╯"])
