"""What the hosts run: a real cluster made by their own scripts, backups in a real S3 server."""

import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clickstream.entrypoints.settings import load_settings
from clickstream.entrypoints.vault import read_connection
from clickstream.errors import SettingsError
from clickstream.warehouse.account import server_account
from clickstream.warehouse.binaries import Source, candidates, reachable
from clickstream.warehouse.connect import connect
from clickstream.warehouse.migrate import migrate

HOST = Path(__file__).parents[2] / "infra" / "host"
UNITS = sorted((HOST / "units").iterdir())


@dataclass(frozen=True)
class Machine:
    """A host's database, and the environment that its units give to its scripts."""

    environment: dict[str, str]
    has_tls: bool = False

    def run(self, script: str, *arguments: str, check: bool = True) -> Any:
        return subprocess.run(
            [sys.executable, str(HOST / script), *arguments],
            env=self.environment, check=check, capture_output=True, text=True,
        )  # fmt: skip

    def local(self, database: str = "clickstream", user: str = "postgres") -> str:
        socket_folder = self.environment["HOST_SOCKET"]
        port = self.environment["PGPORT"]
        return f"host={socket_folder} port={port} user={user} dbname={database}"

    @property
    def vault(self) -> str:
        return f"s3://{self.environment['HOST_VAULT']}/{self.environment['HOST_VAULT_KEY']}"


@pytest.fixture(scope="module")
def machine(server_source: Source, open_folder: Path, s3_server: Any) -> Iterator[Machine]:
    """One for each kind of PostgreSQL here; the wheel's is built without TLS."""
    account = server_account()
    folder = open_folder / f"host-{server_source}"
    folder.mkdir()
    shutil.copytree(HOST, folder / "scripts")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
        os.chown(path, account.uid, account.gid)
    binaries = reachable(candidates(server_source)[0], account, open_folder)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        **s3_server.environment(),
        "PATH": os.environ["PATH"],
        "PGBIN": str(binaries.folder),
        "PGPORT": str(port),
        "HOST_KIND": "warehouse",
        "HOST_DATA": str(folder),
        "HOST_SOCKET": str(folder),
        "HOST_DATABASE": "clickstream",
        "HOST_LOGIN": "clickstream_lambda",
        "HOST_ADDRESS": "127.0.0.1",
        "HOST_PORT": str(port),
        "HOST_CLIENTS": "127.0.0.1/32",
        "HOST_VAULT": "lake",
        "HOST_VAULT_KEY": "vault-of-the-host/warehouse/etl",
        "HOST_BACKUPS": "lake",
    }
    drop = (
        {"user": account.uid, "group": account.gid, "extra_groups": []} if not os.getuid() else {}
    )
    subprocess.run(
        ["sh", str(folder / "scripts" / "cluster.sh")],
        env=environment,
        check=True,
        cwd=folder,
        **drop,
    )
    if server_source == "wheel":
        configuration = folder / "postgres" / "postgresql.conf"
        configuration.write_text(configuration.read_text().replace("ssl = on", "ssl = off"))
        rules = folder / "postgres" / "pg_hba.conf"
        rules.write_text(rules.read_text().replace("hostssl", "host"))
    me = pwd.getpwuid(os.getuid()).pw_name
    with (folder / "postgres" / "pg_ident.conf").open("a") as names:
        names.write(f"host {me} clickstream\nhost {me} clickstream_dashboard\n")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(binaries.folder / "postgres"), "-D", str(folder / "postgres"), "-k", str(folder)],
            env=environment, stdout=log, stderr=log, cwd=folder, **drop,
        )  # fmt: skip
    try:
        _await_server(folder, port, server)
        yield Machine(environment, has_tls=server_source != "wheel")
    finally:
        server.terminate()
        server.wait(30)


