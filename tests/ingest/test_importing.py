"""Files become lake objects: the same at every import, nothing lost without a word."""

import gzip
import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clickstream.contract import decode_object
from clickstream.errors import ImportFileError
from clickstream.ingest.importing import ImportReport, import_file
from clickstream.ingest.mapping import read_map
from clickstream.lake import Lake

pytestmark = pytest.mark.unit

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = datetime(2026, 3, 2, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples"
MAP = """
[fields]
eventName = "what"
eventTimestamp = "when"
clientId = "who"
"product.id" = "sku"
"product.category" = "category"
"properties.shelf.row" = "shelf"
[time]
zone = "Asia/Ho_Chi_Minh"
[defaults]
"product.category" = "unknown"
[constants]
currency = "VND"
[values.eventName]
view = "view_item"
"""
HEADER = "what,when,who,sku,category,shelf\n"


def bring_in(
    lake: Lake, path: Path, content: str | bytes, *, mapping: str | None = MAP, **options: Any
) -> ImportReport:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    parsed = read_map(mapping, name="map.toml") if mapping else None
    return import_file(path, lake, mapping=parsed, **({"now": FIRST} | options))


def events(lake: Lake) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for entry in lake.list("events/"):
        found += map(decode_object, gzip.decompress(lake.get(entry.key)).splitlines())
    return found


def test_a_row_becomes_an_event_under_the_hour_in_which_it_happened(
    tmp_lake: Lake, tmp_path: Path
) -> None:
    report = bring_in(
        tmp_lake, tmp_path / "f.csv", HEADER + "view,2026-02-01 06:30:00,c1,7,,left\n"
    )
    assert (report.rows, report.events, report.objects_written) == (1, 1, 1)
    (entry,) = tmp_lake.list()
    assert entry.key.startswith("events/2026/01/31/23/batch-")
    (event,) = events(tmp_lake)
    envelope = event.pop("_ingest")
    assert len(envelope.pop("eventId")) == 36
    assert envelope == {"receivedAt": "2026-03-01T00:00:00Z", "source": "import"}
    assert event == {
        "eventName": "view_item",
        "eventTimestamp": "2026-01-31T23:30:00Z",
        "clientId": "c1",
        "product": {"id": "7", "category": "unknown"},
        "properties": {"shelf.row": "left"},
        "currency": "VND",
    }


def test_importing_twice_changes_nothing(tmp_lake: Lake, tmp_path: Path) -> None:
    rows = HEADER + "".join(f"view,2026-02-01 06:{n:02}:00,c{n},7,a,b\n" for n in range(50))
    bring_in(tmp_lake, tmp_path / "f.csv", rows)
    before = {entry.key: tmp_lake.get(entry.key) for entry in tmp_lake.list()}
    again = bring_in(tmp_lake, tmp_path / "renamed.csv", rows, now=SECOND)
    assert {entry.key: tmp_lake.get(entry.key) for entry in tmp_lake.list()} == before
    assert (again.objects_written, again.objects_present) == (0, 1)


def test_equal_rows_stay_distinct_and_keep_their_ids_wherever_they_stand(
    tmp_lake: Lake, tmp_path: Path
) -> None:
    row, other = "view,2026-02-01 06:00:00,c,7,a,b\n", "view,2026-02-01 06:00:01,c,7,a,b\n"
    bring_in(tmp_lake, tmp_path / "f.csv", HEADER + row + row + other)
    ids = {event["_ingest"]["eventId"] for event in events(tmp_lake)}
    assert len(ids) == 3
    bring_in(tmp_lake, tmp_path / "f.csv", HEADER + other + row + row)
    assert {event["_ingest"]["eventId"] for event in events(tmp_lake)} == ids


def test_equal_rows_are_one_event_if_the_map_says_so(tmp_lake: Lake, tmp_path: Path) -> None:
    row = "view,2026-02-01 06:00:00,c,7,a,b\n"
    report = bring_in(
        tmp_lake, tmp_path / "f.csv", HEADER + row * 3, mapping=f"deduplicate = true\n{MAP}"
    )
    assert (report.rows, report.events, report.duplicates) == (3, 1, 2)


def test_rows_that_are_not_taken_are_counted_and_written_aside(
    tmp_lake: Lake, tmp_path: Path
) -> None:
    rows = [
        "view,2026-02-01 06:00:00,c,7,a,b",
        ",2026-02-01 06:00:00,c,7,a,b",
        "view,yesterday,c,7,a,b",
        "view,,c,7,a,b",
        "view,2026-02-01 06:00:00,c,7,a,b,more",
        "view,2026-02-01 06:00:00",
        "view,2026-02-01 06:00:00,\udcff,7,a,b",
    ]
    content = (HEADER + "\n".join(rows) + "\n").encode(errors="surrogateescape")
    aside = tmp_path / "rejects.ndjson"
    report = bring_in(tmp_lake, tmp_path / "f.csv", content, rejects=aside)
    assert report.events == 2
    assert report.rejected == {
        "missing_event_name": 1, "invalid_timestamp": 2, "invalid_field": 1, "invalid_json": 1,
    }  # fmt: skip
    written = [json.loads(line) for line in aside.read_text().splitlines()]
    assert [reject["line"] for reject in written] == [3, 4, 5, 6, 8]
    assert written[0]["row"] == rows[1]
    assert [reject.line for reject in report.first_rejects] == [3, 4, 5, 6, 8]
    assert report.rows == report.events + sum(report.rejected.values())


def test_contract_events_need_no_map_and_are_kept_as_they_came(
    tmp_lake: Lake, tmp_path: Path
) -> None:
    own = '{"eventName": "a", "eventId": "1", "eventTimestamp": 1769900000000, "new": [1]}'
    lines = [
        own,
        "",
        '{"eventName":"b","eventTimestamp":"2026-01-31T23:00:00Z"}',
        '{"eventName":"c"}',
    ]
    report = bring_in(tmp_lake, tmp_path / "f.ndjson", "\n".join(lines), mapping=None)
    assert (report.rows, report.events) == (3, 2)
    assert report.rejected == {"invalid_timestamp": 1}
    kept = b"".join(gzip.decompress(tmp_lake.get(entry.key)) for entry in tmp_lake.list())
    assert own[:-1].encode() in kept
    assert ["eventId" in event["_ingest"] for event in events(tmp_lake)] == [False, True]


def test_ndjson_takes_a_map_and_reaches_into_objects(tmp_lake: Lake, tmp_path: Path) -> None:
    mapping = '[fields]\neventName = "type"\neventTimestamp = "at.ms"\nuserId = "user.id"\n'
    content = '{"type":"x","at":{"ms":1769900000000},"user":{"id":5}}\n'
    assert bring_in(tmp_lake, tmp_path / "f.jsonl", content, mapping=mapping).events == 1
    (event,) = events(tmp_lake)
    assert (event["eventName"], event["userId"]) == ("x", 5)


def test_gzipped_files_and_a_byte_order_mark_are_read(tmp_lake: Lake, tmp_path: Path) -> None:
    content = gzip.compress(b"\xef\xbb\xbf" + HEADER.encode() + b"view,2026-02-01,c,7,a,b\n")
    assert bring_in(tmp_lake, tmp_path / "f.csv.gz", content).events == 1


def test_a_damaged_file_says_so(tmp_lake: Lake, tmp_path: Path) -> None:
    content = gzip.compress(HEADER.encode() + b"view,2026-02-01,c,7,a,b\n" * 1000)[:-20]
    with pytest.raises(ImportFileError, match=r"f\.csv\.gz is damaged"):
        bring_in(tmp_lake, tmp_path / "f.csv.gz", content)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        pytest.param("fields = 3", "is no map", id="a number for a table"),
        pytest.param("[fields", "is no TOML", id="no TOML"),
        pytest.param(MAP.replace("clientId", "clientID"), "'clientID' in .fields.", id="field"),
        pytest.param(MAP.replace("product.id", "product.sku"), "'product.sku'", id="inner field"),
        pytest.param(MAP + '[values.userId]\na = "b"', "has no column", id="values of nothing"),
        pytest.param(MAP.replace("Asia/", "Asien/"), "is no IANA zone", id="zone"),
        pytest.param(MAP.replace("[time]", '[time]\nformat = "iso"'), "no strptime", id="format"),
        pytest.param(MAP.replace("eventTimestamp", "sentAt"), "no eventTimestamp", id="no instant"),
        pytest.param("colour = 1\n" + MAP, "unknown field `colour`", id="unknown table"),
        pytest.param(
            MAP.replace('"sku"', '"SKU"'), "has no column 'SKU'; it has 'what'", id="column"
        ),
    ],
)
def test_a_map_that_is_wrong_is_told_where(
    tmp_lake: Lake, tmp_path: Path, mapping: str, message: str
) -> None:
    with pytest.raises(ImportFileError, match=message):
        bring_in(
            tmp_lake, tmp_path / "f.csv", HEADER + "view,2026-02-01,c,7,a,b\n", mapping=mapping
        )
    assert list(tmp_lake.list()) == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("f.csv", "", "is empty", id="empty"),
        pytest.param("f.parquet", "PAR1", "does not tell by its name", id="another format"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(
    tmp_lake: Lake, tmp_path: Path, name: str, content: str, message: str
) -> None:
    with pytest.raises(ImportFileError, match=message):
        bring_in(tmp_lake, tmp_path / name, content)


def test_csv_without_a_map_and_a_missing_file_say_what_to_do(
    tmp_lake: Lake, tmp_path: Path
) -> None:
    with pytest.raises(ImportFileError, match="give --map"):
        bring_in(tmp_lake, tmp_path / "f.csv", HEADER, mapping=None)
    with pytest.raises(ImportFileError, match="cannot read"):
        import_file(tmp_path / "none.csv", tmp_lake, mapping=None, now=FIRST)


def test_memory_does_not_grow_with_an_unsorted_file(
    tmp_lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clickstream.ingest.hours._BUFFERED_BYTES", 100_000)
    rows = "".join(
        f"view,2026-02-{1 + n % 28:02} {n % 24:02}:00:00,c{n},7,a,{'b' * 300}\n"
        for n in range(8000)
    )
    (tmp_path / "f.csv").write_text(HEADER + rows)
    mapping = read_map(MAP, name="map.toml")
    tracemalloc.start()
    report = import_file(tmp_path / "f.csv", tmp_lake, mapping=mapping, now=FIRST)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.events == 8000
    assert peak < 2_500_000  # the file has 2.8 million bytes, the lines twice that
    assert len(events(tmp_lake)) == 8000


def test_progress_ends_at_the_end(tmp_lake: Lake, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    rows = HEADER + "view,2026-02-01,c,7,a,b\n" * 5000
    bring_in(
        tmp_lake, tmp_path / "f.csv", rows, progress=lambda done, size: told.append((done, size))
    )
    assert told[-1] == (len(rows), len(rows))
    assert told == sorted(told)


def test_the_example_map_takes_every_row_of_the_electronics_shop(
    tmp_lake: Lake, fixtures: Path
) -> None:
    mapping = read_map((EXAMPLES / "rees46.toml").read_text(), name="rees46.toml")
    (path,) = (fixtures / "rees46_oct2019_sample").glob("*.csv")
    report = import_file(path, tmp_lake, mapping=mapping, now=FIRST)
    assert (report.events, dict(report.rejected)) == (17_435, {})
    names = [event["eventName"] for event in events(tmp_lake)]
    assert [names.count(name) for name in ("view_item", "add_to_cart", "purchase")] == [
        17_056, 165, 214,
    ]  # fmt: skip
    assert len({event["_ingest"]["eventId"] for event in events(tmp_lake)}) == 17_435


def test_the_example_map_takes_every_row_of_the_synthetic_shop(
    tmp_lake: Lake, fixtures: Path
) -> None:
    mapping = read_map((EXAMPLES / "retentioneering.toml").read_text(), name="map")
    path = fixtures / "retentioneering_ecom" / "ecom.csv.gz"
    report = import_file(path, tmp_lake, mapping=mapping, now=FIRST)
    assert (report.events, dict(report.rejected)) == (31_106, {})


def _timeline(lake: Lake) -> list[tuple[str, str]]:
    """Names and instants of what lies in the lake, in the order in which reports take them."""
    found = sorted(
        (event["eventTimestamp"], event["_ingest"]["eventId"], event["eventName"])
        for event in events(lake)
    )
    return [(name, at) for at, _, name in found]


def test_a_visitors_events_at_one_instant_keep_the_order_of_their_rows(
    tmp_path: Path, tmp_lake: Lake
) -> None:
    names = [f"e{number * 7 % 26:02d}" for number in range(26)]
    rows = "".join(f"ann,{name},2026-01-31 10:00:00\n" for name in names)
    path = tmp_path / "log.csv"
    path.write_text("user,event,time\n" + rows)
    mapping = read_map(
        '[fields]\nclientId = "user"\neventName = "event"\neventTimestamp = "time"', name="a map"
    )

    import_file(path, tmp_lake, mapping=mapping, now=FIRST)

    assert [name for name, _ in _timeline(tmp_lake)] == names


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        pytest.param("user,event,time\na,x,1769853600\n", '[time]\nunit = "s"', id="seconds"),
        pytest.param("user,event,time\na,x,1769853600000\n", "", id="milliseconds"),
        pytest.param(
            "user,event,time\na,x,1769853600000000\n", '[time]\nunit = "us"', id="microseconds"
        ),
        pytest.param("user,event,time\na,x,1769853600\n", "", id="seconds by their size"),
        pytest.param("user,event,time\na,x,1769853600000000\n", "", id="microseconds by theirs"),
        pytest.param(
            "a;x;2026-01-31 17:00\n",
            'header = ["user", "event", "time"]\ndelimiter = ";"\n'
            '[time]\nzone = "Asia/Ho_Chi_Minh"',
            id="no header, another zone",
        ),
        pytest.param("user\tevent\ttime\na\tx\t31.01.2026 10h\n",
                     'delimiter = "\\t"\n[time]\nformat = "%d.%m.%Y %Hh"', id="tabs and a format"),
    ],
)  # fmt: skip
def test_a_log_of_user_event_and_time_is_read_as_it_is_written(
    tmp_path: Path, tmp_lake: Lake, text: str, extra: str
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text)
    head, _, tail = extra.partition("[time]")
    fields = '[fields]\nclientId = "user"\neventName = "event"\neventTimestamp = "time"\n'
    mapping = read_map(head + fields + ("[time]" + tail if tail else ""), name="a map")

    import_file(path, tmp_lake, mapping=mapping, now=FIRST)

    assert _timeline(tmp_lake) == [("x", "2026-01-31T10:00:00Z")]


LINES = """\
invoice;item;name;pieces;at;price;kind
A1;7;Caf\xe9;2;01.02.2026 10:00;1.299,50;sale
A1;8;Tea;1;01.02.2026 10:00;5,25;sale
A1;8;Tea;-1;02.02.2026 10:00;5,25;credit
A2;7;Caf\xe9;1;01.02.2026 11:00;1.299,50;sale
;9;Mug;1;03.02.2026 10:00;3,00;sale
;9;Mug;1;03.02.2026 10:00;3,00;sale
"""
LINES_MAP = """
delimiter = ";"
encoding = "latin-1"
decimal = ","
group = "invoice"
[fields]
eventName = "kind"
eventTimestamp = "at"
"order.id" = "invoice"
"items.id" = "item"
"items.name" = "name"
"items.quantity" = "pieces"
"items.price" = "price"
[time]
format = "%d.%m.%Y %H:%M"
[values.eventName]
sale = "purchase"
credit = "refund"
"""


def test_the_lines_of_an_invoice_are_one_event_as_european_programs_write_them(
    tmp_lake: Lake, tmp_path: Path
) -> None:
    rows = LINES.encode("latin-1")

    report = bring_in(tmp_lake, tmp_path / "invoices.csv", rows, mapping=LINES_MAP)
    again = bring_in(tmp_lake, tmp_path / "invoices.csv", rows, mapping=LINES_MAP, now=SECOND)
    found = sorted(events(tmp_lake), key=lambda event: str(event["eventTimestamp"]))

    assert (report.rows, report.events, report.joined) == (6, 5, 1)
    assert again.objects_written == 0
    assert [(event["eventName"], event.get("order")) for event in found] == [
        ("purchase", {"id": "A1"}), ("purchase", {"id": "A2"}), ("refund", {"id": "A1"}),
        ("purchase", None), ("purchase", None),
    ]  # fmt: skip
    assert found[0]["items"] == [
        {"id": "7", "name": "Caf\xe9", "quantity": 2, "price": "1299.50"},
        {"id": "8", "name": "Tea", "quantity": 1, "price": "5.25"},
    ]
    assert [item["quantity"] for item in found[2]["items"]] == [1]


def test_a_row_may_name_the_campaign_in_columns_of_its_own(tmp_lake: Lake, tmp_path: Path) -> None:
    rows = "user,at,page,from,what\na,1769853600,,10341182,\nb,1769853600,/p?x=1#top,é & co,red\n"
    mapping = (
        '[fields]\nclientId = "user"\neventTimestamp = "at"\npageUrl = "page"\n'
        'utm_source = "from"\nutm_campaign = "what"\n'
        '[constants]\neventName = "page_view"\nutm_medium = "display"'
    )

    bring_in(tmp_lake, tmp_path / "touches.csv", rows, mapping=mapping)

    assert sorted(event["pageUrl"] for event in events(tmp_lake)) == [
        "/p?x=1&utm_source=%C3%A9+%26+co&utm_medium=display&utm_campaign=red#top",
        "?utm_source=10341182&utm_medium=display",
    ]


def test_a_row_may_tell_what_a_request_would_of_its_sender(tmp_path: Path, tmp_lake: Lake) -> None:
    path = tmp_path / "log.csv"
    rows = "user,event,time,land,agent\na,x,1769853600000,VN,Robot/1.0\nb,x,1,,\n"
    mapping = (
        '[fields]\nclientId = "user"\neventName = "event"\neventTimestamp = "time"\n'
        'country = "land"\nuserAgent = "agent"\n[defaults]\ncountry = "DE"'
    )

    bring_in(tmp_lake, path, rows, mapping=mapping)
    again = bring_in(tmp_lake, path, rows, mapping=mapping, now=SECOND)
    told = {event["clientId"]: event for event in events(tmp_lake)}

    assert again.objects_written == 0
    assert told["a"]["_ingest"].items() >= {"country": "VN", "userAgent": "Robot/1.0"}.items()
    assert told["b"]["_ingest"].items() >= {"country": "DE"}.items()
    assert "userAgent" not in told["b"]["_ingest"]
    assert not {"country", "userAgent"} & told["a"].keys()


@pytest.mark.parametrize("name", [path.name for path in EXAMPLES.glob("*.toml")])
def test_every_example_is_a_map(name: str) -> None:
    if name != "spend.toml":
        assert read_map((EXAMPLES / name).read_text(), name=name).fields


def test_the_example_for_purchases_reads_the_cdnow_sample(tmp_lake: Lake, tmp_path: Path) -> None:
    mapping = (EXAMPLES / "purchases.toml").read_text()

    bring_in(
        tmp_lake, tmp_path / "cdnow.csv", "customer,date,dollars\n00004,19970101,29.33\n",
        mapping=mapping,
    )  # fmt: skip
    (event,) = events(tmp_lake)

    assert event["eventName"] == "purchase"
    assert event["userId"] == "00004"
    assert event["eventTimestamp"] == "1997-01-01T00:00:00Z"
    assert float(event["order"]["value"]) == 29.33
