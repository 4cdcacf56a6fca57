"""``clickstream classify``: how a user agent or a referrer is read."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class What(StrEnum):
    """What the lines are."""

    USER_AGENT = "user-agent"
    REFERRER = "referrer"


def add_to(app: typer.Typer) -> None:
    example = "clickstream classify referrer < referrers.txt"
    app.command(epilog=f"Example: {example}")(classify)


def classify(
    what: Annotated[What, typer.Argument(help="What the lines are.")],
    file: Annotated[
        Path | None,
        typer.Argument(help="A file of lines; standard input without one.", show_default=False),
    ] = None,
    *,
    host: Annotated[
        str | None, typer.Option(help="The shop's own host, whose referrers are no sources.")
    ] = None,
) -> None:
    """Read a line at a time, and write what the ETL makes of it as a JSON object a line.

    A referrer is an address, a bare host, the address of a landing page with `utm_` parameters, or
    an empty line.
    """
    import msgspec

    from clickstream.etl.classify import read_agent, read_referrer

    encoder = msgspec.json.Encoder()
    for line in _lines(file):
        reading = read_referrer(line, host=host) if what is What.REFERRER else read_agent(line)
        sys.stdout.buffer.write(encoder.encode(reading) + b"\n")
    sys.stdout.buffer.flush()


def _lines(file: Path | None) -> Iterator[str]:
    """The lines of a file or of standard input, without their ends."""
    from clickstream.errors import ClickstreamError

    try:
        with file.open("rb") if file else sys.stdin.buffer as lines:
            for line in lines:
                yield line.rstrip(b"\r\n").decode(errors="replace")
    except OSError as error:
        raise ClickstreamError(f"Cannot read {file}: {error.strerror or error}.") from error
