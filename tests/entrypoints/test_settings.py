import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from clickstream.entrypoints.settings import (
    CONFIG,
    SETTINGS,
    BadSettingsError,
    load_settings,
    read_settings,
    unknown_variables,
)

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_nothing_set_gives_the_defaults(tmp_path: Path) -> None:
    settings = load_settings({})
    assert settings.data_dir == tmp_path / "data"
    assert settings.lake_url == f"file://{tmp_path}/data/lake"
    assert settings.warehouse_url is None
    assert settings.timezone.key == "UTC"
    assert settings.collector_url == "http://127.0.0.1:8080"
    assert settings.dashboard_url == "http://127.0.0.1:3838"


def test_an_empty_variable_counts_as_unset() -> None:
    assert load_settings({"CLICKSTREAM_TIMEZONE": ""}).timezone.key == "UTC"


def test_the_lake_follows_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings({"CLICKSTREAM_DATA_DIR": "elsewhere"})
    assert settings.lake_url == f"file://{tmp_path}/elsewhere/lake"


def test_a_bucket_is_the_lake_unless_a_lake_is_named() -> None:
    bucket = {"RAW_BUCKET_NAME": "raw-events"}
    assert load_settings(bucket).lake_url == "s3://raw-events"
    named = bucket | {"CLICKSTREAM_LAKE_URL": "file:///lake"}
    assert load_settings(named).lake_url == "file:///lake"


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        pytest.param("CLICKSTREAM_KEY_EVENTS", "sign_up, share", ("sign_up", "share"), id="list"),
        pytest.param("CLICKSTREAM_ALIASES", "beli=purchase", {"beli": "purchase"}, id="table"),
        pytest.param("CLICKSTREAM_ETL_EVERY", "90s", timedelta(seconds=90), id="duration"),
        pytest.param("CLICKSTREAM_KEEP_ADDRESSES", "Yes", True, id="switch"),
        pytest.param("CLICKSTREAM_CURRENCY", "vnd", "VND", id="currency"),
        pytest.param("CLICKSTREAM_METRICS", "ALL", "all", id="word"),
        pytest.param("CLICKSTREAM_ALLOWED_ORIGINS", "*", ("*",), id="every origin"),
        pytest.param(
            "CLICKSTREAM_ALLOWED_ORIGINS", "https://Shop.example/", ("https://shop.example",),
            id="origin",
        ),
        pytest.param(
            "CLICKSTREAM_TRUSTED_PROXIES", "10.0.0.1, 2001:db8::/32",
            (ip_network("10.0.0.1"), ip_network("2001:db8::/32")), id="networks",
        ),
        pytest.param(
            "CLICKSTREAM_INTERNAL_HOSTS", "Staging.Shop.example.", ("staging.shop.example",),
            id="hosts",
        ),
    ],
)  # fmt: skip
def test_a_text_is_read_as_what_it_means(key: str, text: str, expected: object) -> None:
    (name,) = (name for name, one in SETTINGS.items() if one.key == key)
    assert getattr(load_settings({key: text}), name) == expected


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        pytest.param("CLICKSTREAM_TIMEZONE", "Mars/Olympus", "IANA zone", id="zone"),
        pytest.param("CLICKSTREAM_TIMEZONE", "../etc/passwd", "IANA zone", id="zone path"),
        pytest.param("CLICKSTREAM_COLLECTOR_PORT", "70000", "1 to 65535", id="port"),
        pytest.param("CLICKSTREAM_COLLECTOR_PORT", "80²", "1 to 65535", id="digit"),
        pytest.param("CLICKSTREAM_ETL_EVERY", "0s", "duration", id="no time"),
        pytest.param("CLICKSTREAM_ETL_EVERY", "soon", "duration", id="duration"),
        pytest.param("CLICKSTREAM_LAKE_URL", "ftp://lake", "file://… or s3://…", id="lake"),
        pytest.param("CLICKSTREAM_METRICS", "some", "loopback, all", id="word"),
        pytest.param("CLICKSTREAM_DEBUG", "perhaps", "true or false", id="switch"),
        pytest.param("CLICKSTREAM_ALLOWED_ORIGINS", "shop.example", "origins", id="origin"),
        pytest.param("CLICKSTREAM_TRUSTED_PROXIES", "10.0.0.0/40", "networks", id="network"),
        pytest.param("CLICKSTREAM_INTERNAL_HOSTS", "*.shop.example", "host names", id="host"),
        pytest.param("CLICKSTREAM_ALIASES", "beli", "text", id="table"),
    ],
)
def test_a_bad_value_is_named_with_what_was_expected(key: str, text: str, words: str) -> None:
    with pytest.raises(BadSettingsError) as raised:
        load_settings({key: text})
    assert key in str(raised.value)
    assert words in str(raised.value)


