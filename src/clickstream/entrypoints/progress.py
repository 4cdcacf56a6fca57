"""What long work shows of itself: a bar where a person watches, a plain line now and then else."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

Advance = Callable[[float | None, str], None]
"""Is told the share that is done, from 0 to 1 (None where nobody knows), and a few words."""

LINE_SECONDS: Final = 10.0


def is_watched() -> bool:
    """Whether a person sees what is written to the standard error stream."""
    return sys.stderr.isatty()


@contextmanager
def progress(title: str, *, out: TextIO | None = None) -> Iterator[Advance]:
    """Show work on the standard error stream for the length of a block."""
    stream = out or sys.stderr
    if stream.isatty():
        with _bar(title, stream) as advance:
            yield advance
    else:
        yield _lines(title, stream)


@contextmanager
def _bar(title: str, stream: TextIO) -> Iterator[Advance]:
    from rich import progress as bars  # noqa: PLC0415 - most runs have nobody who watches
    from rich.console import Console  # noqa: PLC0415

    columns = (
        bars.TextColumn("{task.description}"), bars.BarColumn(), bars.TaskProgressColumn(),
        bars.TextColumn("{task.fields[words]}"), bars.TimeElapsedColumn(),
    )  # fmt: skip
    with bars.Progress(*columns, console=Console(file=stream), refresh_per_second=5) as shown:
        task = shown.add_task(title, total=None, words="")

        def advance(share: float | None, words: str) -> None:
            if share is None:
                shown.update(task, words=words)
            else:
                shown.update(task, total=1.0, completed=share, words=words)

        yield advance


def _lines(title: str, stream: TextIO) -> Advance:
    last = time.monotonic()

    def advance(share: float | None, words: str) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS:
            last = time.monotonic()
            done = "" if share is None else f" {share:.0%}"
            stream.write(f"{title}{done} {words}\n")
            stream.flush()

    return advance
