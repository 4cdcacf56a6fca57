"""Sessions: who they are, where they look, how long they wait, and what their errors say."""

import psycopg
import pytest

from clickstream.errors import WarehouseError
from clickstream.warehouse.connect import connect

pytestmark = pytest.mark.postgres


def shown(connection: psycopg.Connection, name: str) -> object:
    row = connection.execute("select current_setting(%s)", [name]).fetchone()
    return row and row[0]


@pytest.mark.parametrize("role", ["clickstream_etl", "clickstream_reader", None])
def test_every_session_looks_into_the_schema_in_utc(warehouse_url: str, role):
    with connect(warehouse_url, role=role, application_name="a test") as connection:
        assert shown(connection, "search_path") == "clickstream"
        assert shown(connection, "timezone") == "UTC"
        assert shown(connection, "application_name") == "a test"
        row = connection.execute("select current_user::text").fetchone()
        assert row == (role or "clickstream",)


def test_the_session_outlives_a_rollback(warehouse_url: str):
    with connect(warehouse_url, role="clickstream_reader") as connection:
        connection.execute("select 1")
        connection.rollback()
        assert shown(connection, "search_path") == "clickstream"
        assert connection.execute("select current_user::text").fetchone() == ("clickstream_reader",)


def test_the_reader_reads_and_cannot_write_even_when_it_tries_to(warehouse_url: str):
    with connect(warehouse_url, role="clickstream_reader", autocommit=True) as connection:
        assert connection.execute("select count(*) from events").fetchone() == (0,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("delete from events")
        connection.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from events")


def test_the_etl_writes_data_and_not_the_schema(warehouse_url: str):
    with connect(warehouse_url, role="clickstream_etl", autocommit=True) as connection:
        connection.execute("delete from events")
        for statement in ("drop table events", "delete from schema_migrations"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_a_readers_slow_question_is_ended(warehouse_url: str):
    with connect(warehouse_url, role="clickstream_reader") as connection:
        assert shown(connection, "statement_timeout") == "30s"
    with (
        connect(warehouse_url, role="clickstream_reader", statement_seconds=0.05) as connection,
        pytest.raises(psycopg.errors.QueryCanceled),
    ):
        connection.execute("select pg_sleep(10)")


def test_the_etl_has_all_the_time_it_needs(warehouse_url: str):
    with connect(warehouse_url, role="clickstream_etl") as connection:
        assert shown(connection, "statement_timeout") == "0"


def test_a_role_that_is_missing_is_an_error_that_says_what_to_run(empty_url: str):
    with pytest.raises(WarehouseError, match="clickstream migrate"):
        connect(empty_url, role="nobody_of_that_name")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://shop:hunter%2D2@127.0.0.1:1/shop", id="nobody listens"),
        pytest.param("host=127.0.0.1 port=1 user=shop password=hunter%2D2", id="key words"),
        pytest.param("postgresql://shop:hunter%2D2@127.0.0.1:port/shop", id="not a port"),
        pytest.param(
            "postgresql://shop:hunter%2D2@127.0.0.1:1/shop?colour=red", id="not an option"
        ),
        pytest.param("postgresql://shop:hunter%2@127.0.0.1:1/shop", id="not an encoding"),
    ],
)
def test_an_error_never_tells_the_password(url: str):
    with pytest.raises(WarehouseError) as caught:
        connect(url)
    shown_text = f"{caught.value} {caught.value.__cause__}"
    assert "hunter" not in shown_text
    assert caught.value.__suppress_context__
    assert "CLICKSTREAM_WAREHOUSE_URL" in shown_text
