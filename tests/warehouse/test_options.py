"""The texts that the embedded server is configured by."""

from pathlib import Path

import pytest

from clickstream.errors import WarehouseError
from clickstream.warehouse.options import configuration, host_rules, identities

pytestmark = pytest.mark.unit


def written(**overrides: str) -> list[str]:
    folder = Path("/w")
    return configuration(folder, folder / "socket", port=None, overrides=overrides).splitlines()


def test_an_override_replaces_the_default():
    assert "shared_buffers = '192MB'" in written()
    assert "shared_buffers = '1GB'" in written(shared_buffers="1GB")
    assert "shared_buffers = '192MB'" not in written(shared_buffers="1GB")


def test_values_cannot_break_out_of_their_quotes():
    assert r"cluster_name = 'it''s \\ here'" in written(cluster_name=r"it's \ here")
    with pytest.raises(WarehouseError, match="line break"):
        written(cluster_name="a\nfsync = off")


def test_names_cannot_smuggle_settings_in():
    with pytest.raises(WarehouseError, match="no setting"):
        written(**{"work_mem = '1MB'\nfsync": "off"})


@pytest.mark.parametrize("name", ["listen_addresses", "PORT", "hba_file"])
def test_who_can_connect_is_not_for_overrides(name: str):
    with pytest.raises(WarehouseError, match=name.lower()):
        written(**{name: "anything"})


def test_the_log_keeps_statements_and_values_out():
    assert {"log_min_error_statement = 'panic'", "log_error_verbosity = 'terse'"} <= set(written())


def test_only_peers_come_in_and_with_a_port_passwords_from_this_machine():
    assert all("peer" in line or "reject" in line for line in host_rules(port=None).splitlines())
    over_tcp = [line for line in host_rules(port=5433).splitlines() if line.startswith("host")]
    assert [line.split()[3:] for line in over_tcp] == [
        ["127.0.0.1/32", "scram-sha-256"],
        ["::1/128", "scram-sha-256"],
    ]


def test_each_user_is_mapped_once():
    assert identities(["root", "odd name", "root"]).splitlines() == [
        'clickstream "odd name" clickstream',
        'clickstream "root" clickstream',
    ]
