"""Traffic sources fall into the channels of GA4's default grouping."""

import ast
import csv
from pathlib import Path
from typing import Any

import pytest

from clickstream.etl.channels import Touch, channel_group, classify_campaign, classify_referrer
from clickstream.etl.urls import read_campaign

pytestmark = pytest.mark.unit

CONTRADICTION = ("alibaba", "", "")
"""dbt-ga4 expects Paid Shopping of a shopping site without a medium. Google asks for a paid medium
there and names such traffic Organic Shopping (https://support.google.com/analytics/answer/9756891),
as does the rule that dbt-ga4 quotes above the case itself."""


def cases(fixtures: Path) -> list[dict[str, str]]:
    """dbt-ga4's own cases, taken out of its test module without running it."""
    source = fixtures / "dbt_ga4/unit_tests/test_macro_default_channel_grouping.py"
    for node in ast.parse(source.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            found: list[dict[str, str]] = ast.literal_eval(node.value)
            return found
    raise AssertionError(f"{source} has no list of cases")


def test_agrees_with_the_cases_of_dbt_ga4_but_for_one_against_googles_rule(fixtures: Path) -> None:
    found = cases(fixtures)
    wrong = {
        (case["source"], case["medium"], case["campaign"])
        for case in found
        if channel_group(case["source"], case["medium"], case["campaign"])
        != case["expected_channel"]
    }

    assert len(found) == 30
    assert wrong == {CONTRADICTION}
    assert channel_group(*CONTRADICTION) == "Organic Shopping"
    assert channel_group("alibaba", "cpc", "") == "Paid Shopping"


def test_every_source_that_google_lists_falls_into_its_category(fixtures: Path) -> None:
    organic = {
        "SOURCE_CATEGORY_SEARCH": "Organic Search",
        "SOURCE_CATEGORY_SOCIAL": "Organic Social",
        "SOURCE_CATEGORY_SHOPPING": "Organic Shopping",
        "SOURCE_CATEGORY_VIDEO": "Organic Video",
    }
    with (fixtures / "dbt_ga4/ga4_source_categories.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    elsewhere = {
        row["source"]: channel_group(row["source"], "", "")
        for row in rows
        if channel_group(row["source"], "", "") != organic[row["source_category"]]
    }

    assert len(rows) == 819
    assert elsewhere == {}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("www.google.com", Touch("Organic Search", "google", "organic"), id="google"),
        pytest.param("www.google.com.vn", Touch("Organic Search", "google", "organic"),
                     id="google of a country"),
        pytest.param("duckduckgo.com", Touch("Organic Search", "duckduckgo", "organic"),
                     id="duckduckgo"),
        pytest.param("coccoc.com", Touch("Organic Search", "coccoc", "organic"), id="cốc cốc"),
        pytest.param("l.facebook.com", Touch("Organic Social", "facebook.com", "referral"),
                     id="facebook's link shim"),
        pytest.param("m.youtube.com", Touch("Organic Video", "youtube.com", "referral"),
                     id="youtube on a phone"),
        pytest.param("chatgpt.com", Touch("AI Assistants", "chatgpt.com", "referral"),
                     id="chatgpt"),
        pytest.param("com.openai.chatgpt", Touch("AI Assistants", "com.openai.chatgpt", "referral"),
                     id="an assistant's app"),
        pytest.param("gemini.google.com", Touch("AI Assistants", "gemini.google.com", "referral"),
                     id="gemini is not google search"),
        pytest.param("mail.google.com", Touch("Email", "mail.google.com", "email"), id="gmail"),
        pytest.param("docs.google.com", Touch("Referral", "docs.google.com", "referral"),
                     id="a document is not a search"),
        pytest.param("blog.example", Touch("Referral", "blog.example", "referral"),
                     id="any other site"),
        pytest.param("www.paypal.com", None, id="a payment provider"),
        pytest.param("accounts.google.com", None, id="a sign-in provider"),
        pytest.param("pay.shop.example", None, id="the shop's own other host"),
        pytest.param("SHOP.example", None, id="the shop itself, shouted"),
    ],
)  # fmt: skip
def test_a_referrer_has_the_source_medium_and_channel_of_its_host(
    host: str, expected: Touch | None
) -> None:
    assert classify_referrer(host, "www.shop.example") == expected


def test_hosts_that_the_settings_name_are_no_source() -> None:
    assert (
        classify_referrer("3ds.bank.example", "shop.example", frozenset({"bank.example"})) is None
    )


@pytest.mark.parametrize(
    ("query", "channel"),
    [
        pytest.param("utm_source=newsletter&utm_medium=email", "Email", id="newsletter"),
        pytest.param("UTM_SOURCE=Google&UTM_MEDIUM=CPC", "Paid Search", id="any case"),
        pytest.param("gclid=abc", "Paid Search", id="google click id"),
        pytest.param("msclkid=abc", "Paid Search", id="bing click id"),
        pytest.param("ttclid=abc", "Paid Social", id="tiktok click id"),
        pytest.param("dclid=abc", "Display", id="display click id"),
        pytest.param("fbclid=abc", "Organic Social", id="facebook click id pays nothing by itself"),
        pytest.param("utm_source=zalo&utm_medium=paid&fbclid=abc", "Paid Social",
                     id="parameters before click ids"),
        pytest.param("utm_source=chatgpt.com", "AI Assistants", id="an assistant's own parameter"),
        pytest.param("utm_source=x&utm_medium=push", "Mobile Push Notifications", id="push"),
        pytest.param("utm_source=x&utm_medium=nothing-known", "Unassigned", id="nothing known"),
    ],
)  # fmt: skip
def test_a_campaign_falls_into_its_channel(query: str, channel: str) -> None:
    campaign = read_campaign(query)

    assert campaign is not None
    assert classify_campaign(campaign).channel == channel


@pytest.mark.parametrize("query", ["", "id=5", "page=2&gclidx=1", "utm_term=x", "utm_source="])
def test_a_query_without_a_campaign_has_none(query: str) -> None:
    assert read_campaign(query) is None


@pytest.mark.parametrize("nothing", [(None, None, None), ("", "", ""), ("(direct)", "(none)", "")])
def test_nothing_is_direct(nothing: tuple[Any, ...]) -> None:
    assert channel_group(*nothing) == "Direct"
