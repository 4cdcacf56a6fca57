"""Judging the periods that have closed since the last time, and those that late events changed.

One setting for all series. Each period is judged from those before it; judged again only when what
was observed in it has changed. Runs on the ETL's connection, after a load, in its own transaction.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

import psycopg

from clickstream.quality.explain import Explanation, explain
from clickstream.quality.watched import (
    AGAIN,
    GRAINS,
    HISTORY,
    Grain,
    Name,
    Observation,
    Source,
    latest_closed,
    on_the_clock,
    start_of,
)

logger = logging.getLogger(__name__)
SILENCE: Final = timedelta(days=2)
"""A shop that has sent nothing for so long is not watched beyond its last event."""
PAUSE: Final = timedelta(minutes=15)
"""Late events are looked at together, not each load's by themselves."""
EXPLAINED: Final = 20
"""Anomalies of one run, the latest ones, whose dimensions are looked at."""
SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One period that stands out, with what explains most of it."""

    observation: Observation
    grain: Grain
    expected: float
    lower: float
    upper: float
    score: float
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What is kept of a period, be it out of the ordinary or not."""

    observation: Observation
    expected: float
    lower: float
    upper: float
    score: float
    is_anomaly: bool


def watch(
    connection: psycopg.Connection, source: Source, *, now: datetime, zone: ZoneInfo
) -> list[Anomaly]:
    """The anomalies of the periods that were judged now; nothing to do is told by one query.

    They are kept in `anomalies`, which holds no period twice; a period that is ordinary after all
    leaves it.
    """
    found: list[Anomaly] = []
    until = _horizon(connection, now)
    for grain in GRAINS:
        last = latest_closed(grain, until, zone)
        with connection.transaction():
            first = _first_to_read(connection, source, grain, last, now=now, zone=zone)
            if first is not None:
                found += _watch(connection, source, grain, (first, last), now=now, zone=zone)
    return found


def _horizon(connection: psycopg.Connection, now: datetime) -> datetime:
    """The end of what can be judged: now, or the last event of a shop that is silent for long."""
    with connection.transaction():
        row = connection.execute("select max(event_timestamp) from events").fetchone()
    latest = row[0] if row else None
    return now if latest is None or now - latest < SILENCE else latest


