"""When the shop is busy: hours, weekdays, slow growth, one day of promotion."""

from collections.abc import Iterator
from typing import Final

from clickstream.simulate.dice import Dice, Weighted
from clickstream.simulate.instants import DAY, HOUR, LOCAL, MINUTE, local_day, weekday
from clickstream.simulate.scenario import Scenario

_HOURS: Final = (
    1.6, 0.9, 0.5, 0.35, 0.3, 0.4, 0.8, 1.6, 2.8, 3.9, 4.4, 4.6,
    4.8, 4.3, 4.1, 4.2, 4.2, 4.0, 4.1, 4.8, 6.0, 6.4, 5.6, 3.4,
)  # fmt: skip
_WEEKDAYS: Final = (1.0, 0.96, 0.97, 0.98, 1.03, 1.16, 1.2)
_GROWTH: Final = 0.15 / 30
"""A day's share of the traffic of the first day that is added each day."""
_FRIDAY: Final = 4
HOUR_OF_DAY: Final = Weighted(enumerate(_HOURS))


class Rhythm:
    """The hours of a scenario, and how many new visitors come in each."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.first_day = local_day(scenario.start_ms)
        self.promotion_day = self._promotion_day()
        dice = Dice(scenario.deeds)
        moods = [dice.between(0.9, 1.1) for _ in range(scenario.days + 2)]
        self._shares = [
            self._share(scenario.start_ms + hour * HOUR, moods) * dice.between(0.88, 1.12)
            for hour in range(scenario.days * 24)
        ]

    def hours(self) -> Iterator[tuple[int, range]]:
        """Each hour's start in milliseconds, and the numbers of the visitors who are new in it.

        The numbers run from 0, and over all hours there are exactly as many as are asked for.
        """
        total, so_far, first = sum(self._shares), 0.0, 0
        for hour, share in enumerate(self._shares):
            so_far += share
            is_last = hour == len(self._shares) - 1
            last = (
                self.scenario.visitors if is_last else int(self.scenario.visitors * so_far / total)
            )
            yield self.scenario.start_ms + hour * HOUR, range(first, last)
            first = last

    def is_promotion(self, milliseconds: int) -> bool:
        return local_day(milliseconds) == self.promotion_day

    def _promotion_day(self) -> int | None:
        """The last Friday within the first three quarters; none in less than a week."""
        day = self.first_day + self.scenario.days * 3 // 4
        while weekday(day) != _FRIDAY:
            day -= 1
        return day if day > self.first_day + 2 else None

    def _share(self, milliseconds: int, moods: list[float]) -> float:
        day = local_day(milliseconds)
        age = day - self.first_day
        share = _HOURS[(milliseconds + LOCAL) // HOUR % 24] * _WEEKDAYS[weekday(day)]
        share *= (1 + _GROWTH * age) * moods[age]
        share *= 1 + 0.45 / (1 + age / 4)  # in the first days nobody comes back yet
        if self.promotion_day is not None:
            share *= {0: 2.0, 1: 1.3}.get(day - self.promotion_day, 1.0)
        return share


def return_at(dice: Dice, after: int, days: float) -> int:
    """An instant about `days` after `after`, at an hour of day at which people shop."""
    if days < 0.5:
        return after + 40 * MINUTE + int(days * DAY)
    day = local_day(after + int(days * DAY))
    at = day * DAY - LOCAL + dice.draw(HOUR_OF_DAY) * HOUR + dice.whole(0, HOUR - 1)
    return at if at > after + 40 * MINUTE else at + DAY
