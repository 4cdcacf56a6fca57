"""The error tree. Every message says what failed, where, with which value, and what to do next.

Bad events are data, not errors: see ``clickstream.contract.Rejection``.
"""


class ClickstreamError(Exception):
    """What any part of the platform raises when it cannot go on."""


class SettingsError(ClickstreamError):
    """A setting from the environment or the settings file that cannot be used."""

    def __init__(self, key: str, value: object, expected: str) -> None:
        self.key, self.value, self.expected = key, value, expected
        super().__init__(f"{key} is {value!r}, but {expected}")


class ContractError(ClickstreamError):
    """The contract itself is inconsistent: a generated file differs from its source."""


class LakeError(ClickstreamError):
    """The lake refused to list, read or write. ``is_transient`` says whether a retry may help."""

    def __init__(self, message: str, *, key: str | None = None, is_transient: bool = False) -> None:
        self.key, self.is_transient = key, is_transient
        super().__init__(message)


class WarehouseError(ClickstreamError):
    """The warehouse could not be started, reached, migrated or loaded."""


class BusyError(WarehouseError):
    """Another ETL is at work on the same warehouse; only one may be."""


class ImportFileError(ClickstreamError):
    """A file or map given to ``clickstream import`` that cannot be read as it stands."""


class ReportError(ClickstreamError):
    """A report was asked for with options that it cannot answer."""


class QualityError(ClickstreamError):
    """A check, a series or a webhook of the quality room that cannot be used as it stands."""


class ShopError(ClickstreamError):
    """A request that the shop cannot fulfil; ``code`` says why, ``facts`` are for the asker."""

    def __init__(self, code: str, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.code, self.detail, self.facts = code, detail, facts