def _first_to_read(
    connection: psycopg.Connection,
    source: Source,
    grain: Grain,
    last: datetime,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> datetime | None:
    """The first period whose numbers have to be read; None where the last was judged already.

    Late events are found by the day's events, which the aggregates tell for nothing. What was
    judged by other filters was not judged.
    """
    oldest = start_of(grain, last - HISTORY[grain], zone)
    asked = {
        "grain": grain, "last": last, "oldest": oldest, "zone": zone.key, "now": now,
        "pause": PAUSE, "filters": source.filters,
    }  # fmt: skip
    row = connection.execute(_sql("watched_until"), asked).fetchone()
    judged, changed = row if row else (None, None)
    if judged is None:
        return oldest
    if judged >= last and changed is None:
        return None
    again = start_of(grain, min(judged, last) - AGAIN[grain], zone)
    return max(oldest, min(again, start_of(grain, changed, zone)) if changed else again)


def _watch(
    connection: psycopg.Connection,
    source: Source,
    grain: Grain,
    periods: tuple[datetime, datetime],
    *,
    now: datetime,
    zone: ZoneInfo,
) -> list[Anomaly]:
    """Read, judge and keep one grain's periods."""
    first, last = periods
    observed = source.observe(grain, first, last)
    oldest = start_of(grain, last - HISTORY[grain], zone)
    kept = _kept(connection, grain, oldest, filters=source.filters)
    fresh: list[_Judgement] = []
    for name, own in _by_name(observed).items():
        fresh += judge_series(own, kept.get(name, {}), grain=grain, zone=zone)
    found = [_anomaly(one, grain) for one in fresh if one.is_anomaly]
    found = _explained(source, found)
    _keep(connection, grain, fresh, found, filters=source.filters, now=now)
    read = {"grain": grain, "first": first, "last": last, "zone": zone.key}
    connection.execute(_sql("note_events"), read)
    return found


def judge_series(
    observed: Sequence[Observation],
    kept: Mapping[datetime, Observation],
    *,
    grain: Grain,
    zone: ZoneInfo,
) -> list[_Judgement]:
    """The judgements on those periods of a series that are new, or whose number has changed."""
    import numpy as np  # noqa: PLC0415 - 30 MB that a load without a closed period does without

    from clickstream.quality.alarms import is_alarming, scores  # noqa: PLC0415
    from clickstream.quality.detector import detect  # noqa: PLC0415
    from clickstream.quality.deviation import weigh  # noqa: PLC0415

    whole = {**kept, **{one.period: one for one in observed}}
    kind = observed[0].kind
    ordered = [replace(whole[period], kind=kind) for period in sorted(whole)]
    begun = next((place for place, one in enumerate(ordered) if one.observed), len(ordered))
    ordered = ordered[begun:]
    if not ordered:
        return []
    seconds = np.array([on_the_clock(one.period, zone) for one in ordered])
    values = np.array([np.nan if one.observed is None else one.observed for one in ordered])
    verdicts = detect(seconds, values)
    weights = _usual_weights(ordered)
    chance = weigh(ordered, verdicts.expected, weights)
    scored = scores(ordered, verdicts, chance, usual_weights=weights, grain=grain)
    judgements = []
    for place, one in enumerate(ordered):
        if not _is_new(one, kept):
            continue
        expected, lower, upper, score = (
            float(part[place]) for part in (verdicts.expected, chance.lower, chance.upper, scored)
        )
        is_anomaly = is_alarming(one, band=(lower, upper), score=score)
        judgements.append(_Judgement(one, expected, lower, upper, score, is_anomaly))
    return judgements


def _is_new(one: Observation, kept: Mapping[datetime, Observation]) -> bool:
    before = kept.get(one.period)
    if before is None:
        return True
    if before.observed is None or one.observed is None:
        return before.observed is not one.observed
    return abs(before.observed - one.observed) > SAME * max(1.0, abs(one.observed))


def _usual_weights(ordered: Sequence[Observation]) -> list[float]:
    """For each period the mean weight of those before it, the latest ones counting most."""
    usual, weights = ordered[0].weight, []
    for one in ordered:
        weights.append(usual)
        usual += 0.1 * (one.weight - usual)
    return weights


def _anomaly(one: _Judgement, grain: Grain) -> Anomaly:
    return Anomaly(one.observation, grain, one.expected, one.lower, one.upper, one.score)


def _explained(source: Source, found: Sequence[Anomaly]) -> list[Anomaly]:
    """The anomalies, the latest of them with what explains them."""
    latest = sorted(found, key=lambda one: one.observation.period, reverse=True)
    return [
        replace(one, explanation=_explain(source, one)) if place < EXPLAINED else one
        for place, one in enumerate(latest)
    ]


def _explain(source: Source, one: Anomaly) -> Explanation | None:
    return explain(source.parts(one.observation.name, one.grain, one.observation.period))


def _by_name(observed: Iterable[Observation]) -> dict[Name, list[Observation]]:
    series: dict[Name, list[Observation]] = {}
    for one in observed:
        series.setdefault(one.name, []).append(one)
    return series


def _kept(
    connection: psycopg.Connection, grain: Grain, oldest: datetime, *, filters: str
) -> dict[Name, dict[datetime, Observation]]:
    """What was observed when the periods were last judged, by the same filters."""
    rows = connection.execute(
        "select metric, dimension, value, period, observed, weight from watched_periods"
        " where period_interval = %s and period >= %s and filters = %s",
        [grain, oldest, filters],
    )
    kept: dict[Name, dict[datetime, Observation]] = {}
    for metric, dimension, value, period, observed, weight in rows:
        name = Name(metric, dimension, value)
        kept.setdefault(name, {})[period] = Observation(name, period, observed, weight)
    return kept


def _keep(
    connection: psycopg.Connection,
    grain: Grain,
    judged: Sequence[_Judgement],
    found: Sequence[Anomaly],
    *,
    filters: str,
    now: datetime,
) -> None:
    """Write the judgements, and the anomalies; those that are ordinary after all are removed."""
    explanations = {(one.observation.name, one.observation.period): one for one in found}
    rows = []
    for one in judged:
        observation, name = one.observation, one.observation.name
        anomaly = explanations.get((name, observation.period))
        told = anomaly.explanation if anomaly else None
        rows.append(
            {
                "metric": name.metric, "dimension": name.dimension, "value": name.value,
                "grain": grain, "period": observation.period, "observed": observation.observed,
                "weight": observation.weight, "expected": one.expected, "lower": one.lower,
                "upper": one.upper, "score": one.score, "now": now, "is_anomaly": one.is_anomaly,
                "filters": filters,
                "explained_by": told.dimension if told else None,
                "explained_value": told.value if told else None,
                "explained_share": told.share if told else None,
            }
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_sql("keep_period"), rows)
        cursor.executemany(_sql("keep_anomaly"), [row for row in rows if row["is_anomaly"]])
        ordinary = [row for row in rows if not row["is_anomaly"]]
        cursor.executemany(_sql("drop_anomaly"), ordinary)


def _sql(name: str) -> bytes:
    file = resources.files("clickstream.quality").joinpath(f"{name}.sql")
    return file.read_bytes()
