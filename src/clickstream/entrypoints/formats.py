"""The forms in which an answer can be had."""

from enum import StrEnum


class Format(StrEnum):
    """What ``--format`` takes."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
