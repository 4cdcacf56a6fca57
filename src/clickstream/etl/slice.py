"""A slice: some whole objects, read and normalized for one transaction."""

from datetime import datetime

from clickstream.etl.ledger import LoadedObject
from clickstream.etl.read import read_object
from clickstream.etl.rows import Rejection, values
from clickstream.etl.rules import Rules
from clickstream.etl.tally import Tally
from clickstream.lake import hour_prefix
from clickstream.warehouse.load import WriteRow


class Slice:
    """Objects of the lake, whose rows are written to the stage, and what could not be taken."""

    def __init__(
        self, write_event: WriteRow, write_item: WriteRow, *, kept_from: datetime | None = None
    ) -> None:
        self._write_event, self._write_item = write_event, write_item
        self._kept_from = kept_from
        self._kept_hour = hour_prefix(kept_from) if kept_from else ""
        self.objects: list[LoadedObject] = []
        self.rejections: list[Rejection] = []
        self.tally = Tally()
        self.repeated: list[str] = []
        """The event ids that came more than once."""
        self._ids: set[str] = set()

    def is_full(self, events: int) -> bool:
        """Whether it holds `events` lines or objects."""
        return max(self.tally.lines, self.tally.objects) >= events

    def take(self, key: str, body: bytes, rules: Rules) -> None:
        """Add an object's events; those that cannot be taken are kept as rejections.

        What is older than the warehouse keeps is only counted.
        """
        lines, refused, kept_from = 0, len(self.rejections), self._kept_from
        is_old = "events/0" <= key < self._kept_hour
        for outcome in read_object(key, body, rules, coerced=self.tally.coerced):
            lines += 1
            if isinstance(outcome, Rejection):
                if is_old:
                    self.tally.expired += 1
                else:
                    self.rejections.append(outcome)
                continue
            event, items = outcome
            if kept_from is not None and event.event_timestamp < kept_from:
                self.tally.expired += 1
                continue
            row = self.tally.lines + lines
            self._write_event((row, *values(event)))
            for item in items:
                self._write_item((row, *values(item)))
            if event.event_id in self._ids:
                self.repeated.append(event.event_id)
            self._ids.add(event.event_id)
        rejected = self.rejections[refused:]
        self.objects.append((key, lines, len(rejected)))
        self.tally.count_object(len(body), lines)
        self.tally.count_rejections(rejected)