def test_every_bad_value_is_reported_at_once() -> None:
    bad = {"CLICKSTREAM_TIMEZONE": "Mars", "CLICKSTREAM_COLLECTOR_PORT": "x"}
    with pytest.raises(BadSettingsError) as raised:
        load_settings(bad)
    assert {problem.key for problem in raised.value.problems} == set(bad)
    assert len(str(raised.value).splitlines()) == 2


def test_a_secret_is_never_shown() -> None:
    with pytest.raises(BadSettingsError) as raised:
        load_settings({"CLICKSTREAM_WAREHOUSE_URL": "mysql://root:hunter2@db/shop"})
    assert "hunter2" not in str(raised.value)
    assert "hunter2" not in repr(raised.value)


def test_the_file_gives_values_and_the_environment_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / "clickstream.toml"
    file.write_text(
        'timezone = "Asia/Ho_Chi_Minh"\ncollector_port = 9000\nkey_events = ["share"]\n'
        '[aliases]\nbeli = "purchase"\n'
    )
    settings = load_settings({"CLICKSTREAM_COLLECTOR_PORT": "9001"})
    assert settings.timezone.key == "Asia/Ho_Chi_Minh"
    assert settings.collector_port == 9001
    assert settings.key_events == ("share",)
    assert settings.aliases == {"beli": "purchase"}


def test_a_named_file_that_is_missing_is_a_problem() -> None:
    _, problems = read_settings({CONFIG: "none.toml"})
    assert [problem.key for problem in problems] == [CONFIG]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("timezone = ", "TOML", id="no toml"),
        pytest.param('timezon = "UTC"', "did you mean timezone?", id="unknown key"),
        pytest.param("collector_port = true", "1 to 65535", id="wrong type"),
        pytest.param('key_events = [1, ""]', "text", id="wrong element"),
    ],
)
def test_a_bad_file_is_reported_with_its_name(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "own.toml").write_text(content)
    with pytest.raises(BadSettingsError, match=r"own\.toml") as raised:
        load_settings({CONFIG: "own.toml"})
    assert words in str(raised.value)


def test_a_variable_that_is_no_setting_is_told_with_the_nearest_one() -> None:
    found = unknown_variables({"CLICKSTREAM_TIMEZON": "UTC", "CLICKSTREAM_TIMEZONE": "UTC"})
    assert found == {"CLICKSTREAM_TIMEZON": "; did you mean CLICKSTREAM_TIMEZONE?"}


def test_the_manual_lists_every_setting_and_no_other() -> None:
    manual = (ROOT / "docs/settings.md").read_text()
    listed = re.findall(r"^\| `([A-Z_]+)` \|", manual, re.MULTILINE)
    assert sorted(listed) == sorted([CONFIG, *(one.key for one in SETTINGS.values())])


def test_the_manual_states_the_defaults() -> None:
    manual = (ROOT / "docs/settings.md").read_text()
    listed = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", manual, re.MULTILINE))
    read = {key: SETTINGS[name].read(listed[key]) for name, key in _keys() if key in listed}
    defaults = load_settings({})
    assert {name: getattr(defaults, name) for name, key in _keys() if key in listed} == {
        name: read[key] for name, key in _keys() if key in listed
    }


def _keys() -> list[tuple[str, str]]:
    return [(name, one.key) for name, one in SETTINGS.items()]
