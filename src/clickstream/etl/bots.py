"""How much one event by itself looks like a robot's: its user agent and headers.

The pace of its session is judged with the session (`models/sessions.sql`).
"""

from collections.abc import Mapping
from typing import Final

from clickstream.contract import Envelope, Event
from clickstream.etl.user_agents import Agent

BOT: Final = 0.5
"""From here on a session is a bot's."""
_SERVER: Final = 0.2
_SUSPICIOUS: Final = 0.3


def score_event(event: Event, envelope: Envelope, agent: Agent) -> tuple[float, list[str] | None]:
    """The event's own score, 0 to 1, with the reasons for it; None where there are none.

    An import without a user agent scores 0. A program's HTTP client that names whom it speaks for
    is a shop's own server.
    """
    if not envelope.user_agent:
        return (0.0, None) if envelope.source == "import" else (_SUSPICIOUS, ["no_user_agent"])
    if agent.is_library and (event.user_id or event.client_id or event.session_id):
        return _SERVER, ["http_library"]
    if agent.bot_reason:
        return agent.bot_score, [agent.bot_reason]
    headers: Mapping[str, str] = envelope.headers or {}
    if "headless" in headers.get("sec-ch-ua", "").lower():
        return 0.9, ["automation"]
    if envelope.source == "http" and agent.browser and "accept-language" not in headers:
        return _SUSPICIOUS, ["no_accept_language"]
    return 0.0, None
