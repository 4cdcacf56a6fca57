"""The operating system's user that the embedded PostgreSQL runs as: PostgreSQL refuses root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clickstream.errors import WarehouseError

# An account made for the platform first, PostgreSQL's own next, then what every system has.
CANDIDATES = ("clickstream", "postgres", "nobody", "daemon")

# What PostgreSQL's programs see of the environment: nothing of the caller's.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user of the operating system, by number and name."""

    uid: int
    gid: int
    name: str

    @property
    def is_other(self) -> bool:
        """Whether a process must change its user to become this account."""
        return self.uid != os.geteuid()

    def process_options(self) -> dict[str, Any]:
        """What ``subprocess`` needs to start a program as this account, with nothing inherited."""
        options: dict[str, Any] = {
            "cwd": "/",
            "env": ENVIRONMENT,
            "stdin": subprocess.DEVNULL,
            "umask": 0o077,
        }
        if self.is_other:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def run(
        self, command: Sequence[str], *, keep: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """The finished program, run as this account, its output as text.

        ``keep`` names the descriptors that it inherits.
        """
        try:
            return subprocess.run(  # noqa: S603 - the callers name the programs, without a shell
                command, capture_output=True, text=True, check=False, pass_fds=keep,
                **self.process_options(),
            )  # fmt: skip
        except (PermissionError, subprocess.SubprocessError) as error:
            raise WarehouseError(
                f"Could not run {command[0]} as the user {self.name!r} ({error}). PostgreSQL "
                "refuses to run as root: run the command as an ordinary user, or set "
                "CLICKSTREAM_WAREHOUSE_URL to a server."
            ) from error

    def owns_usable(self, folder: Path) -> bool:
        """Whether this account can enter the folder by its whole path, and write in it."""
        script = 'cd -- "$1" && : > .probe && rm -f .probe'
        return self.run(["/bin/sh", "-c", script, "sh", str(folder)]).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Whether this account can reach the PostgreSQL program by its whole path, and run it."""
        script = 'exec "$1" --version'
        return self.run(["/bin/sh", "-c", script, "sh", str(program)]).returncode == 0

    def take(self, folder: Path) -> None:
        """Make the folder this account's own, closed to everyone else."""
        if self.is_other:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def account_of(uid: int) -> Account:
    """The account with this number."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise WarehouseError(
            f"User number {uid} has no entry in the user database, which PostgreSQL needs. Add it "
            "to /etc/passwd, or set CLICKSTREAM_WAREHOUSE_URL to a server."
        ) from None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)


def server_account() -> Account:
    """The account for a new server: our own, or an unprivileged one when we are root."""
    if os.geteuid() != 0:
        return account_of(os.geteuid())
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=name)
    raise WarehouseError(
        f"PostgreSQL refuses to run as root, and none of the users {', '.join(CANDIDATES)} exists. "
        "Add one (useradd --system clickstream), or run the command as an ordinary user."
    )
