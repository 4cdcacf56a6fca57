"""What an examination finds, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at, and what to do about it if it is not well."""

    name: str
    status: Status
    finding: str
    advice: str = ""


def ok(name: str, finding: str) -> Finding:
    return Finding(name=name, status=Status.OK, finding=finding)


def warning(name: str, finding: str, advice: str) -> Finding:
    return Finding(name=name, status=Status.WARNING, finding=finding, advice=advice)


def bad(name: str, finding: str, advice: str) -> Finding:
    return Finding(name=name, status=Status.BAD, finding=finding, advice=advice)
