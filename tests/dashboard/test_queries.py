"""Answers that all sessions share."""

import asyncio
import datetime as dt
from collections.abc import Coroutine
from typing import Any

import pytest

from clickstream.dashboard.queries import Answers, question
from clickstream.dashboard.source import report_options

pytestmark = pytest.mark.unit
DATES = {"from_": "2026-11-09", "to": "2026-11-22"}
ASKED = question("pages", limit=5, **DATES)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_an_answer_is_kept_until_the_next_load_that_changed_rows(standin: Any) -> None:
    async def work() -> None:
        answers = Answers(standin)
        await answers.freshness()
        await answers.ask(ASKED)
        await answers.ask(ASKED)
        assert len(standin.asked) == 1
        standin.version = "2"
        await answers.freshness()
        await answers.ask(ASKED)
        assert len(standin.asked) == 2

    run(work())


def test_sessions_that_ask_the_same_share_one_query(standin: Any) -> None:
    async def work() -> None:
        standin.delay = 0.01
        answers = Answers(standin)
        await asyncio.gather(*(answers.ask(ASKED) for _ in range(20)))
        assert len(standin.asked) == 1

    run(work())


def test_a_query_outlives_the_session_that_asked_first(standin: Any) -> None:
    async def work() -> None:
        standin.delay = 0.05
        answers = Answers(standin)
        first, second = (asyncio.create_task(answers.ask(ASKED)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).name == "pages"
        assert standin.cancelled == []

    run(work())


def test_a_query_ends_when_nobody_waits_and_is_asked_anew_later(standin: Any) -> None:
    async def work() -> None:
        standin.delay = 0.05
        answers = Answers(standin)
        only = asyncio.create_task(answers.ask(ASKED))
        await asyncio.sleep(0.01)
        only.cancel()
        await asyncio.gather(only, return_exceptions=True)
        again = await answers.ask(ASKED)
        assert standin.cancelled == [ASKED]
        assert again.name == "pages"

    run(work())


def test_a_failure_is_not_kept(standin: Any) -> None:
    async def work() -> None:
        answers = Answers(standin)
        standin.error = OSError("away")
        with pytest.raises(OSError, match="away"):
            await answers.ask(ASKED)
        standin.error = None
        assert (await answers.ask(ASKED)).name == "pages"

    run(work())


def test_chosen_values_become_the_filters_of_the_report() -> None:
    asked = question("overview", only_channel=("Email", "a=b"), only_brand=("Dell",), **DATES)
    options = report_options(asked, now=dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    assert options.filters == ("brand=Dell", "channel=Email", "channel=a=b")
    assert str(options.from_) == "2026-11-09"
