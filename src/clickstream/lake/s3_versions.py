"""The earlier versions of a bucket's objects, which only an erasure has to do with."""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

from clickstream.errors import LakeError
from clickstream.lake.interface import Remnant

_GONE: Final = frozenset({"NoSuchVersion", "NoSuchKey", "404"})


class S3Versions:
    """Versions by their ids; a bucket that keeps none has only the current ones.

    The S3 client of the rest of the lake knows no versions, so that this one is the AWS SDK's.
    """

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._root = f"{prefix}/" if prefix else ""
        self._client = _client(bucket)

    def earlier(self, prefix: str) -> Iterator[Remnant]:
        """Every version below a folder that is not its object's current one.

        Marks of deletion are not among them: they hold nothing, and to remove one would bring an
        earlier version back.
        """
        with self._lake_errors("list the versions of", prefix):
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self._bucket, Prefix=self._root + prefix
            )
            for page in pages:
                for one in page.get("Versions", ()):
                    if not one["IsLatest"]:
                        yield Remnant(one["Key"].removeprefix(self._root), one["VersionId"])

    def read(self, remnant: Remnant) -> bytes:
        """A version's bytes; none where it is gone."""
        with self._lake_errors("read a version of", remnant.key):
            try:
                found = self._client.get_object(**self._named(remnant))
            except _client_error() as error:
                if _code(error) in _GONE:
                    return b""
                raise
            body: bytes = found["Body"].read()
            return body

    def erase(self, remnant: Remnant) -> None:
        with self._lake_errors("delete a version of", remnant.key):
            try:
                self._client.delete_object(**self._named(remnant))
            except _client_error() as error:
                if _code(error) not in _GONE:
                    raise

    def _named(self, remnant: Remnant) -> dict[str, str]:
        key = self._root + remnant.key
        return {"Bucket": self._bucket, "Key": key, "VersionId": remnant.version}

    @contextlib.contextmanager
    def _lake_errors(self, verb: str, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - not everybody has it

        try:
            yield
        except (BotoCoreError, _client_error()) as error:
            raise LakeError(
                f"cannot {verb} {key!r} in s3://{self._bucket}: {error}. See that the credentials "
                "may list, read and delete the versions of objects (s3:ListBucketVersions, "
                "s3:GetObjectVersion, s3:DeleteObjectVersion).",
                key=key,
            ) from error


def _client(bucket: str) -> Any:  # noqa: ANN401 - the SDK has no types
    try:
        import boto3  # noqa: PLC0415 - 40 MB that only an erasure in S3 needs
    except ImportError:
        raise LakeError(
            f"cannot look for earlier versions in s3://{bucket}, since the AWS SDK is not "
            "installed: pip install 'clickstream[aws]'. Nothing was changed."
        ) from None
    return boto3.client("s3")


def _client_error() -> type[Exception]:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - as above

    error: type[Exception] = ClientError
    return error


def _code(error: Exception) -> str:
    response: dict[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))
