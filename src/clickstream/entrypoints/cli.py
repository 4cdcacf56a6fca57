"""The command ``clickstream``: what it is made of, and how it ends.

Exit status: 0, 1 (it ran, and the answer is bad), 2 (it could not run; one line says why and what
to do), 130 (stopped by Ctrl-C or SIGTERM before its work was done).
"""

import signal
import sys
from types import FrameType
from typing import Final

import typer

from clickstream.entrypoints.commands import (
    backups,
    checking,
    classify,
    cost,
    detection,
    diagnosis,
    importing,
    loading,
    metrics,
    migration,
    personal,
    quarantine,
    rebuild,
    reports,
    retention,
    running,
    shop,
    simulation,
)

HELP: Final = """Clickstream analytics for online shops, from the first click to the dashboard.

Every command ends with 0; with 1, when it ran and the answer is bad; or with 2, when it could not
run, and one line says what to do. Answers for programs come with --format json or csv.
"""

app = typer.Typer(
    name="clickstream",
    help=HELP,
    epilog="Settings come from the environment or clickstream.toml; see docs/settings.md.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for family in (
    running,
    shop,
    simulation,
    importing,
    loading,
    quarantine,
    rebuild,
    personal,
    retention,
    backups,
    reports,
    classify,
    cost,
    migration,
    metrics,
    checking,
    detection,
    diagnosis,
):
    family.add_to(app)


# What Typer raises for a command line that cannot be read, whichever Click it carries.
USAGE_ERROR: Final = typer.BadParameter.__mro__[2]


def main() -> None:
    """Run one command, and say in one line why when it cannot."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        status = app(prog_name="clickstream", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        status = 130
    except Exception as error:  # noqa: BLE001 - the outermost edge: nobody else can report it
        status = _report(error)
    sys.exit(status)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _report(error: Exception) -> int:
    if isinstance(error, USAGE_ERROR):
        return _report_usage(error)
    from clickstream.entrypoints import settings  # noqa: PLC0415 - --help needs none of this
    from clickstream.entrypoints.logs import without_secrets  # noqa: PLC0415
    from clickstream.errors import ClickstreamError  # noqa: PLC0415

    if settings.is_debugging():
        raise error
    text = without_secrets(str(error)) or type(error).__name__
    if isinstance(error, ClickstreamError):
        typer.echo(f"clickstream: {text}", err=True)
    else:
        hint = "Set CLICKSTREAM_DEBUG=true to see where, and report it with that."
        typer.echo(f"clickstream: {type(error).__name__}: {text.splitlines()[0]}. {hint}", err=True)
    return 2


def _report_usage(error: Exception) -> int:
    """What was wrong with the command line; the help itself where nothing was asked for."""
    context, text = getattr(error, "ctx", None), error.format_message()  # type: ignore[attr-defined]
    if len(text.splitlines()) > 1:
        typer.echo(text, err=True)
        return 2
    command = context.command_path if context else "clickstream"
    text = text.replace("Value error, ", "")
    end = "" if text.endswith((".", "?")) else "."
    typer.echo(f"{command}: {text}{end} See `{command} --help`.", err=True)
    return 2


if __name__ == "__main__":
    main()
