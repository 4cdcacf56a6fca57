"""What one session of the dashboard works with: its view, its questions, and what it waits for."""

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from shiny import Session, reactive

from clickstream.analytics import Report, Saved
from clickstream.analytics.saved import BUILT_IN_ONLY
from clickstream.dashboard.filters import Filters, Period, View
from clickstream.dashboard.loading import Activity, Failed, Latest, Loading, Outcome, Ready
from clickstream.dashboard.queries import Answers, Freshness, Option, question

T = TypeVar("T")
LOOK_SECONDS: Final = 5.0
REFRESH_SECONDS: Final = 20.0
AHEAD: Final = 4
AHEAD_SECONDS: Final = 3.0
"""For how many pages at once, and how long, figures are waited for before a browser connects."""
LATE_AFTER: Final = dt.timedelta(hours=2)
"""How long no load may have begun before the pages say so."""
AWAY: Final = "The warehouse is away. The figures come back by themselves once it answers."


@dataclass(slots=True)
class Office:
    """What all sessions share: the answers, the clock in the report's zone, where events go."""

    answers: Answers
    clock: Callable[[], dt.datetime]
    collector_url: str
    explain: Callable[[Exception], str]
    saved: Saved = BUILT_IN_ONLY
    late_after: dt.timedelta = LATE_AFTER
    _looked: float = float("-inf")
    _state: Outcome[Freshness] = field(default_factory=Loading)
    _ahead: set[asyncio.Task[None]] = field(default_factory=set)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def now(self, filters: Filters) -> dt.datetime:
        """The instant now, in the zone of the filters; the report's own unless one is chosen."""
        now = self.clock()
        return now.astimezone(ZoneInfo(filters.timezone)) if filters.timezone else now

    def period(self, filters: Filters) -> Period:
        """The days that the filters mean now."""
        return filters.period(self.now(filters).date())

    def is_late(self, fresh: Freshness) -> bool:
        """Whether no load has begun for longer than it should."""
        last = fresh.last_run_at
        return last is not None and self.clock() - last > self.late_after

    async def state(self) -> Outcome[Freshness]:
        """The warehouse's state, looked at once every few seconds for all sessions together."""
        async with self._lock:
            if time.monotonic() - self._looked >= LOOK_SECONDS - 0.5:
                self._state = await self._look()
                self._looked = time.monotonic()
            return self._state

    def known(self) -> Outcome[Freshness]:
        """The state as it was just looked at, without looking again."""
        is_recent = time.monotonic() - self._looked < 2 * LOOK_SECONDS
        return self._state if is_recent else Loading()

    def fetch_ahead(self, fetches: Sequence["Fetch"], view: View) -> None:
        """Begins to ask what a page will ask for, unless enough is being asked already."""
        if len(self._ahead) < AHEAD:
            task = asyncio.create_task(self._fetch_all(fetches, view))
            self._ahead.add(task)
            task.add_done_callback(self._ahead.discard)

    async def _fetch_all(self, fetches: Sequence["Fetch"], view: View) -> None:
        state = await self.state()
        if isinstance(state, Ready) and state.value.has_events:
            # What fails is not kept: the page asks again, and says why. What takes long is soon
            # the page's own to wait for, so that a query ends once its page has moved on.
            asked = asyncio.gather(
                *(fetch(self, view) for fetch in fetches), return_exceptions=True
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(asked, AHEAD_SECONDS)

    async def _look(self) -> Outcome[Freshness]:
        try:
            return Ready(await self.answers.freshness())
        except Exception as error:  # noqa: BLE001 - shown in words on every page
            return Failed(self.explain(error))

    async def ask(self, report: str, filters: Filters, period: Period, **options: Option) -> Report:
        """The report for a period under the filters chosen."""
        chosen: dict[str, Option] = {f"only_{name}": values for name, values in filters.chosen}
        traffic = {"bots": filters.bots, "internal": filters.internal}
        chosen |= {name: value for name, value in traffic.items() if value != "exclude"}
        days = {"from_": str(period.start), "to": str(period.end), "timezone": filters.timezone}
        return await self.answers.ask(question(report, **days, **chosen, **options))


Fetch = Callable[[Office, View], Awaitable[object]]
"""What a page asks for, under a view."""


@dataclass(slots=True)
class Desk:
    """One session: what it looks at, what the warehouse holds, and what is being fetched.

    ``own`` is the view without its filters. What is drawn from figures and from settings of its
    page follows it, and so waits for the figures of new filters instead of drawing the old anew.
    """

    office: Office
    session: Session
    activity: Activity
    view: reactive.Value[View]
    own: reactive.Value[View]
    state: reactive.Value[Outcome[Freshness]]
    _refreshed: float = float("-inf")

    def turn_to(self, seen: View) -> None:
        """Looks at another view."""
        if seen != self.view():
            self.view.set(seen)
        if seen.without_filters() != self.own():
            self.own.set(seen.without_filters())

    def load(
        self,
        page: str,
        fetch: Callable[[View], Awaitable[T]],
        *,
        keys: tuple[str, ...] = (),
        every: float | None = None,
    ) -> reactive.Value[Outcome[T]]:
        """The outcome of ``fetch`` for the view, while ``page`` is shown.

        Fetched again when the filters, one of the page's own ``keys`` or the data have changed;
        and after as many seconds as ``every`` says.
        """
        latest: Latest[T] = Latest(self.activity, self.office.explain)
        asked: list[object] = [None]

        @reactive.effect
        def _() -> None:
            view, state = self.view(), self.state()
            if view.page != page:
                return
            if isinstance(state, Failed):
                latest.give_up(AWAY)
                asked[0] = None
            elif isinstance(state, Ready) and state.value.has_events:
                turn = self._turn(every)
                own = [view.texts(key) for key in keys]
                wanted = (view.filters, own, state.value.version, turn)
                if wanted != asked[0]:
                    asked[0] = wanted
                    latest.request(lambda: fetch(view))

        return latest.outcome

    def _turn(self, every: float | None) -> int:
        """How often that many seconds have passed; whoever asks is asked again when they have."""
        if every is None:
            return 0
        passed = time.monotonic()
        reactive.invalidate_later(every - passed % every, session=self.session)
        return int(passed / every)

    async def begin(self) -> None:
        """Says that the first view is there, where nothing had to be asked for it."""
        with reactive.isolate():
            is_known = not isinstance(self.state(), Loading)
        if is_known:
            await self.activity.settle()

    async def follow(self) -> None:
        """Keeps ``state`` up to date until the session ends; figures refresh no faster than set."""
        while True:
            await self._take(await self.office.state())
            await asyncio.sleep(LOOK_SECONDS)

    async def _take(self, seen: Outcome[Freshness]) -> None:
        with reactive.isolate():
            known = self.state()
        is_refresh = isinstance(known, Ready) and isinstance(seen, Ready)
        if seen == known or (is_refresh and time.monotonic() - self._refreshed < REFRESH_SECONDS):
            return
        self._refreshed = time.monotonic()
        async with reactive.lock():
            self.state.set(seen)
            await reactive.flush()
        await self.activity.settle()
