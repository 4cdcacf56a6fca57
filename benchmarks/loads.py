"""One load by `clickstream etl`, as a process of its own, and what it took."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

END: Final = datetime(2026, 3, 1, tzinfo=UTC)
"""When the simulated history ends, and new batches begin."""
SEED: Final = 7
EVENTS_A_VISITOR: Final = 21
"""About as many as a simulated visitor leaves in a month."""
_SAMPLED_SECONDS: Final = 0.05


@dataclass(frozen=True)
class Load:
    """What a load took."""

    events: int
    seconds: float
    """Of the run itself, without the start of Python."""
    memory_mb: float
    """At most, of the ETL's process."""

    @property
    def per_second(self) -> float:
        """Events a second."""
        return self.events / self.seconds


def etl(folder: Path, lake: Path | None = None) -> Load:
    """Load what is new in a lake (none: an empty one) into the warehouse of a data folder."""
    environment = os.environ | {
        "CLICKSTREAM_DATA_DIR": str(folder),
        "CLICKSTREAM_LAKE_URL": (lake or folder / "empty").as_uri(),
    }
    command = [str(Path(sys.executable).with_name("clickstream")), "etl", "--format", "json"]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=errors)
        memory = _peak_memory(process)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise SystemExit(f"`clickstream etl` ended with {process.returncode}: {errors.read()}")
        answer = json.load(output)
    facts = answer["rows"][0] if "rows" in answer else answer
    return Load(int(facts["events"]), float(facts["seconds"]), memory)


def _peak_memory(process: subprocess.Popen[bytes]) -> float:
    """Megabytes that a process held at most, told when it has ended.

    Read from the kernel's own high-water mark again and again; `getrusage` would count what this
    process held when it started that one.
    """
    peak = 0.0
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        marks = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        peak = max([peak, *(float(mark.split()[1]) / 1024 for mark in marks)])
        time.sleep(_SAMPLED_SECONDS)
    return peak
