"""From a request or a file to lines of the lake: received, checked, enriched, kept."""

from clickstream.ingest.context import HttpContext, IngestSettings
from clickstream.ingest.receive import Receipt, receive

__all__ = ["HttpContext", "IngestSettings", "Receipt", "receive"]
