"""Raw events as they came: a folder or an S3 bucket behind one small interface."""

from clickstream.lake.interface import Lake, LakeObject, Remnant
from clickstream.lake.keys import EVENTS, batch_key, event_key, hour_prefix, key_hour
from clickstream.lake.open import open_lake

__all__ = [
    "EVENTS",
    "Lake",
    "LakeObject",
    "Remnant",
    "batch_key",
    "event_key",
    "hour_prefix",
    "key_hour",
    "open_lake",
]
