"""How a referrer or a user agent is read, one text at a time: what the ETL makes of it."""

import re
from typing import Final

from msgspec import Struct

from clickstream.etl.bots import BOT
from clickstream.etl.channels import DIRECT, Touch, classify_campaign, classify_referrer
from clickstream.etl.urls import Address, read_campaign, split_address
from clickstream.etl.user_agents import read_user_agent

_HOST: Final = re.compile(r"[\w.-]+|[0-9a-f:]+")


class ReferrerReading(Struct, frozen=True):
    """What a referrer, or the address of a landing page, says of where somebody came from."""

    input: str
    medium: str
    source: str
    channel: str
    campaign: str | None = None


class AgentReading(Struct, frozen=True):
    """What a user agent says by itself; a session's score also knows its headers and its pace."""

    input: str
    browser: str | None
    os: str | None
    device: str
    is_bot: bool
    bot_score: float
    bot_reason: str | None = None


def read_referrer(text: str, *, host: str | None = None) -> ReferrerReading:
    """The reading of a referring address or host, or of a landing page with campaign parameters.

    Referrers of the shop's own ``host``, of payment and of sign-in providers are no sources.
    """
    touch = _touch(text.strip(), host)
    if touch is None:
        return ReferrerReading(text, "(none)", "(direct)", DIRECT)
    return ReferrerReading(
        text,
        touch.medium or "(not set)",
        touch.source or "(not set)",
        touch.channel,
        touch.campaign,
    )


def _touch(text: str, host: str | None) -> Touch | None:
    address = _address(text)
    campaign = read_campaign(address.query) if address.query else None
    if campaign is not None:
        return classify_campaign(campaign)
    if address.host is None or not _HOST.fullmatch(address.host):
        return None
    return classify_referrer(address.host, host)


def _address(text: str) -> Address:
    """The parts of an address; of a host without a scheme, and of a query alone."""
    if "://" not in text and text.lstrip("?").lower().startswith("utm_"):
        return Address(None, None, text.lstrip("?"))
    if not text or text.startswith(("(", "/")):
        return split_address(text)
    return split_address(text if "://" in text else f"//{text}")


def read_agent(text: str) -> AgentReading:
    """The reading of a User-Agent header."""
    agent = read_user_agent(text)
    return AgentReading(
        text, agent.browser, agent.os, agent.device, agent.bot_score >= BOT, agent.bot_score,
        agent.bot_reason,
    )  # fmt: skip
