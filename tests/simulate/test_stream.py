"""Simulated shoppers: the same from one seed, within the contract, and like a real shop's."""

import hashlib
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from clickstream.contract import Rejected, canonical_action, check_event, decode_object
from clickstream.errors import SettingsError
from clickstream.simulate import Received, Truth, simulate

END = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def month() -> list[Received]:
    return list(simulate(visitors=2500, days=30, seed=11, end=END))


@pytest.fixture(scope="module")
def good(month) -> list[dict]:
    return [
        msgspec.json.decode(one.line)
        for one in month
        if not (one.is_broken or one.is_duplicate or one.is_bot)
    ]


def digest(**scenario) -> str:
    lines = hashlib.sha256()
    for one in simulate(**scenario):
        lines.update(one.received_at.isoformat().encode() + one.line)
    return lines.hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_processes_that_hash_differently():
    program = (
        "import hashlib, datetime as d\n"
        "from clickstream.simulate import simulate\n"
        "lines = hashlib.sha256()\n"
        "for one in simulate(visitors=150, days=9, seed=3,"
        " end=d.datetime(2026, 11, 22, 9, 0, tzinfo=d.UTC)):\n"
        "    lines.update(one.received_at.isoformat().encode() + one.line)\n"
        "print(lines.hexdigest())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for hash_seed in ("0", "4711")
    }
    assert outputs == {digest(visitors=150, days=9, seed=3, end=END)}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"seed": 4}, id="seed"),
        pytest.param({"end": END - timedelta(minutes=5)}, id="end"),
        pytest.param({"visitors": 151}, id="visitors"),
        pytest.param({"days": 10}, id="days"),
    ],
)
def test_another_scenario_gives_other_events(change):
    scenario = {"visitors": 150, "days": 9, "seed": 3, "end": END}

    def ids(scenario):
        lines = [decode_object(one.line) for one in simulate(**scenario) if not one.is_broken]
        return {line["eventId"] for line in lines if "eventId" in line}

    assert not ids(scenario) & ids(scenario | change)


def test_the_same_instant_in_another_zone_gives_the_same_bytes():
    from datetime import timezone

    hanoi = END.astimezone(timezone(timedelta(hours=7)))
    assert digest(visitors=40, days=3, seed=1, end=END) == digest(
        visitors=40, days=3, seed=1, end=hanoi
    )


@pytest.mark.parametrize(
    ("visitors", "days", "end"),
    [
        pytest.param(1, 1, END, id="one visitor"),
        pytest.param(7, 30, END, id="fewer than hours"),
        pytest.param(500, 1, END, id="one busy day"),
        pytest.param(300, 6, datetime(2026, 3, 1, 0, 17, 3, 21, tzinfo=UTC), id="odd end"),
    ],
)
def test_there_are_exactly_as_many_visitors_as_asked_for(visitors, days, end):
    received = list(simulate(visitors=visitors, days=days, seed=5, end=end))
    lines = [decode_object(one.line) for one in received if not one.is_broken]
    assert len({line.get("clientId") or line["sessionId"] for line in lines}) == visitors
    assert all(end - timedelta(days=days) <= one.received_at <= end for one in received)


def test_lines_come_in_the_order_of_their_receipt(month):
    assert all(one.received_at <= two.received_at for one, two in pairwise(month))
    assert month[-1].received_at <= END


def test_every_good_line_passes_the_contract_and_says_when_it_was_received(month):
    for one in month:
        if one.is_broken:
            continue
        document = decode_object(one.line)
        event = check_event(document)
        assert canonical_action(event.event_name) or event.event_name == "scroll"
        assert datetime.fromisoformat(document["_ingest"]["receivedAt"]) == one.received_at
        assert b"\n" not in one.line


def test_every_broken_line_is_refused_for_the_reason_it_is_given(month):
    broken = [one for one in month if one.is_broken]
    assert len({one.broken for one in broken}) >= 4
    for one in broken:
        assert b"\n" not in one.line
        with pytest.raises(Rejected) as refusal:
            check_event(decode_object(one.line))
        assert refusal.value.reason == one.broken


