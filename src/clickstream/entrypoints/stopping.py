"""Stop signals as something to look at, for work that ends at a place of its own choice."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event


@contextmanager
def stop_on_signal() -> Iterator[Event]:
    """An event that SIGINT and SIGTERM set, for the length of a block."""
    stop = Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in numbers}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
