import json
import logging

import pytest

from clickstream.entrypoints.logs import JsonLines, PlainLines, without_secrets

pytestmark = pytest.mark.unit


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("clickstream.etl", logging.INFO, __file__, 1, message, (), None)
    vars(made).update(extra)
    return made


def test_a_record_is_one_line_of_json_with_what_it_carries() -> None:
    line = JsonLines("etl").format(record("Loaded\nall", run_id="r-1", events=3))
    found = json.loads(line)
    assert "\n" not in line
    assert found["at"].endswith("Z")
    assert {key: found[key] for key in ("level", "command", "logger", "message")} == {
        "level": "info", "command": "etl", "logger": "clickstream.etl", "message": "Loaded\nall",
    }  # fmt: skip
    assert (found["run_id"], found["events"]) == ("r-1", 3)


def test_an_error_is_told_with_its_traceback_on_the_same_line() -> None:
    failed = record("Failed")
    try:
        raise ValueError("of itself")  # noqa: TRY301 - a traceback is wanted
    except ValueError as error:
        failed.exc_info = (ValueError, error, error.__traceback__)
    line = JsonLines("etl").format(failed)
    assert "\n" not in line
    assert "ValueError: of itself" in json.loads(line)["error"]


def test_a_person_reads_a_short_line() -> None:
    assert PlainLines().format(record("Loaded", events=3)).endswith(" Loaded events=3")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(
            "to postgresql://etl:s3cret@db:5432/shop", "to postgresql://etl:(hidden)@db:5432/shop",
            id="in a URL",
        ),
        pytest.param("host=db password=s3cret x=1", "host=db password=(hidden) x=1", id="in a DSN"),
        pytest.param("http://shop.example/a@b", "http://shop.example/a@b", id="nothing secret"),
    ],
)  # fmt: skip
def test_passwords_are_taken_out(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