def test_a_duplicate_repeats_the_id_of_an_earlier_event_and_nothing_else_does(month):
    seen: set[str] = set()
    for one in month:
        if one.is_broken:
            continue
        event_id = decode_object(one.line).get("eventId")
        assert (event_id in seen) == one.is_duplicate
        if event_id:
            seen.add(event_id)


def test_an_event_without_an_id_has_one_from_its_receipt(month):
    without = [
        line
        for one in month
        if not one.is_broken and "eventId" not in (line := decode_object(one.line))
    ]
    assert without
    assert all(len(line["_ingest"]["eventId"]) == 36 for line in without)


def test_visitors_without_stored_consent_carry_no_lasting_id(good):
    anonymous = [line for line in good if line.get("consent") == "anonymous"]
    assert anonymous
    assert not any({"clientId", "userId"} & line.keys() for line in anonymous)


def test_rates_are_those_of_a_real_shop(month):
    truth = Truth()
    for one in month:
        truth.add(one)
    assert 0.007 < truth.duplicates / truth.lines < 0.013
    assert 0.005 < truth.late / truth.lines < 0.016
    assert 0.0004 < sum(truth.broken.values()) / truth.lines < 0.002
    assert 0.018 < truth.orders / truth.sessions < 0.032
    assert 1.3 < truth.sessions / (truth.visitors - truth.bots) < 1.8
    assert 5_000_000 < truth.revenue["VND"] / truth.orders < 16_000_000


def test_a_bit_more_than_half_of_the_sessions_are_engaged(good):
    engaged_ms, pages, buyers = Counter(), Counter(), set()
    for line in good:
        session, action = line["sessionId"], canonical_action(line["eventName"])
        engaged_ms[session] += line.get("engagementTimeMs", 0)
        pages[session] += action == "page_view"
        if action == "purchase":
            buyers.add(session)
    engaged = [s for s in pages if engaged_ms[s] >= 10_000 or pages[s] >= 2 or s in buyers]
    assert 0.55 < len(engaged) / len(pages) < 0.67


def test_each_step_towards_an_order_is_taken_by_fewer(good):
    steps = ("view_item", "add_to_cart", "begin_checkout", "add_payment_info", "purchase")
    sessions = {step: set() for step in steps}
    for line in good:
        action = canonical_action(line["eventName"])
        if action in sessions:
            sessions[action].add(line["sessionId"])
    counts = [len(sessions[step]) for step in steps]
    assert counts == sorted(counts, reverse=True)
    assert 0.07 < counts[1] / counts[0] < 0.14


def test_evenings_are_busier_than_nights_and_the_promotion_than_any_day(good):
    hours, days = Counter(), Counter()
    for line in good:
        local = datetime.fromisoformat(line["_ingest"]["receivedAt"]) + timedelta(hours=7)
        hours[local.hour] += 1
        days[local.date()] += 1
    assert hours[21] > 5 * hours[4]
    busiest = max(days, key=lambda day: days[day])
    assert busiest.strftime("%A") == "Friday"


def test_some_sign_in_and_some_share_a_device(good):
    users: dict[str, set[str]] = {}
    for line in good:
        if "userId" in line:
            assert line["userLoginState"] == "logged_in"
            users.setdefault(line["clientId"], set()).add(line["userId"])
    assert any(len(of_one) == 2 for of_one in users.values())
    devices = Counter(user for of_one in users.values() for user in of_one)
    assert max(devices.values()) > 1


@pytest.mark.parametrize(
    ("change", "key"),
    [
        pytest.param({"visitors": 0}, "visitors", id="no visitors"),
        pytest.param({"days": 0}, "days", id="no days"),
        pytest.param({"end": END.replace(tzinfo=None)}, "end", id="no zone"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_by_name(change, key):
    scenario = {"visitors": 1, "days": 1, "seed": 1, "end": END} | change
    with pytest.raises(SettingsError) as refusal:
        next(simulate(**scenario))
    assert refusal.value.key == key
