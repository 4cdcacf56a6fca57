"""What a visitor agreed to decides what is kept of them, and what is shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from clickstream.analytics import ReportOptions, read_saved, run_report
from clickstream.errors import SettingsError
from clickstream.etl import Rules
from clickstream.ingest import IngestSettings
from clickstream.ingest.context import HttpContext
from clickstream.ingest.receive import receive

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.one_server

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ASKED = ReportOptions(now=NOW, from_=datetime(2026, 3, 9, tzinfo=UTC).date(), to=NOW.date())


def kept(event: dict[str, Any], settings: IngestSettings) -> dict[str, Any]:
    """What the lake gets of an event that was sent alone."""
    context = HttpContext(
        received_at=NOW, method="POST", path="/clickstream", source_ip="203.0.113.77", headers={}
    )
    receipt = receive(
        json.dumps(event).encode(), context, settings=settings, new_id=lambda: "given"
    )
    (line,) = receipt.lines
    document: dict[str, Any] = json.loads(line)
    return document


SENT = {
    "eventName": "page_view", "eventId": "e", "consent": "denied", "userId": "ann",
    "clientId": "phone", "sessionId": "s", "pageUrl": "https://shop.example/", "myOwn": 1,
}  # fmt: skip


@pytest.mark.unit
def test_a_denied_event_is_kept_as_it_came_unless_told_otherwise() -> None:
    document = kept(SENT, IngestSettings())
    assert document.pop("_ingest")["sourceIp"] == "203.0.113.0"
    assert document == SENT


@pytest.mark.unit
def test_a_denied_event_can_be_made_nobodys_before_it_is_stored() -> None:
    document = kept(SENT, IngestSettings(anonymizes_denied=True))
    assert {"userId", "clientId", "sessionId"}.isdisjoint(document)
    assert (document["pageUrl"], document["consent"], document["myOwn"]) == (
        "https://shop.example/", "denied", 1,
    )  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize("consent", ["granted", "anonymous", None])
def test_other_events_are_never_changed(consent: str | None) -> None:
    sent = SENT | {"consent": consent}
    document = kept(sent, IngestSettings(anonymizes_denied=True))
    del document["_ingest"]
    assert document == sent


@pytest.fixture
def asked(shop: "Shop") -> "Shop":
    for number, consent in enumerate(["granted", "granted", "anonymous", "denied", None]):
        more = {"consent": consent} if consent else {}
        shop.put(f"event-{number}.json", shop.event(f"e{number}", 0, client=f"c{number}", **more))
    shop.put("event-9.json", shop.event("e9", 1, client="c0", consent="denied"))
    shop.load()
    return shop


def visitors(shop: "Shop", *filters: str, standing: tuple[str, ...] = ()) -> object:
    options = replace(ASKED, filters=filters, bots="include", saved=read_saved({}, {}, standing))
    return run_report(shop.connection, "overview", options).rows[0]["visitors"]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param((), 5, id="all"),
        pytest.param(("consent=granted",), 1, id="one-no-is-a-no-for-the-session"),
        pytest.param(("consent!=denied",), 3, id="not-denied-with-those-who-were-not-asked"),
        pytest.param(("consent=(none)",), 1, id="not-asked"),
    ],
)
def test_reports_show_whom_they_are_told_to(
    asked: "Shop", filters: tuple[str, ...], expected: int
) -> None:
    assert visitors(asked, *filters) == expected
    assert visitors(asked, standing=filters) == expected


@pytest.mark.postgres
def test_a_reports_own_filter_takes_the_place_of_the_standing_one(asked: "Shop") -> None:
    assert visitors(asked, "consent=denied", standing=("consent=granted",)) == 2
    assert visitors(asked, "device=nothing", standing=("consent=granted",)) == 0


@pytest.mark.unit
def test_a_standing_filter_that_cannot_be_used_is_told_by_its_setting() -> None:
    with pytest.raises(SettingsError, match="CLICKSTREAM_REPORT_FILTERS"):
        read_saved({}, {}, ["agreed=yes"])


@pytest.mark.postgres
def test_a_changed_internal_host_reaches_old_events_by_a_rebuild_only(
    asked: "Shop", caplog: pytest.LogCaptureFixture
) -> None:
    changed = Rules(internal_hosts=frozenset({"shop.example"}))
    shop = asked
    shop.rules = changed
    shop.put("event-10.json", shop.event("e10", 2, client="new"))
    shop.load()
    flagged = "select count(*) filter (where is_internal), count(*) from sessions"
    assert shop.connection.execute(flagged).fetchone() == (1, 6)
    assert "clickstream rebuild" in caplog.text
    assert visitors(shop) == 5, "internal traffic is left out by default"


@pytest.mark.unit
def test_no_address_is_kept_whole_and_no_forwarding_header() -> None:
    whole = {"x-forwarded-for": "198.51.100.77", "forwarded": "for=198.51.100.77",
             "x-real-ip": "198.51.100.77", "cf-connecting-ip": "2001:db8:1:2::77",
             "true-client-ip": "198.51.100.77", "accept-language": "vi"}  # fmt: skip
    for address, stored in (("203.0.113.77", "203.0.113.0"), ("2001:db8:1:2::77", "2001:db8:1::")):
        context = HttpContext(
            received_at=NOW, method="POST", path="/", source_ip=address, headers=whole
        )
        receipt = receive(b'{"eventName":"x"}', context, settings=IngestSettings(),
                          new_id=lambda: "given")  # fmt: skip
        (line,) = receipt.lines
        assert json.loads(line)["_ingest"]["sourceIp"] == stored
        assert b"77" not in line
