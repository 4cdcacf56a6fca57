"""One line of JSON for each thing that happened; short plain lines where a person watches."""

import logging
import logging.config
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}
SERVERS: Final = ("uvicorn", "uvicorn.error")
"""Web servers, whose own comings and goings are of no interest unless asked for."""
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
_CONFIDENTIAL: Final = r"[\w-]*(?:password|secret|token|write[_-]?key|access_?key|signature)"
# A URL's password reaches to its last @: too much is hidden rather than too little.
_PASSWORD: Final = re.compile(r"""(\w+://[^\s:/@"']*):[^\s"']+@""")
_KEY: Final = re.compile(rf"""(?i)({_CONFIDENTIAL})=('(?:[^'\\]|\\.)*'|[^\s&"',;]+)""")
_NAMED: Final = re.compile(_CONFIDENTIAL, re.IGNORECASE)
_HIDDEN: Final = "(hidden)"
# What a terminal obeys rather than shows, and what some readers of logs take for a new line.
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def set_up_logs(command: str, *, level: str = "info") -> None:
    """Send every record of this process to the standard error stream."""
    logging.config.dictConfig(log_config(command, level=level))


def log_config(command: str, *, level: str = "info") -> dict[str, Any]:
    """The same as a configuration, for servers that set up their own processes."""
    plain = {"()": PlainLines}
    lines = {"()": JsonLines, "command": command}
    handler = {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
    quiet = {"level": "WARNING" if level == "info" else level.upper()}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": plain if sys.stderr.isatty() else lines},
        "handlers": {"stderr": handler},
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {name: {**quiet, "handlers": [], "propagate": True} for name in SERVERS},
    }


class JsonLines(logging.Formatter):
    """A record as one JSON object: at, level, command, logger, message, and what it carries.

    What is given as ``extra`` (a run's or a request's id, counts) stands beside the message.
    """

    def __init__(self, command: str) -> None:
        super().__init__()
        self._command = command

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "command": self._command,
            "logger": record.name,
            "message": record.getMessage(),
            **carried(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = "".join(traceback.format_exception(record.exc_info[1]))
        return without_controls(without_secrets(_ENCODER.encode(line).decode()))


class PlainLines(logging.Formatter):
    """A record as a short line for a person, in local time."""

    def format(self, record: logging.LogRecord) -> str:
        clock = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        facts = " ".join(f"{name}={value}" for name, value in carried(record).items())
        level = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        line = without_controls(f"{clock} {level}{record.getMessage()} {facts}".rstrip())
        if record.exc_info:
            told = self.formatException(record.exc_info).splitlines()
            line = "\n".join([line, *map(without_controls, told)])
        return without_secrets(line)


def carried(record: logging.LogRecord) -> dict[str, object]:
    """What a record was given as ``extra``, but for secrets."""
    return {
        name: _HIDDEN if _NAMED.fullmatch(name) else value
        for name, value in vars(record).items()
        if name not in _STANDARD
    }


def without_secrets(text: str) -> str:
    """The text with passwords in URLs and in ``key=value`` pairs taken out."""
    return _KEY.sub(rf"\1={_HIDDEN}", _PASSWORD.sub(rf"\1:{_HIDDEN}@", text))


def without_controls(text: str) -> str:
    """The text with control characters written out: no value starts a line or moves a cursor."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
