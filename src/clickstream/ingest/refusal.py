"""Why a whole request is not taken."""


class Refused(Exception):  # noqa: N818 - a bad request is data, and this carries it to its answer
    """A request that is answered with a 4xx: its status, and one line that says what to do."""

    def __init__(
        self, status: int, reason: str, message: str, *, retry_seconds: int | None = None
    ) -> None:
        self.status, self.reason, self.message = status, reason, message
        self.retry_seconds = retry_seconds
        super().__init__(message)
