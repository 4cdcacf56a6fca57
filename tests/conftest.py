"""What tests share: real servers, fresh migrated databases, a lake in a temporary folder."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from clickstream.warehouse.binaries import Source, candidates
from clickstream.warehouse.connect import connect
from clickstream.warehouse.home import find_home
from clickstream.warehouse.migrate import migrate
from clickstream.warehouse.postmaster import stop
from clickstream.warehouse.server import EmbeddedServer

if TYPE_CHECKING:
    from clickstream.lake import Lake

TEMPLATE = "migrated"
SOURCES = [pytest.param(source, id=source) for source in ("wheel", "system")]

# Speed for databases that nobody will miss.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_numbers = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would ask a second server what only the first has to answer."""
    if not candidates("wheel"):
        return
    repeated = [one for one in items if one.get_closest_marker("one_server") and _is_second(one)]
    if repeated:
        config.hook.pytest_deselected(items=repeated)
        items[:] = [one for one in items if one not in set(repeated)]


def _is_second(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    return parameters is not None and parameters.params.get("server_source") == "system"


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A temporary folder that other users can enter, as the server of root's tests must."""
    folder = Path(tempfile.mkdtemp(prefix="clickstream-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def open_data_dir(open_folder: Path) -> Iterator[Path]:
    """A data folder that root's embedded server can use in place; stopped when it still runs.

    With ``tmp_path``, which only root can enter, the warehouse would lie below /var/lib.
    """
    folder = open_folder / f"data-{next(_numbers)}"
    yield folder
    home = find_home(folder) if folder.exists() else None
    if home:
        stop(home)


@pytest.fixture(scope="session", params=SOURCES)
def server_source(request: pytest.FixtureRequest) -> Source:
    """Each kind of PostgreSQL that this machine has."""
    source: Source = request.param
    if not candidates(source):
        pytest.skip(f"no PostgreSQL server from the {source} on this machine")
    return source


@pytest.fixture(scope="session")
def server_url(server_source: Source, open_folder: Path) -> Iterator[str]:
    """The URL of a running server, as its superuser; shared by the whole session."""
    folder = open_folder / server_source
    options = FAST | {"max_connections": "60"}
    with EmbeddedServer(folder, prefer=server_source, options=options) as server:
        yield server.url


@pytest.fixture(scope="session")
def template_url(server_url: str) -> str:
    """The server, with a migrated database to copy."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    with connect(make_conninfo(server_url, dbname=TEMPLATE)) as connection:
        migrate(connection)
    return server_url


@pytest.fixture
def warehouse_url(template_url: str) -> Iterator[str]:
    """A fresh, migrated, empty database, on each kind of server in turn."""
    yield from _fresh_database(template_url, template=TEMPLATE)


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """A fresh database without anything in it, not even the schema."""
    yield from _fresh_database(server_url, template="template1")


@pytest.fixture
def connection(warehouse_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the fresh warehouse, as its owner."""
    with connect(warehouse_url) as opened:
        yield opened


@pytest.fixture
def tmp_lake(tmp_path: Path) -> "Lake":
    """An empty lake in a folder."""
    from clickstream.lake import open_lake

    return open_lake(f"file://{tmp_path}/lake")


def _fresh_database(server_url: str, *, template: str) -> Iterator[str]:
    name = sql.Identifier(number := f"test_{next(_numbers)}")
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} template {}").format(name, sql.Identifier(template))
        )
        yield server_url.replace("/clickstream?", f"/{number}?")
        admin.execute(sql.SQL("drop database {} with (force)").format(name))
