"""Migrations: once, in order, wholly or not at all."""

import psycopg
import pytest

from clickstream.warehouse.migrate import migrate, pending

pytestmark = pytest.mark.postgres


def test_a_fresh_warehouse_has_nothing_pending(connection: psycopg.Connection):
    assert pending(connection) == []
    assert migrate(connection) == []
