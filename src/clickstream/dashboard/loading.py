"""What a session waits for: the latest request wins, and a result keeps standing until the next."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from shiny import Session, reactive

T = TypeVar("T")
TOGETHER: Final = 0.005
"""For how many seconds an answer waits for others, which are then drawn in one go."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loading:
    """Nothing has been answered yet."""


@dataclass(frozen=True, slots=True)
class Ready(Generic[T]):
    """The answer to the latest request that has been answered."""

    value: T


@dataclass(frozen=True, slots=True)
class Failed:
    """The latest request could not be answered; ``words`` are for the reader of the page."""

    words: str


Outcome = Loading | Ready[T] | Failed


@dataclass(slots=True)
class Activity:
    """What one session has under way; tells the browser when the last request has ended."""

    session: Session
    running: int = 0
    _answers: list[Callable[[], object]] = field(default_factory=list)

    def begin(self) -> None:
        self.running += 1

    async def end(self) -> None:
        self.running -= 1
        await self.settle()

    async def show(self, answer: Callable[[], object]) -> None:
        """Puts an answer into its slot and draws it; those that come together are drawn at once."""
        self._answers.append(answer)
        try:
            await asyncio.sleep(TOGETHER)
            async with reactive.lock():
                while self._answers:
                    self._answers.pop(0)()
                await reactive.flush()
        finally:
            if answer in self._answers:
                self._answers.remove(answer)

    async def settle(self) -> None:
        """Tells the browser, unless something is under way, that what it shows is the answer."""
        if not self.running:
            await self.session.send_custom_message("settled", {})


def _waiting() -> reactive.Value[Any]:
    """A value without an answer yet. Without a name Shiny looks for one in the source."""
    return reactive.Value(Loading(), name="outcome")


@dataclass(slots=True)
class Latest(Generic[T]):
    """A slot for the answer to the newest request; a newer request cancels the older one.

    Nothing is awaited inside a render or a calc, which would hold up every other session.
    """

    activity: Activity
    explain: Callable[[Exception], str]
    outcome: reactive.Value[Outcome[T]] = field(default_factory=_waiting)
    _task: asyncio.Task[None] | None = None

    def request(self, fetch: Callable[[], Awaitable[T]]) -> None:
        """Starts to fetch, in place of whatever this slot was waiting for."""
        self.cancel()
        self.activity.begin()
        self._task = asyncio.create_task(self._run(fetch))

    def give_up(self, words: str) -> None:
        """Stops waiting. Figures that stand keep standing; else ``words`` take their place."""
        self.cancel()
        with reactive.isolate():
            if not isinstance(self.outcome(), Ready):
                self.outcome.set(Failed(words))

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self, fetch: Callable[[], Awaitable[T]]) -> None:
        try:
            outcome = await self._outcome(fetch)
            await self.activity.show(lambda: self.outcome.set(outcome))
        finally:
            await self.activity.end()

    async def _outcome(self, fetch: Callable[[], Awaitable[T]]) -> Outcome[T]:
        try:
            return Ready(await fetch())
        except Exception as error:
            log.exception("A figure of the dashboard could not be fetched")
            return Failed(self.explain(error))
