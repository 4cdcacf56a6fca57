"""What a URL lacks for a safe connection, and how it is shown."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from clickstream.warehouse.conninfo import is_remote, redacted, secured

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("postgresql://db.example.com/shop", True, id="name"),
        pytest.param("postgresql://10.0.0.7/shop", True, id="private address"),
        pytest.param("postgresql://localhost,db.example.com/shop", True, id="one of two"),
        pytest.param("host=localhost hostaddr=10.0.0.7", True, id="address behind a local name"),
        pytest.param("postgresql://localhost/shop", False, id="localhost"),
        pytest.param("postgresql://127.0.0.5/shop", False, id="loopback"),
        pytest.param("postgresql://[::1]:5432/shop", False, id="loopback of version 6"),
        pytest.param("postgresql:///shop?host=/run/postgresql", False, id="socket"),
        pytest.param("postgresql:///shop?host=%40abstract", False, id="abstract socket"),
        pytest.param("postgresql:///shop", False, id="default socket"),
    ],
)
def test_what_may_leave_the_machine(url: str, expected: bool, monkeypatch):
    monkeypatch.delenv("PGHOST", raising=False)
    assert is_remote(url) is expected


def test_a_host_from_libpqs_own_environment_counts(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example.com")
    assert is_remote("postgresql:///shop")


def test_a_remote_server_must_prove_who_it_is():
    options = conninfo_to_dict(secured("postgresql://db.example.com/shop"))
    assert options["sslmode"] == "verify-full"
    assert options["connect_timeout"] == "10"


def test_the_url_has_the_last_word():
    url = "postgresql://db.example.com/shop?sslmode=require&connect_timeout=3"
    options = conninfo_to_dict(secured(url))
    assert options["sslmode"] == "require"
    assert options["connect_timeout"] == "3"
    assert "sslrootcert" not in options


def test_a_local_server_needs_no_certificate():
    assert "sslmode" not in conninfo_to_dict(secured("postgresql://localhost/shop"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("postgresql://u:s3@h/d", "postgresql://u:***@h/d", id="url"),
        pytest.param("postgresql://u:a:b@h/d", "postgresql://u:***@h/d", id="colon in it"),
        pytest.param("postgresql://u:a@b/c?@h/d", "postgresql://u:***@h/d", id="signs in it"),
        pytest.param("postgresql://u:@h/d", "postgresql://u:@h/d", id="empty"),
        pytest.param("postgresql://u@h/d", "postgresql://u@h/d", id="none"),
        pytest.param("postgres:///d?password=s3&a=b", "postgres:///d?password=***&a=b", id="query"),
        pytest.param("host=h password=s3 user=u", "host=h password=*** user=u", id="key words"),
        pytest.param("password='s 3' user=u", "password=*** user=u", id="quoted"),
        pytest.param("sslpassword=s3", "sslpassword=***", id="of the key file"),
        pytest.param("postgresql://pass:pass@h/d", "postgresql://pass:***@h/d", id="the user's"),
    ],
)
def test_a_password_is_hidden(text: str, expected: str):
    assert redacted(text) == expected
