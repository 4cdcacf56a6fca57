"""The embedded server, shared by every command that needs it: the last user stops it.

Its users are counted by the kernel: each holds a shared lock for as long as it lives. A user that
is killed is gone from the count at once, and no number is left over to be wrong.
"""

import atexit
import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from clickstream.errors import WarehouseError
from clickstream.warehouse import postmaster
from clickstream.warehouse.binaries import Source, discover, reachable
from clickstream.warehouse.cluster import Cluster
from clickstream.warehouse.home import SHARED_ROOT, Home, prepare_home
from clickstream.warehouse.locks import held, open_lock, try_lock

START_SECONDS = 120.0


class EmbeddedServer:
    """One use of the server of a data folder; as a context manager, for the length of a block.

    ``prefer`` chooses whose programs serve it, ``options`` override its settings when this use
    starts it, ``port`` opens TCP on the loopback. Safe against any number of processes that start
    and end together, and against the death of any of them.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        prefer: Source | None = None,
        options: Mapping[str, str] | None = None,
        port: int | None = None,
        shared_root: Path = SHARED_ROOT,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self.data_dir = data_dir
        self._prefer, self._options, self._port = prefer, dict(options or {}), port
        self._shared_root, self._start_seconds = shared_root, start_seconds
        self._home: Home | None = None
        self._use: int | None = None
        self._pid = os.getpid()
        self.url = ""

    def start(self) -> str:
        """The server's URL; it runs when this returns, and at least until ``stop``.

        Call it again after a crash: it starts the server anew, and keeps this use.
        """
        home = prepare_home(self.data_dir, self._shared_root)
        try:
            with held(home.start_lock, seconds=self._start_seconds):
                return self._start(home)
        except PermissionError as error:
            raise WarehouseError(
                f"{error.filename} belongs to another user ({error.strerror}). Run the command as "
                "that user, or set CLICKSTREAM_DATA_DIR to another folder."
            ) from error

    def _start(self, home: Home) -> str:
        binaries = discover(self._prefer, major=home.major)
        cluster = Cluster(
            home=home,
            binaries=reachable(binaries, home.account, self._shared_root),
            port=self._port,
            overrides=self._options,
            start_seconds=self._start_seconds,
        )
        self.url = cluster.ensure_running()
        self._home = home
        if self._use is None:
            self._use = open_lock(home.users_lock)
            fcntl.flock(self._use, fcntl.LOCK_SH)
        return self.url

    def stop(self) -> bool:
        """End this use; whether it was the last one, and the server was stopped."""
        use, self._use = self._use, None
        if use is None or self._home is None:
            return False
        is_ours = os.getpid() == self._pid  # a forked copy shares the lock: not its to end
        try:
            return is_ours and self._stop_if_last(self._home, use)
        finally:
            os.close(use)

    def _stop_if_last(self, home: Home, use: int) -> bool:
        if not home.path.exists():  # removed while it ran; PostgreSQL ends by itself when it sees
            return False
        with held(home.start_lock, seconds=self._start_seconds):
            is_last = try_lock(use)
            if is_last:
                postmaster.stop(home)
        return is_last

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def ensure_server(
    data_dir: Path,
    *,
    prefer: Source | None = None,
    options: Mapping[str, str] | None = None,
    port: int | None = None,
) -> str:
    """The URL of the data folder's server, which this process uses until it ends."""
    server = EmbeddedServer(data_dir, prefer=prefer, options=options, port=port)
    url = server.start()
    atexit.register(server.stop)
    return url
