"""After how long a bucket removes objects by itself, which no code of ours decides."""

from typing import Any, Final
from urllib.parse import urlsplit

from clickstream.errors import LakeError

_NO_RULES: Final = "NoSuchLifecycleConfiguration"


def days_until_expiry(url: str, folder: str) -> int | None:
    """The fewest days after which a rule of the bucket removes objects below a folder of the lake.

    None where none does. Raises `LakeError` where the rules cannot be read.
    """
    try:
        import boto3  # noqa: PLC0415 - the SDK is not everybody's
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError:
        raise LakeError("pip install 'clickstream[aws]' to have its rules read") from None
    parts = urlsplit(url)
    try:
        found = boto3.client("s3").get_bucket_lifecycle_configuration(Bucket=parts.netloc)
    except (BotoCoreError, ClientError) as error:
        response: dict[str, Any] = getattr(error, "response", {})
        if response.get("Error", {}).get("Code") == _NO_RULES:
            return None
        raise LakeError(f"its rules cannot be read: {error}") from error
    below = f"{parts.path.strip('/')}/{folder}".lstrip("/")
    return min((days for rule in found["Rules"] if (days := _days(rule, below))), default=None)


def _days(rule: dict[str, Any], below: str) -> int | None:
    """The days of a rule that is in force and touches objects below a prefix."""
    narrowed = rule.get("Filter", {})
    prefix = narrowed.get("And", narrowed).get("Prefix", rule.get("Prefix", ""))
    is_ours = below.startswith(prefix) or prefix.startswith(below)
    days: int | None = rule.get("Expiration", {}).get("Days")
    return days if rule["Status"] == "Enabled" and is_ours else None
