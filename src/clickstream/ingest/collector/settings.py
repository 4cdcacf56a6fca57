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
    rate_limit: float | None = None
    """Events a second that one address may send (an IPv6 /64 counts as one); None: as many as it
    likes."""
    rate_burst: float | None = None
    """Events that it may send at once after a pause; None: those of 10 seconds."""
    metrics_for_all: bool = False
    """Whether others than this machine may read `/metrics`."""
    more_metrics: str | None = None
    """A file in Prometheus's format that `/metrics` hands out too: what others count."""
    log_level: str = "info"

    commit_interval: float | None = None
    """Least time between two small objects; None: 10 ms for a folder, 100 ms for S3."""
    commit_bytes: int | None = None
    """So much is written at once, whatever the interval; None: 64 kB for a folder, 256 for S3."""
    commit_timeout: float = 20
    """When the lake has not taken an event by then, the client is told to come again."""
    max_pending_bytes: int = 8 * 1024 * 1024
    """Of events that wait for the lake, in each worker; beyond, clients are told to come again."""
    body_timeout: float = 10
    """A body that takes longer is given up."""
    header_timeout: float = 10
    """So is a request whose headers take longer, and a connection that is idle for as long."""

    @property
    def is_folder(self) -> bool:
        return self.lake_url.startswith("file:")

    def pace(self) -> "Pace":
        """How the lake is best written to: a disk syncs one object as fast as several."""
        interval, least, concurrent = (0.010, 64, 1) if self.is_folder else (0.100, 256, 8)
        return Pace(
            interval=interval if self.commit_interval is None else self.commit_interval,
            least_bytes=least * 1024 if self.commit_bytes is None else self.commit_bytes,
            concurrent=concurrent,
        )


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """When a group of events is written."""

    interval: float
    least_bytes: int
    concurrent: int
