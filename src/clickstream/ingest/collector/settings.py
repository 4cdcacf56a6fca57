"""What the collector has to know."""

import msgspec

from clickstream.ingest.context import IngestSettings


class CollectorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where to listen, where to write, and how much to bear. Durations are in seconds."""

    lake_url: str
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    ingest: IngestSettings = IngestSettings()
    metrics_for_all: bool = False
    """Whether others than this machine may read `/metrics`."""
    log_level: str = "info"

    commit_interval: float | None = None
    """Least time between two small objects; None: 10 ms for a folder, 200 ms for S3."""
    commit_events: int = 32
    """So many waiting events are written at once, whatever the interval."""
    commit_timeout: float = 20
    """When the lake has not taken an event by then, the client is told to come again."""
    max_pending_bytes: int = 8 * 1024 * 1024
    """Of events that wait for the lake, in each worker; beyond, clients are told to come again."""
    body_timeout: float = 10
    """A body that takes longer is given up."""

    @property
    def is_folder(self) -> bool:
        return self.lake_url.startswith("file:")

    @property
    def concurrent_commits(self) -> int:
        """A disk syncs one object as fast as several; S3 takes them side by side."""
        return 1 if self.is_folder else 8

    @property
    def interval(self) -> float:
        default = 0.010 if self.is_folder else 0.200
        return default if self.commit_interval is None else self.commit_interval
