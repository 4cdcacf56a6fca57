"""Saved funnels and segments: read and checked, asked for by name, and filters like any other."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from histories import History, Visit, load, random_history
from recount import sales_in, visits_in, window
from test_attribution import person

from clickstream.analytics import KINDS, Saved, read_saved
from clickstream.errors import ReportError, SettingsError

FROM, TO = dt.date(2026, 3, 5), dt.date(2026, 3, 10)
SAVED = read_saved(
    {
        "browse": ["page:/", "view_item"],
        "quick": {
            "title": "Bought at once",
            "steps": ["view_item", "purchase"],
            "exclude_steps": ["search"],
            "order": "default",
            "window": "30m",
            "unit": "session",
        },
    },
    {
        "phones": ["device=mobile"],
        "desktops": ["device=desktop"],
        "bolt-on-phones": {"title": "Bolt", "filters": ["device=mobile", "brand=Bolt"]},
        "loyal-phones": ["segment=phones", "segment!=lapsed"],
    },
)


@pytest.mark.unit
def test_saved_and_built_in_names_are_listed() -> None:
    assert [funnel.name for funnel in SAVED.funnels] == ["checkout", "browse", "quick"]
    assert [segment.name for segment in SAVED.segments][:5] == [
        "phones", "desktops", "bolt-on-phones", "loyal-phones", "champions",
    ]  # fmt: skip
    assert {segment.kind for segment in Saved().segments} == {"rfm", "behaviour", "lifecycle"}
    assert SAVED.segment("Cannot lose them") == SAVED.segment("rfm:cannot-lose-them")
    assert SAVED.funnel("quick").title == "Bought at once"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("funnels", "segments", "message"),
    [
        pytest.param({"x": []}, {}, "funnels.x is .*1 to 20 steps", id="no steps"),
        pytest.param({"x": "view"}, {}, "funnels.x is 'view', but a list", id="no list"),
        pytest.param({"x": {"step": ["a"]}}, {}, "funnels.x.step is", id="unknown key"),
        pytest.param({"x": {"steps": ["nope=1"]}}, {}, "no field 'nope'", id="unknown field"),
        pytest.param({"x": {"steps": ["a"], "order": "odd"}}, {}, "--order", id="order"),
        pytest.param({"x": {"steps": ["a"], "window": "1"}}, {}, "--window", id="window"),
        pytest.param({"x": {"steps": ["a"], "unit": 1}}, {}, "funnels.x.unit is 1", id="kind"),
        pytest.param({}, {"x": []}, "segments.x is .*has filters", id="no filters"),
        pytest.param({}, {"x": ["mobile"]}, "give FIELD=VALUE", id="no filter"),
        pytest.param({}, {"x": ["nope=1"]}, "no field 'nope'", id="unknown field in a filter"),
        pytest.param({}, {"x": ["segment=y"]}, "no segment 'y'", id="unknown segment"),
        pytest.param({}, {"x": ["segment=x"]}, "part of itself", id="circle of one"),
        pytest.param(
            {}, {"x": ["segment=y"], "y": ["segment=x"]}, "part of itself", id="circle of two"
        ),
        pytest.param({}, {"New": ["device=mobile"]}, "built in", id="built in"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_named(
    funnels: dict[str, Any], segments: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        read_saved(funnels, segments)


@pytest.mark.unit
def test_an_unknown_name_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(ReportError, match="There are: checkout, browse, quick"):
        SAVED.funnel("sign-up")
    with pytest.raises(ReportError, match=r"There are: phones, .*champions"):
        SAVED.segment("tablets")


@pytest.mark.postgres
def test_a_saved_funnel_is_that_of_its_options(connection: psycopg.Connection, ask: Any) -> None:
    load(connection, random_history(171, events=900))

    by_name = ask("funnel", saved=SAVED, funnel="quick")
    by_steps = ask(
        "funnel", steps=("view_item", "purchase"), exclude_steps=("search",), window="30m",
        unit="session",
    )  # fmt: skip

    assert by_name.rows == by_steps.rows
    assert by_name.params["name"] == "quick"
    assert by_name.params["window"] == "30m"
    assert ask("funnel").rows == ask("funnel", funnel="checkout").rows
    with pytest.raises(ReportError, match="exclude each other"):
        ask("funnel", funnel="checkout", steps=("purchase",))


@pytest.mark.postgres
@pytest.mark.parametrize("name", [name for name in KINDS if name not in {"freshness", "live"}])
def test_a_saved_segment_is_as_good_as_its_filters(
    connection: psycopg.Connection, ask: Any, name: str
) -> None:
    load(connection, random_history(172, events=700))
    filters = ("device=mobile", "brand=Bolt")

    direct = ask(name, filters=filters)

    assert ask(name, saved=SAVED, segments=("bolt-on-phones",)).rows == direct.rows
    assert ask(name, saved=SAVED, filters=("segment=bolt-on-phones",)).rows == direct.rows
    beside = ("device=desktop", "segment=phones")
    assert ask("overview", saved=SAVED, filters=beside).rows[0]["sessions"] == 0


@pytest.mark.postgres
def test_segments_in_one_filter_are_either_and_those_of_their_own_each(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, random_history(173, events=900))

    def sessions(**options: Any) -> int:
        return int(ask("overview", saved=SAVED, **options).rows[0]["sessions"])

    everybody = sessions()
    phones, desktops = sessions(segments=("phones",)), sessions(segments=("desktops",))

    assert phones > 0
    assert phones + desktops == everybody
    assert sessions(filters=("segment=phones", "segment=desktops")) == everybody
    assert sessions(segments=("phones", "desktops")) == 0
    assert sessions(filters=("segment!=phones",)) == desktops
    both = ("segment=bolt-on-phones", "segment=desktops")
    assert desktops < sessions(filters=both) < everybody


def _people(past: History, kind: str) -> dict[str, set[str]]:
    """The persons of each segment by lifecycle or behaviour, from the visits and sales."""
    seen, before = window(FROM, TO), window(FROM - dt.timedelta(days=6), TO)
    here = {person(visit) for visit in visits_in(past, seen)}
    if kind == "behaviour":
        sold = [person(sale.visit) for sale in sales_in(past, window(dt.date(2026, 1, 1), TO))]
        bought = {person(sale.visit) for sale in sales_in(past, seen)}
        return {
            "repeat-buyer": {one for one in bought if sold.count(one) > 1},
            "one-time-buyer": {one for one in bought if sold.count(one) == 1},
            "lapsed": set(sold) - bought,
        }

    def was_before(visit: Visit) -> bool:
        return visit.started < seen.start

    earlier = {person(visit) for visit in visits_in(past, before) if was_before(visit)}
    return {"dormant": earlier - here, "returning": earlier & here}


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["behaviour", "lifecycle"])
def test_a_built_in_segment_filters_by_its_people(
    connection: psycopg.Connection, ask: Any, kind: str
) -> None:
    past = random_history(174, events=900, visitors=40)
    load(connection, past)
    counted = {row["segment"]: row["customers"] for row in ask("segments", kind=kind).rows}

    for name, people in _people(past, kind).items():
        report = ask("overview", segments=(name,))
        inside = [visit for visit in visits_in(past, window(FROM, TO)) if person(visit) in people]
        assert report.rows[0]["sessions"] == len(inside)
        assert counted.get(Saved().segment(name).title, 0) == len(people)
        assert report.params["segments"] == [name]


@pytest.mark.postgres
def test_the_customers_of_an_rfm_segment_are_those_with_its_name(
    connection: psycopg.Connection, ask: Any
) -> None:
    load(connection, random_history(175, events=1500, visitors=60))
    every = ask("customers").rows
    names = {row["segment"] for row in every}

    for name in names:
        inside = {row["person"] for row in every if row["segment"] == name}
        rows = ask("customers", segments=(name,)).rows
        assert {row["person"] for row in rows} == inside
        assert [row for row in every if row["person"] in inside] == list(rows)
        either = ask("customers", filters=(f"segment={name}", "segment=champions")).rows
        assert {row["person"] for row in either} == inside | {
            row["person"] for row in every if row["segment"] == "Champions"
        }
        assert sum(row["orders"] for row in ask("orders", segments=(name,)).summary["totals"]) == (
            sum(row["orders"] for row in every if row["person"] in inside)
        )
