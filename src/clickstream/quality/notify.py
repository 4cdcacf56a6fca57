"""Telling of anomalies: one request to a webhook for those of a run, each anomaly at most once."""

import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from importlib import resources
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import psycopg

from clickstream.errors import QualityError

logger = logging.getLogger(__name__)
RECENT: Final = timedelta(days=2)
"""Older periods are history, of which nobody has to hear."""
ATTEMPTS: Final = 3
PAUSES: Final = (1.0, 4.0)
SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """One anomaly as others hear of it."""

    metric: str
    dimension: str
    value: str
    period_interval: str
    period: datetime
    observed: float
    expected: float
    score: float
    explained_by: str | None
    explained_value: str | None


def check_webhook(url: str) -> str:
    """The URL, which has to be https, or http on this machine. Raises `QualityError`."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname and _is_loopback(parts.hostname):
        return url
    raise QualityError(
        "CLICKSTREAM_WEBHOOK_URL has to be https://…, or http:// on this machine's loopback: what "
        "is told there is the shop's own."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def claim(connection: psycopg.Connection, *, now: datetime) -> list[Told]:
    """The recent anomalies that nobody was told of, marked as told: no other run tells them too."""
    statement = resources.files("clickstream.quality").joinpath("claim.sql").read_bytes()
    with connection.transaction():
        rows = connection.execute(statement, {"now": now, "since": now - RECENT}).fetchall()
    return [Told(*row) for row in sorted(rows, key=lambda row: (row[4], row[0], row[2]))]


def send(
    url: str,
    told: Sequence[Told],
    *,
    dashboard: str,
    zone: ZoneInfo,
    wait: Callable[[float], object] = time.sleep,
) -> bool:
    """Whether the webhook took them; tried three times where it may help, then logged as lost."""
    request = urllib.request.Request(  # noqa: S310 - check_webhook allows https and loopback alone
        check_webhook(url),
        data=json.dumps(message(told, dashboard=dashboard, zone=zone)).encode(),
        headers={"content-type": "application/json", "user-agent": "clickstream"},
    )
    for attempt in range(ATTEMPTS):
        problem, may_help = _post(request)
        if not problem:
            return True
        if not may_help:
            break
        if attempt < len(PAUSES):
            wait(PAUSES[attempt])
    logger.error("the webhook did not take %d anomalies: %s", len(told), problem)
    return False


def _post(request: urllib.request.Request) -> tuple[str, bool]:
    """What went wrong, empty where nothing did, and whether another try may help."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=SECONDS):
            return "", False
    except urllib.error.HTTPError as error:
        error.close()
        return f"it answered {error.code}", error.code == 429 or error.code >= 500
    except (OSError, HTTPException) as error:
        return str(getattr(error, "reason", error)), True


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A webhook that moves has to be set anew: what is told goes nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


def message(told: Sequence[Told], *, dashboard: str, zone: ZoneInfo) -> dict[str, object]:
    """The JSON that a webhook gets: a text, as chat services want it, a link, and the facts."""
    days = [one.period.astimezone(zone).date() for one in told]
    link = f"{dashboard.rstrip('/')}/?{urlencode({'from': min(days), 'to': max(days)})}"
    lines = [describe(one, zone) for one in told]
    return {
        "text": "\n".join([*lines, link]),
        "link": link,
        "anomalies": [
            {
                "metric": one.metric, "dimension": one.dimension, "value": one.value,
                "interval": one.period_interval, "period": one.period.astimezone(UTC).isoformat(),
                "observed": one.observed, "expected": one.expected, "score": one.score,
                "explained_by": one.explained_by, "explained_value": one.explained_value,
            }
            for one in told
        ],
    }  # fmt: skip


def describe(one: Told, zone: ZoneInfo) -> str:
    """An anomaly in a sentence."""
    local = one.period.astimezone(zone)
    when = f"{local:%Y-%m-%d}" + (f" {local:%H:%M}" if one.period_interval == "hour" else "")
    name = f"{one.metric} ({one.value})" if one.value else one.metric
    told = f"{name} {when}: {_figure(one.observed)}, expected {_figure(one.expected)}"
    return f"{told}; mostly {one.explained_by} {one.explained_value}" if one.explained_by else told


def _figure(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.4g}"
