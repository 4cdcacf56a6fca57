"""The collector: an HTTP server that says yes only when the events are durable."""

from clickstream.ingest.collector.serve import serve
from clickstream.ingest.collector.settings import CollectorSettings

__all__ = ["CollectorSettings", "serve"]
