"""A lake in an S3 bucket, or in anything that speaks S3."""

import contextlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    GenericError,
    JoinError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from clickstream.errors import LakeError
from clickstream.lake.interface import LakeObject, Remnant
from clickstream.lake.s3_versions import S3Versions

_MISSING: Final = (NotFoundError, FileNotFoundError)  # obstore raises now one, now the other

_CONCURRENT_READS: Final = 32
_LIST_PAGE: Final = 1000

_REQUEST: Final = timedelta(seconds=10)
_CONNECT: Final = timedelta(seconds=3)
_RETRY: Final = timedelta(seconds=15)
"""A writer hears within 25 seconds that its bytes are not safe."""


class S3Lake:
    """One object of the bucket an object. Nothing is sent before the first call."""

    def __init__(self, bucket: str, *, prefix: str = "") -> None:
        self.url: Final = f"s3://{bucket}/{prefix}".rstrip("/")
        self._bucket, self._prefix = bucket, prefix
        try:
            self._store = S3Store(
                bucket,
                prefix=prefix or None,
                # Plain HTTP is used only when the endpoint's own URL says so (an emulator).
                client_options={
                    "allow_http": True,
                    "timeout": _REQUEST,
                    "connect_timeout": _CONNECT,
                },
                retry_config={"max_retries": 3, "retry_timeout": _RETRY},
            )
        except BaseError as error:
            raise LakeError(f"cannot use {self.url} as the lake: {_first_line(error)}") from error

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[LakeObject]:
        with self._lake_errors("list", prefix or "/"):
            for page in obstore.list(
                self._store, prefix or None, offset=after, chunk_size=_LIST_PAGE
            ):
                for entry in page:
                    yield LakeObject(entry["path"], entry["size"])

    def get(self, key: str) -> bytes:
        with self._lake_errors("read", key):
            return obstore.get(self._store, key).bytes().to_bytes()

    def get_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes | LakeError]]:
        running: deque[tuple[str, Future[bytes]]] = deque()
        with ThreadPoolExecutor(_CONCURRENT_READS, thread_name_prefix="lake") as pool:
            try:
                for key in keys:
                    running.append((key, pool.submit(self.get, key)))
                    if len(running) >= 2 * _CONCURRENT_READS:
                        yield _outcome(*running.popleft())
                while running:
                    yield _outcome(*running.popleft())
            finally:
                pool.shutdown(cancel_futures=True)

    def put(self, key: str, body: bytes) -> None:
        with self._lake_errors("write", key):
            obstore.put(self._store, key, body, use_multipart=False)

    def create(self, key: str, body: bytes) -> bool:
        with self._lake_errors("write", key):
            try:
                obstore.put(self._store, key, body, mode="create")
            except (AlreadyExistsError, PreconditionError):
                return False
            return True

    def delete(self, key: str) -> None:
        with self._lake_errors("delete", key), contextlib.suppress(*_MISSING):
            obstore.delete(self._store, key)

    def remnants(self, prefix: str, *, before: datetime) -> Iterator[Remnant]:  # noqa: ARG002 - an object that S3 has is finished
        yield from self._versions.earlier(prefix)

    def read_remnant(self, remnant: Remnant) -> bytes:
        return self._versions.read(remnant)

    def erase_remnant(self, remnant: Remnant) -> None:
        self._versions.erase(remnant)

    @cached_property
    def _versions(self) -> S3Versions:
        return S3Versions(self._bucket, self._prefix)

    @contextlib.contextmanager
    def _lake_errors(self, verb: str, key: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            raise LakeError(
                f"cannot {verb} {key!r} in {self.url}: {_first_line(error)}{_hint(error)}",
                key=key,
                is_transient=isinstance(error, GenericError | JoinError | OSError)
                and not isinstance(error, _MISSING)
                and not _is_denied(error),
            ) from error


def _outcome(key: str, future: Future[bytes]) -> tuple[str, bytes | LakeError]:
    try:
        return key, future.result()
    except LakeError as error:
        return key, error


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def _is_denied(error: BaseException) -> bool:
    """Whether the server knew what was asked, and refused; a listing tells it in words alone."""
    return isinstance(error, UnauthenticatedError | PermissionDeniedError) or any(
        f"status code: {code}" in str(error) for code in (401, 403)
    )


def _hint(error: BaseException) -> str:
    if _is_denied(error):
        return "; check the credentials (AWS_ACCESS_KEY_ID …, or the role) and what they may do"
    if isinstance(error, _MISSING):
        return "; check the bucket's name and AWS_ENDPOINT_URL"
    return ""
