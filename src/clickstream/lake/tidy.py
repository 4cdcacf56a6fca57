"""What writers that were killed left behind in a folder."""

import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from clickstream.lake.interface import Lake
from clickstream.lake.keys import EVENTS

_UNFINISHED: Final = re.compile(r"\.[0-9a-f]{32}-.+")


def tidy(lake: Lake, *, before: datetime) -> int:
    """Removes the unfinished writes of a folder that are older than `before`; how many they were.

    No listing ever shows one, and nobody was told that it is safe. A bucket has none: what S3 keeps
    beside its objects is earlier versions, which stay.
    """
    if not lake.url.startswith("file:"):
        return 0
    unfinished = [
        remnant
        for remnant in lake.remnants(EVENTS, before=before)
        if _UNFINISHED.fullmatch(PurePosixPath(remnant.version).name)
    ]
    for remnant in unfinished:
        lake.erase_remnant(remnant)
    return len(unfinished)
