"""Where the embedded server's files lie, so that its user can reach them and no other can."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from clickstream.errors import WarehouseError
from clickstream.warehouse.account import Account, account_of, server_account
from clickstream.warehouse.locks import held

SHARED_ROOT = Path("/var/lib/clickstream")
SHORT_ROOT = Path("/tmp")  # noqa: S108 - only ever a private folder below it, and checked

# A Unix socket's whole path may have 107 bytes (103 on macOS).
LONGEST_SOCKET = 103
SOCKET_NAME = ".s.PGSQL.5432"

# Beside a home below the shared root: the link in the data folder that it was made for.
ORIGIN = "origin"


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folder of one embedded server, and the account that its server runs as.

    What the server writes lies in folders of its own; what is written for it (configuration,
    locks) lies beside them, where the server cannot change it.
    """

    path: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.path / "pgdata"

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def start_lock(self) -> Path:
        """Held while somebody starts or stops the server."""
        return self.path / "start.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the server and its processes for as long as one of them lives."""
        return self.path / "server.lock"

    @property
    def users_lock(self) -> Path:
        """Held, shared, by every process that uses the server."""
        return self.path / "users.lock"

    @property
    def socket_link(self) -> Path:
        return self.path / "socket"

    @property
    def major(self) -> int | None:
        """The PostgreSQL version that made the data, or nothing when there is none yet."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None


def find_home(data_dir: Path) -> Home | None:
    """The home that exists for a data folder, without making anything."""
    link = (data_dir / "warehouse").absolute()
    path = link.resolve()
    if not (path / "pgdata").is_dir():
        return None
    if link.is_symlink() and (owner := _owner(path)) not in (None, link):
        raise WarehouseError(
            f"{link} was copied from {owner}, and both point to the warehouse in {path}. Remove "
            f"{link} to begin with an empty warehouse, and load the lake into it."
        )
    return Home(path=path, account=account_of((path / "pgdata").stat().st_uid))


def prepare_home(data_dir: Path, shared_root: Path = SHARED_ROOT) -> Home:
    """The home for a data folder: ``<data_dir>/warehouse``.

    When root's server account cannot reach that folder, it becomes a link to one below
    ``shared_root``: nothing above the data folder changes its mode.
    """
    data_dir = data_dir.absolute()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with held(data_dir, seconds=60):
            home = find_home(data_dir) or _new_home(data_dir, shared_root)
            _claim(home, data_dir / "warehouse")
            return home
    except PermissionError as error:
        raise WarehouseError(
            f"{error.filename or data_dir} is closed to this user ({error.strerror}). Run the "
            "command as the user who made it, or set CLICKSTREAM_DATA_DIR to another folder."
        ) from error


def _new_home(data_dir: Path, shared_root: Path) -> Home:
    account = server_account()
    link = data_dir / "warehouse"
    if not link.is_symlink():
        link.mkdir(mode=0o700, exist_ok=True)
    home = Home(path=link.resolve(), account=account)
    if _can_serve(home):
        return home
    if not account.is_other or link.is_symlink() or any(link.iterdir()):
        raise WarehouseError(
            f"The user {account.name!r} cannot use {home.path} for the embedded PostgreSQL. "
            "Move what lies there away, or set CLICKSTREAM_DATA_DIR to another folder."
        )
    moved = Home(path=shared_root / secrets.token_hex(8), account=account)
    make_shared_root(shared_root)
    if not _can_serve(moved):
        raise WarehouseError(
            f"The user {account.name!r} can reach neither {link} nor {shared_root}. Set "
            "CLICKSTREAM_DATA_DIR to a folder that it can enter."
        )
    link.rmdir()
    link.symlink_to(moved.path)
    return moved


def abandoned(shared_root: Path = SHARED_ROOT) -> list[Path]:
    """The homes below the shared root whose data folder was removed: theirs to delete who know."""
    homes = [origin.parent for origin in shared_root.glob(f"*/{ORIGIN}")]
    return sorted(home for home in homes if _owner(home) is None)


def _claim(home: Home, link: Path) -> None:
    """Note which link points to the home, for the day when it is copied, moved or removed."""
    if link.is_symlink() and _owner(home.path) != link:
        (home.path / ORIGIN).write_text(str(link))


def _owner(home: Path) -> Path | None:
    """The link that the home was made for, while it still points there."""
    try:
        link = Path((home / ORIGIN).read_text())
        return link if link.readlink() == home else None
    except OSError:
        return None


def make_shared_root(shared_root: Path) -> None:
    """Make root's folder for what the server's account must reach, whatever the umask is."""
    if not shared_root.exists():
        shared_root.mkdir(parents=True)
        shared_root.chmod(0o755)


def _can_serve(home: Home) -> bool:
    """Whether a data folder for the account can be made in this home and be used by it.

    An ordinary file system answers yes as soon as the parents can be entered; some (drvfs, vboxsf,
    squashed NFS) know no owners, and PostgreSQL refuses them.
    """
    probe = home.path / "probe"
    try:
        home.path.mkdir(mode=0o700, exist_ok=True)
        home.path.chmod(0o711 if home.account.is_other else 0o700)
        probe.mkdir(exist_ok=True)
        home.account.take(probe)
    except PermissionError:
        return False
    is_private = probe.stat().st_mode & 0o777 == 0o700
    is_usable = is_private and home.account.owns_usable(probe)
    probe.rmdir()
    return is_usable


def socket_folder(home: Home) -> Path:
    """A folder for the server's socket that only its account (and root) can enter.

    It lies in the home, unless that path is too long for a socket: then a folder with a random
    name below /tmp, which ``socket`` in the home points to.
    """
    link = home.socket_link
    if not link.is_symlink() and len(os.fsencode(link / SOCKET_NAME)) <= LONGEST_SOCKET:
        link.mkdir(mode=0o700, exist_ok=True)
        home.account.take(link)
        return link
    if link.is_symlink() and _is_private(link.readlink(), home.account):
        return link.readlink()
    link.unlink(missing_ok=True)
    folder = SHORT_ROOT / f"clickstream-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    home.account.take(folder)
    link.symlink_to(folder)
    return folder


def _is_private(folder: Path, account: Account) -> bool:
    """Whether the folder is really a folder, the account's, and closed to all others."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return folder.is_dir() and not folder.is_symlink() and (
        (found.st_uid, found.st_mode & 0o777) == (account.uid, 0o700)
    )  # fmt: skip
