"""From a lake's URL to the lake."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from clickstream.errors import LakeError
from clickstream.lake.folder import FolderLake
from clickstream.lake.interface import Lake


def open_lake(url: str) -> Lake:
    """The lake at `file:///folder` or `s3://bucket[/prefix]`.

    A folder need not exist yet. S3 takes its endpoint, region and credentials from the usual
    `AWS_*` variables, or from the role of the machine or function. Nothing is read or written
    before the first call of a method.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path != "":
        return FolderLake(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc and "@" not in parts.netloc:
        # Loading the S3 client takes 20 MB of memory, which a folder does not need.
        from clickstream.lake.s3 import S3Lake  # noqa: PLC0415

        return S3Lake(parts.netloc, prefix=parts.path.strip("/"))
    raise LakeError(
        f"the lake's URL has the form {parts.scheme or 'no scheme'}://…; "
        "give file:///absolute/folder or s3://bucket/prefix"
    )
