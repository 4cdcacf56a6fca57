"""Addresses are taken apart as browsers do, and never fail."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickstream.etl.urls import (
    MAX_HOST_BYTES,
    MAX_PATH_BYTES,
    Address,
    cut_bytes,
    read_campaign,
    registrable_domain,
    split_address,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://shop.example/a/b?c=d&e#f", Address("shop.example", "/a/b", "c=d&e"),
                     id="whole"),
        pytest.param("https://Shop.Example", Address("shop.example", "/", None), id="bare host"),
        pytest.param("https://user:secret@shop.example:8443/a",
                     Address("shop.example", "/a", None), id="no password, no port"),
        pytest.param("/a?b", Address(None, "/a", "b"), id="a path alone"),
        pytest.param("//shop.example/a", Address("shop.example", "/a", None), id="without scheme"),
        pytest.param("https://shop.example/?", Address("shop.example", "/", None),
                     id="empty query"),
        pytest.param("https://[::1/a", Address(None, "https://[::1/a", None), id="no address"),
        pytest.param("https://shop.example/t%C3%A1o", Address("shop.example", "/t%C3%A1o", None),
                     id="percent signs stay"),
        pytest.param("app://cart", Address("cart", "/", None), id="an app's own scheme"),
    ],
)  # fmt: skip
def test_an_address_has_host_path_and_query(url: str, expected: Address) -> None:
    assert split_address(url) == expected


def test_a_path_is_cut_between_two_characters_so_that_an_index_can_hold_it() -> None:
    address = split_address("https://shop.example/" + "ữ" * 1000)

    assert address.path
    assert MAX_PATH_BYTES - 3 < len(address.path.encode()) <= MAX_PATH_BYTES
    assert set(address.path) == {"/", "ữ"}


@given(st.text(max_size=300), st.integers(1, 50))
def test_a_cut_text_is_the_longest_beginning_that_fits(text: str, length: int) -> None:
    cut = cut_bytes(text, length)

    assert text.startswith(cut)
    assert len(cut.encode()) <= length
    assert cut == text or len(text[: len(cut) + 1].encode()) > length


@given(st.text(max_size=300))
def test_no_text_is_refused(text: str) -> None:
    address = split_address(text)
    read_campaign(address.query or "")
    read_campaign(text)
    registrable_domain(text)

    assert len((address.host or "").encode()) <= MAX_HOST_BYTES


def test_naughty_strings_are_addresses_too(fixtures: Path) -> None:
    naughty = json.loads((fixtures / "blns/blns.json").read_text("utf-8"))

    assert len(naughty) > 400
    for text in naughty:
        for url in (text, f"https://shop.example/{text}?utm_source={text}"):
            address = split_address(url)
            read_campaign(address.query or "")


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        pytest.param("www.shop.example", "shop.example", id="two labels"),
        pytest.param("a.b.shop.com.vn", "shop.com.vn", id="three below com.vn"),
        pytest.param("shop.co.uk", "shop.co.uk", id="three below co.uk"),
        pytest.param("localhost", "localhost", id="one label"),
        pytest.param("shop.example.", "shop.example", id="dot at the end"),
    ],
)
def test_the_registrable_domain_is_what_its_owner_registered(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain
