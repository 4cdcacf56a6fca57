"""A command run for a supervisor: it stops by itself when the supervisor is gone.

Started as ``python -m clickstream.entrypoints.child COMMAND …`` with a pipe for its standard input,
whose other end the supervisor alone holds. The end of that pipe is the supervisor's death, however
it came about, on every system.
"""

import os
import signal
import threading
from typing import Final

PATIENCE_SECONDS: Final = 20.0


def watch_supervisor(descriptor: int = 0) -> None:
    """Stop this process, and then whatever it has started, once the pipe ends."""
    threading.Thread(target=_watch, args=(descriptor,), name="supervisor", daemon=True).start()


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(PATIENCE_SECONDS)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Run the command that our arguments name."""
    # Not above: the collector's workers import this module anew, and need no command line.
    from clickstream.entrypoints.cli import main as run_command  # noqa: PLC0415

    watch_supervisor()
    run_command()


if __name__ == "__main__":
    main()
