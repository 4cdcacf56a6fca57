"""Options that several commands share, and how their texts are read."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from clickstream.entrypoints.formats import Format

if TYPE_CHECKING:
    from clickstream.etl import Window

FormatOption = Annotated[
    Format, typer.Option("--format", help="A table to read, or JSON or CSV for a program.")
]


def read_instant(option: str, text: str) -> datetime:
    """The instant that an option names; a day is its beginning in UTC."""
    from clickstream.contract import Rejected
    from clickstream.contract.instants import parse_instant
    from clickstream.errors import SettingsError

    try:
        return parse_instant(text, field=option)
    except Rejected as error:
        expected = "an instant such as 2026-01-31T12:00:00Z, or a day, is expected"
        raise SettingsError(option, text, expected) from error


def read_duration(option: str, text: str) -> timedelta:
    """The length of time that an option names."""
    from clickstream.entrypoints.setting_kinds import duration
    from clickstream.errors import SettingsError

    try:
        return duration(text)
    except ValueError as error:
        raise SettingsError(option, text, str(error)) from error


def read_window(from_: str | None, to: str | None) -> "Window | None":
    """The hours that --from and --to name, both included; None without either."""
    from clickstream.errors import SettingsError
    from clickstream.etl import Window

    if from_ is None:
        if to is None:
            return None
        raise SettingsError("--to", to, "it needs a --from, the first hour to read again")
    start = read_instant("--from", from_)
    end = read_instant("--to", to) if to else datetime.now(UTC)
    if to and len(to) == len("2026-01-31"):
        end += timedelta(hours=23)
    if end < start:
        raise SettingsError("--to", to, f"an instant after --from {from_} is expected")
    return Window(start, end)