def _await_server(folder: Path, port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(f"host={folder} port={port} user=postgres dbname=postgres").close()
        except psycopg.OperationalError:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def reached(prepared: "Machine") -> "Machine":
    """The same, where it can be reached over the network as on AWS."""
    if not prepared.has_tls:
        pytest.skip("this PostgreSQL is built without TLS")
    return prepared


@pytest.fixture
def prepared(machine: Machine, s3_server: Any, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The host after its units `prepare` and `migrate`."""
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    said = machine.run("prepare.py")
    assert said.stdout + said.stderr == ""
    with connect(machine.local(user="clickstream")) as owner:
        migrate(owner)
    machine.run("grant.py")
    return machine


@pytest.mark.postgres
def test_the_function_finds_a_password_and_a_certificate_in_the_vault(reached: Machine) -> None:
    found = read_connection("SETTING", reached.vault)
    with connect(found, role="clickstream_etl") as connection:
        assert connection.info.host == "127.0.0.1"
        assert connection.pgconn.ssl_in_use
        connection.execute("insert into etl_discoveries (kind, started_at) values ('all', now())")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table clickstream.mine (id int)")
    assert "sslmode=verify-full" in found.replace("'", "")


@pytest.mark.postgres
def test_each_start_makes_another_password_and_the_old_one_is_dead(reached: Machine) -> None:
    old = read_connection("SETTING", reached.vault)
    reached.run("prepare.py")
    assert read_connection("SETTING", reached.vault) != old
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(old)
    psycopg.connect(read_connection("SETTING", reached.vault)).close()


@pytest.mark.postgres
def test_nobody_comes_over_the_network_without_tls_or_as_another_role(reached: Machine) -> None:
    port = reached.environment["PGPORT"]
    for login, mode in (("clickstream_lambda", "disable"), ("postgres", "require"),
                        ("clickstream", "require")):  # fmt: skip
        with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
            psycopg.connect(
                f"host=127.0.0.1 port={port} user={login} dbname=clickstream sslmode={mode}"
            )


@pytest.mark.postgres
def test_the_dashboard_reads_and_cannot_write(prepared: Machine) -> None:
    login = prepared.local(user="clickstream_dashboard")
    with connect(login, role="clickstream_reader") as reader:
        assert reader.execute("select count(*) from events").fetchone()
        with pytest.raises(psycopg.Error):
            reader.execute("delete from events")


@pytest.mark.postgres
def test_a_backup_is_restored_to_the_same_rows(prepared: Machine) -> None:
    mark = "insert into etl_discoveries (kind, started_at) values (%s, '2026-01-01Z')"
    with connect(prepared.local(user="clickstream"), autocommit=True) as owner:
        owner.execute("delete from etl_discoveries")
        owner.execute(mark, ("all",))
    key = prepared.run("backup.py", "save").stdout.strip()
    assert re.fullmatch(r"clickstream/\d{4}/\d\d/\d\d/\d{6}\.dump", key)
    assert key in prepared.run("backup.py", "list").stdout.split()
    with connect(prepared.local(user="clickstream"), autocommit=True) as owner:
        owner.execute("delete from etl_discoveries")
        owner.execute(mark, ("recent",))
    assert prepared.run("backup.py", "restore", key).stdout.strip() == key
    for database, kind in (("clickstream", "all"), ("clickstream_before", "recent")):
        with connect(prepared.local(database)) as connection:
            assert connection.execute("select kind from etl_discoveries").fetchall() == [(kind,)]
    login = prepared.local(user="clickstream")
    if prepared.has_tls:
        login = read_connection("SETTING", prepared.vault)
    with connect(login, role="clickstream_etl") as function:
        assert function.execute("select count(*) from etl_discoveries").fetchone() == (1,)
    with connect(prepared.local(user="clickstream_dashboard"), role="clickstream_reader") as reader:
        assert reader.execute("select count(*) from etl_discoveries").fetchone() == (1,)


@pytest.mark.postgres
def test_a_dump_that_fails_leaves_no_object(prepared: Machine) -> None:
    before = prepared.run("backup.py", "list").stdout
    broken = Machine({**prepared.environment, "HOST_DATABASE": "clickstream_none"})
    said = broken.run("backup.py", "save", check=False)
    assert said.returncode == 1
    assert "nothing was saved" in said.stderr
    assert broken.run("backup.py", "list").stdout.strip() == ""
    assert prepared.run("backup.py", "list").stdout == before


@pytest.mark.postgres
def test_a_backup_that_does_not_exist_changes_nothing(prepared: Machine) -> None:
    said = prepared.run("backup.py", "restore", "clickstream/none.dump", check=False)
    assert said.returncode == 1
    assert "there is no backup" in said.stderr


def test_a_vault_without_a_url_says_where_and_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "etl").write_text("hunter2 is the password\n")
    with pytest.raises(SettingsError) as caught:
        read_connection("CLICKSTREAM_WAREHOUSE_URL_FROM", f"{tmp_path.as_uri()}/etl")
    assert "hunter2" not in str(caught.value)


@pytest.mark.unit
@pytest.mark.parametrize("unit", [pytest.param(path, id=path.name) for path in UNITS])
def test_a_unit_names_only_what_the_bundle_brings(unit: Path) -> None:
    text = unit.read_text()
    for name in re.findall(r"/opt/clickstream/current/host/([\w.]+)", text):
        assert (HOST / name).is_file(), name
    for name in re.findall(r"clickstream-[\w]+\.(?:service|timer|target)", text):
        assert (HOST / "units" / name).is_file(), name
    if unit.suffix == ".service":
        assert "NoNewPrivileges=true" in text
        assert "ProtectSystem=strict" in text


@pytest.mark.unit
@pytest.mark.parametrize("name", ["migrate", "etl", "dashboard"])
def test_a_unit_that_runs_the_platform_names_the_servers_socket(name: str) -> None:
    text = (HOST / "units" / f"clickstream-{name}.service").read_text()
    settings = load_settings(dict(re.findall(r"(?m)^Environment=(\w+)=(.*)$", text)))
    assert settings.warehouse_url
    said = psycopg.conninfo.conninfo_to_dict(settings.warehouse_url)
    assert (said["host"], said["dbname"]) == ("/run/clickstream-postgres", "clickstream")
    assert said.get("user") == ("clickstream_dashboard" if name == "dashboard" else None)
    postgres = (HOST / "units" / "clickstream-postgres.service").read_text()
    assert "-k /run/clickstream-postgres" in postgres


@pytest.mark.unit
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    """Programs that are not on this machine are replaced by one that is."""
    for unit in UNITS:
        text = re.sub(r"(?m)^(Exec\w+=[+]?)/\S+", r"\1/bin/true", unit.read_text())
        text = re.sub(r"(?m)^(User|Group)=.*$", r"\1=root", text)
        (tmp_path / unit.name).write_text(text)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        check=False, capture_output=True, text=True,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    assert [line for line in said.stderr.splitlines() if "clickstream" in line] == []
