"""An erasure that is killed is finished by the next one, wherever it was."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clickstream.errors import BusyError
from clickstream.etl import ledger, rebuild
from clickstream.etl.privacy import erasures
from clickstream.etl.privacy.person import Person
from clickstream.warehouse.connect import connect

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = [pytest.mark.postgres, pytest.mark.one_server]

KILLED = Path(__file__).with_name("killed_forget.py")
ANN = Person(user_ids=frozenset({"ann"}))


@pytest.fixture
def busy_shop(shop: "Shop") -> "Shop":
    """Three objects, in each of which Ann is on her own telephone and on a shared computer."""
    for number in range(3):
        shop.put(
            f"batch-{number}.ndjson.gz",
            shop.event(f"a{number}", number, client="phone", user="ann", product={"id": number}),
            shop.event(f"b{number}", 90 + number, client="shared", user="bob"),
            shop.event(f"c{number}", 190 + number, client="shared", user="ann"),
            b'{"eventName": 7, "userId": "ann"}',
        )
    shop.load()
    return shop


NEXT = Person()


@pytest.mark.parametrize(
    ("step", "nth", "person"),
    [
        pytest.param("write", 1, ANN, id="before-the-list"),
        pytest.param("erase_lines", 1, ANN, id="before-the-first-object"),
        pytest.param("erase_lines", 3, ANN, id="between-objects"),
        pytest.param("erase_lines", 3, NEXT, id="between-objects-then-another"),
        pytest.param("erase_remnants", 1, ANN, id="before-earlier-versions"),
        pytest.param("erase_rows", 1, ANN, id="before-the-warehouse"),
        pytest.param("apply", 1, ANN, id="within-the-transaction"),
        pytest.param("changed_visitors", 1, NEXT, id="late-in-the-transaction-then-another"),
        pytest.param("finish", 1, ANN, id="before-the-end"),
    ],
)
def test_a_killed_erasure_is_finished_by_the_next(
    busy_shop: "Shop", step: str, nth: int, person: Person
) -> None:
    shop = busy_shop
    command = [sys.executable, KILLED, shop.lake.url, shop.url, "ann", step, str(nth)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert shop.forget(person).remaining == 0
    assert shop.events() == ["b0", "b1", "b2"]
    assert b"ann" not in shop.text()
    assert all(one.is_finished for one in erasures.listed(shop.lake))
    assert shop.sums() == shop.sums_of_a_rebuild()


def test_an_erasure_waits_for_the_etl(busy_shop: "Shop") -> None:
    events: list[int] = []
    erasure = threading.Thread(target=lambda: events.append(busy_shop.forget(ANN).events))
    with connect(busy_shop.url, autocommit=True) as etl:
        with ledger.alone(etl, waits=True):
            erasure.start()
            time.sleep(0.5)
            assert events == []
        erasure.join(60)
    assert events == [6]


def test_an_erasure_and_a_rebuild_do_not_meet(busy_shop: "Shop") -> None:
    with (
        connect(busy_shop.url, autocommit=True) as other,
        rebuild.alone(other),
        pytest.raises(BusyError, match="rebuild"),
    ):
        busy_shop.forget(ANN)
