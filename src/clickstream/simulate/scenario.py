"""What is asked for: how many visitors, over which days, from which seed."""

from datetime import datetime

import msgspec

from clickstream.errors import SettingsError
from clickstream.simulate.dice import root
from clickstream.simulate.instants import DAY, to_milliseconds


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """`visitors` distinct visitors in all, over the `days` times 24 hours before `end`."""

    visitors: int
    days: int
    seed: int
    end: datetime

    def __post_init__(self) -> None:
        if self.visitors < 1:
            raise SettingsError("visitors", self.visitors, "expected at least one")
        if not 1 <= self.days <= 3660:
            raise SettingsError("days", self.days, "expected 1 to 3660")
        if self.end.tzinfo is None:
            raise SettingsError(
                "end", self.end.isoformat(), "expected an instant with its zone, such as "
                f"{self.end.isoformat()}Z"
            )  # fmt: skip

    @property
    def end_ms(self) -> int:
        return to_milliseconds(self.end)

    @property
    def start_ms(self) -> int:
        return self.end_ms - self.days * DAY

    @property
    def people(self) -> int:
        """Decides who the visitors are: the same seed means the same people."""
        return root("people", self.seed)

    @property
    def deeds(self) -> int:
        """Decides what they do: any other scenario has events of its own."""
        return root("deeds", self.seed, self.visitors, self.days, self.end_ms)
