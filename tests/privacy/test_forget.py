"""A person erased leaves the tables that a lake without them would make."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from clickstream.etl.privacy import erasures
from clickstream.etl.privacy.forget import reapply_all
from clickstream.etl.privacy.missed import carry_out_missed
from clickstream.etl.privacy.person import Person
from clickstream.lake import EVENTS
from clickstream.simulate import write_history
from clickstream.warehouse.connect import connect
from clickstream.warehouse.details import refresh
from clickstream.warehouse.exchange import LIVE, table_names

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.postgres

ANN = Person(user_ids=frozenset({"ann"}))


def test_all_of_a_user_goes_and_nothing_of_others(shop: "Shop", people: dict[str, str]) -> None:
    shop.load()
    proof = shop.forget(ANN)
    assert shop.events() == ["b1", "b2", "b3", "x1", "x2"]
    assert (proof.events, proof.lines, proof.remaining) == (6, 9, 0)
    assert proof.tables["quarantine"] == 2
    assert b"ann" not in shop.text()
    assert b"phone" not in shop.text()
    assert shop.sums() == shop.sums_of_a_rebuild()
    assert {one.key: one.action for one in proof.objects} == {
        people["many"]: "rewritten",
        people["one"]: "removed",
        people["refund"]: "removed",
        people["again"]: "rewritten",
        people["refused"]: "rewritten",
    }


def test_the_shops_own_orders_and_all_examples_of_checks_go_too(
    shop: "Shop", people: dict[str, str]
) -> None:
    shop.load()
    shop.connection.execute(
        "insert into shop_orders values ('o-1', now(), 50, 'EUR', 'paid', now()),"
        " ('o-2', now(), 9, 'EUR', 'paid', now());"
        "insert into quality_results (run_id, check_name, checked_at, status, message, examples)"
        " select gen_random_uuid(), id, now(), 'failed', '1 row too many: ' || id, array[id]"
        " from unnest(array['a4', 'ann', 'o-1', 'ann@shop.example', 'bob']) as told (id)"
    )
    shop.forget(ANN)
    orders = shop.connection.execute("select order_id from shop_orders").fetchall()
    kept = shop.connection.execute("select distinct message, examples from quality_results")
    assert orders == [("o-2",)]
    assert kept.fetchall() == [("1 row too many (the examples went with an erasure)", None)]


def test_no_other_table_keeps_a_persons_ids(shop: "Shop", people: dict[str, str]) -> None:
    shop.load()
    refresh(shop.connection, at_most=timedelta(minutes=1))
    theirs = {row[0] for row in shop.connection.execute(
        "select unnest(array[event_id, session_id]) from events"
        " where user_id = 'ann'"
    )}  # fmt: skip
    shop.forget(ANN)
    left = {
        (table, found)
        for table in table_names(shop.connection, LIVE)
        for (text,) in shop.connection.execute(f"select to_jsonb(t)::text from {table} as t")
        for found in {*theirs, "ann"} if f'"{found}"' in text
    }  # fmt: skip
    assert theirs
    assert left == set()


def test_nothing_is_loaded_again_after_an_erasure(shop: "Shop", people: dict[str, str]) -> None:
    shop.load()
    shop.forget(ANN)
    before = shop.sums()
    loaded = shop.connection.execute("select sum(lines) from etl_runs").fetchone()
    shop.load()
    assert shop.sums() == before
    assert shop.connection.execute("select sum(lines) from etl_runs").fetchone() == loaded


def test_a_client_is_all_of_a_browser_whoever_used_it(shop: "Shop", people: dict[str, str]) -> None:
    shop.load()
    shop.forget(Person(client_ids=frozenset({"shared"})))
    assert shop.events() == ["a1", "a2", "a5", "x1", "x2"]
    assert shop.sums() == shop.sums_of_a_rebuild()


def test_what_was_not_loaded_yet_goes_too(shop: "Shop", people: dict[str, str]) -> None:
    assert shop.forget(ANN).events == 6
    assert b"ann" not in shop.text()


def test_a_dry_run_changes_nothing_and_counts_the_same(
    shop: "Shop", people: dict[str, str]
) -> None:
    shop.load()
    before, text = shop.sums(), shop.text()
    dry = shop.forget(ANN, is_dry=True)
    assert (shop.sums(), shop.text()) == (before, text)
    assert list(erasures.listed(shop.lake)) == []
    done = shop.forget(ANN)
    assert dry.events == done.events
    assert [(one.key, one.erased) for one in dry.objects] == [
        (one.key, one.erased) for one in done.objects
    ]


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(Person(user_ids=frozenset({"nobody"})), id="a-user"),
        pytest.param(Person(client_ids=frozenset({"none"})), id="a-client"),
        pytest.param(Person(user_ids=frozenset({"an"})), id="the-beginning-of-another"),
        pytest.param(Person(user_ids=frozenset({"phone"})), id="a-client-that-is-no-user"),
    ],
)
def test_who_is_not_known_is_found_nowhere(
    shop: "Shop", people: dict[str, str], person: Person
) -> None:
    shop.load()
    before = shop.sums()
    assert not shop.forget(person).is_found
    assert shop.sums() == before


@pytest.mark.parametrize(
    "sent", [pytest.param(4711, id="a-number"), pytest.param("4711", id="digits")]
)
def test_a_user_that_is_a_number_is_found_as_text_and_as_number(shop: "Shop", sent: object) -> None:
    shop.put(
        "batch-1.ndjson",
        shop.event("e1", 1, client="c", user=sent),
        shop.event("e2", 2, client="d"),
        shop.event("e3", 3, client="d", product={"id": 4711}),
        b'{"eventName": 7, "product": {"id": 4711}}',
    )
    proof = shop.forget(Person(user_ids=frozenset({"4711"})))
    assert (proof.events, proof.lines, proof.remaining) == (1, 1, 0)


def test_an_id_written_with_escapes_is_found(shop: "Shop") -> None:
    line = b'{"eventName": "x", "userId": "\\u0061n\\/n\\"\xc3\xa9", "clientId": "c"}'
    shop.put("batch-1.ndjson", line, shop.event("e2", 2, client="d"))
    proof = shop.forget(Person(user_ids=frozenset({'an/n"é'})))
    assert (proof.events, proof.lines, proof.remaining) == (1, 1, 0)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(["ann"], id="a-list"),
        pytest.param({"id": "ann"}, id="an-object"),
        pytest.param({"id": "ann", "mail": "ann@shop.example"}, id="an-object-with-more"),
    ],
)
def test_an_id_in_another_type_is_found_whether_or_not_its_line_was_taken(
    shop: "Shop", sent: object
) -> None:
    shop.put("batch-1.ndjson", shop.event("e1", 1, user=sent), shop.event("e2", 2, client="d"))
    shop.load()
    assert shop.forget(ANN).lines == 1
    assert b"ann" not in shop.text()
    assert shop.sums() == shop.sums_of_a_rebuild()


def test_anothers_event_of_the_same_id_takes_the_place_of_an_erased_one(shop: "Shop") -> None:
    event = shop.event
    shop.put("batch-1.ndjson", event("same", 1, client="phone", user="ann"))
    shop.put("batch-2.ndjson", event("same", 9, client="c"), event("f", 3, client="c"))
    shop.load()
    shop.forget(ANN)
    assert shop.events() == ["f", "same"]
    assert shop.sums() == shop.sums_of_a_rebuild()


def test_a_torn_object_that_names_a_person_goes_as_a_whole(shop: "Shop") -> None:
    shop.put("batch-1.ndjson", shop.event("e", 1, client="c"))
    whole = gzip.compress(b'{"eventName":"x","userId":"ann"}\n' * 5)
    shop.lake.put("events/2026/03/09/12/batch-9.ndjson.gz", whole[:-9])
    shop.load()
    assert not shop.forget(Person(user_ids=frozenset({"bob"}))).is_found
    assert not shop.forget(Person()).is_found
    proof = shop.forget(ANN)
    assert [one.action for one in proof.objects] == ["removed"]
    assert proof.tables["quarantine"] == 1
    assert shop.sums() == shop.sums_of_a_rebuild()


def test_the_list_of_erasures_names_no_person_and_undoes_a_restore(
    shop: "Shop", people: dict[str, str]
) -> None:
    shop.load()
    bodies = {one.key: shop.lake.get(one.key) for one in shop.lake.list(EVENTS)}
    shop.forget(ANN)
    erased = shop.sums()
    (entry,) = shop.lake.list(erasures.ERASURES)
    assert b"ann" not in shop.lake.get(entry.key)
    shop.connection.execute("delete from etl_objects; delete from quarantine")
    for key, body in bodies.items():
        shop.lake.put(key, body)
    shop.load()
    assert "a1" in shop.events()
    assert reapply_all(shop.desk()) == 6
    assert shop.sums() == erased
    assert b"ann" not in shop.text()


def test_a_warehouse_restored_by_other_means_erases_before_it_loads(
    shop: "Shop", people: dict[str, str]
) -> None:
    with connect(shop.fresh(), role="clickstream_etl", autocommit=True) as connection:
        restored = replace(shop, connection=connection)
        restored.load()
        shop.forget(ANN)
        shop.put("later.json", shop.event("l1", 200, client="late"))
        assert carry_out_missed(restored.desk()) == 6
        assert "a1" not in restored.events()
        assert carry_out_missed(restored.desk()) == 0
        for one in (restored, shop):
            one.load()
        assert restored.sums() == shop.sums()
        assert carry_out_missed(shop.desk()) == 0


def test_an_erasure_without_an_end_is_left_to_the_next(
    shop: "Shop", people: dict[str, str]
) -> None:
    shop.load()
    shop.forget(ANN)
    (entry,) = erasures.listed(shop.lake)
    erasures.write(shop.lake, structs.replace(entry, is_finished=False))
    shop.connection.execute("delete from erasures_done")
    assert carry_out_missed(shop.desk()) == 0
    assert shop.connection.execute("select count(*) from erasures_done").fetchone() == (0,)


def test_of_simulated_shoppers_some_are_erased_and_the_rest_is_exact(shop: "Shop") -> None:
    end = datetime(2026, 3, 9, tzinfo=UTC)
    write_history(shop.lake, visitors=300, days=6, seed=4, end=end)
    shop.load()
    users = shop.connection.execute(
        "select user_id from identities group by user_id order by count(*) desc, user_id limit 25"
    ).fetchall()
    clients = shop.connection.execute(
        "select visitor_id from visitors where user_id is null order by events desc limit 15"
    ).fetchall()
    person = Person(
        user_ids=frozenset(row[0] for row in users),
        client_ids=frozenset(row[0] for row in clients),
    )
    proof = shop.forget(person)
    assert proof.events > 100
    assert proof.remaining == 0
    text = shop.text()
    assert [one for one in person.user_ids if f'"userId":"{one}"'.encode() in text] == []
    assert shop.sums() == shop.sums_of_a_rebuild()
