"""Why an event, a line or an object is not taken: enumerated, so that it can be counted."""

from enum import StrEnum


class Reason(StrEnum):
    """Every reason for which ingest answers 400 and the ETL quarantines."""

    UNREADABLE_OBJECT = "unreadable_object"
    """The object is not what its name says: broken gzip, or cut off in the middle."""
    INVALID_JSON = "invalid_json"
    """The text is not JSON in UTF-8."""
    NOT_AN_OBJECT = "not_an_object"
    """JSON, but not one object an event."""
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    """More events, items, properties or data attributes than the limits allow."""
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    """A number that no double can hold."""
    MISSING_EVENT_NAME = "missing_event_name"
    INVALID_FIELD = "invalid_field"
    """A field of the contract with the wrong type, or beyond its limit."""
    INVALID_TIMESTAMP = "invalid_timestamp"


class Rejected(Exception):  # noqa: N818 - bad input is data, and this carries it to its counter
    """One event that the contract does not allow. `field` is its path, as in `product.price`."""

    def __init__(self, reason: Reason, message: str, *, field: str | None = None) -> None:
        self.reason, self.message, self.field = reason, message, field
        super().__init__(message)
