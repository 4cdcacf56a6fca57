"""The clickstream's orders against those of a shop's own database, by the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

pytestmark = pytest.mark.postgres

LOG = """\
customer,order_no,at,total
ann,A-1,2026-03-06 10:00:00,10.00
bob,A-2,2026-03-06 11:00:00,20.00
cem,A-3,2026-03-06 12:00:00,29.99
"""
MAP = """\
[fields]
clientId = "customer"
"order.id" = "order_no"
"order.value" = "total"
eventTimestamp = "at"
[constants]
eventName = "purchase"
"order.currency" = "EUR"
"""
SHOP = """\
create table orders (
    id text primary key, placed_at timestamptz, value numeric(12, 2), currency char(3), status text,
    card_holder text
);
insert into orders values
    ('A-1', '2026-03-06 10:00:01+00', 10.00, 'EUR', 'shipped', 'secret'),
    ('A-2', '2026-03-06 11:00:01+00', 20.00, 'EUR', 'cancelled', 'secret'),
    ('A-3', '2026-03-06 12:00:01+00', 30.00, 'EUR', 'placed', 'secret'),
    ('A-4', '2026-03-06 13:00:01+00', 40.00, 'EUR', 'placed', 'secret')
"""
SEEN = ("id", "placed_at", "value", "currency", "status")
"""What the shop lets analytics see."""


@pytest.fixture
def shop_url(empty_url: str) -> Iterator[str]:
    """A shop's database, by a role that may read five columns of its orders."""
    role = f"reconciler_{uuid4().hex[:12]}"
    name, columns = sql.Identifier(role), sql.SQL(", ").join(map(sql.Identifier, SEEN))
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute(SHOP)
        connection.execute(sql.SQL("create role {}").format(name))
        connection.execute(sql.SQL("grant select ({}) on orders to {}").format(columns, name))
        yield make_conninfo(empty_url, options=f"-c role={role}")
        connection.execute(sql.SQL("drop owned by {0}; drop role {0}").format(name))


def clickstream(
    *words: str, cwd: Path, warehouse: str, **more: str
) -> subprocess.CompletedProcess[str]:
    own = {key: text for key, text in os.environ.items() if not key.startswith("CLICKSTREAM_")}
    return subprocess.run(
        [sys.executable, "-m", "clickstream.entrypoints.cli", *words],
        env=own | {"CLICKSTREAM_DATA_DIR": str(cwd), "CLICKSTREAM_WAREHOUSE_URL": warehouse} | more,
        cwd=cwd, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_shops_database_is_reconciled_by_a_role_that_sees_five_columns(
    tmp_path: Path, warehouse_url: str, shop_url: str
) -> None:
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "map.toml").write_text(MAP)
    brought = clickstream(
        "import", "log.csv", "--map", "map.toml", cwd=tmp_path, warehouse=warehouse_url
    )
    loaded = clickstream("etl", cwd=tmp_path, warehouse=warehouse_url)
    assert (brought.returncode, loaded.returncode) == (0, 0), brought.stderr + loaded.stderr
    days = ("--from", "2026-03-06", "--to", "2026-03-06", "--format", "json")

    def reconcile(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        asked = ("report", "reconcile", *days, "--orders-url", shop_url, *words)
        return clickstream(*asked, cwd=tmp_path, warehouse=warehouse_url, **more)

    first = reconcile()
    assert first.returncode == 0, first.stderr
    exact = json.loads(first.stdout)
    near = json.loads(reconcile("--tolerance", "0.01").stdout)
    peeking = reconcile(CLICKSTREAM_ORDERS_QUERY="select card_holder, 1, 2, 3 from orders")

    assert {row["order_id"]: row["status"] for row in exact["rows"]} == {
        "A-1": "equal", "A-2": "uncounted", "A-3": "different", "A-4": "missing",
    }  # fmt: skip
    assert [row["status"] for row in near["rows"] if row["order_id"] == "A-3"] == ["equal"]
    assert near["params"]["tolerance"] == "0.01"
    assert (peeking.returncode, peeking.stdout) == (2, "")
    assert "permission denied" in peeking.stderr
    with psycopg.connect(warehouse_url) as connection:
        assert connection.execute("select count(*) from clickstream.shop_orders").fetchone() == (0,)
