"""People: persons in segments, and segments as filters.

A person is the user, else the visitor. The people of a built-in segment are those whom the report
``segments`` counts in it for the same days and traffic, whatever else is filtered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from psycopg import sql

from clickstream.analytics.fields import Field
from clickstream.analytics.filters import (
    Condition,
    at_level,
    condition_sql,
    read_filter,
    read_filters,
)
from clickstream.analytics.measures import matching_sessions
from clickstream.analytics.options import one_of
from clickstream.analytics.period import DateRange
from clickstream.analytics.query import all_of, template
from clickstream.analytics.rfm import RFM_SEGMENTS, scores_of
from clickstream.analytics.saved import KINDS, SEGMENT, Saved, Segment
from clickstream.analytics.scope import EVENT_LINES, Scope
from clickstream.analytics.sources import counted_orders, orders_of
from clickstream.errors import ReportError

PERSON: Final = sql.SQL("coalesce('user:' || s.user_id, s.visitor_id)")
NOTHING: Final = sql.SQL("")


def read_conditions(
    texts: Iterable[str], segments: Iterable[str], saved: Saved, scope: Scope
) -> tuple[Condition, ...]:
    """The conditions of filters ``FIELD=VALUE`` and of segments, for a scope without any.

    Each of the segments must hold; those of filters ``segment=NAME`` are or-ed, as other values
    are. Raises ReportError for a segment or field that does not exist.
    """
    return (
        *_read_filters(texts, saved, scope),
        *(part for name in segments for part in segment_conditions([name], saved, scope)),
    )


def _read_filters(texts: Iterable[str], saved: Saved, scope: Scope) -> tuple[Condition, ...]:
    read = [(text, *read_filter(text)) for text in texts]
    found = list(read_filters(text for text, name, _, _ in read if name != SEGMENT))
    for negated in (False, True):
        names = [value for _, name, is_not, value in read if name == SEGMENT and is_not == negated]
        if names:
            found += segment_conditions(names, saved, scope, is_negated=negated)
    return tuple(found)


def segment_conditions(
    names: Sequence[str], saved: Saved, scope: Scope, *, is_negated: bool = False
) -> tuple[Condition, ...]:
    """What must hold for the people or sessions of any of the segments, or of none of them."""
    segments = [saved.segment(name) for name in names]
    members = [_members(segment, saved, scope) for segment in segments]
    if len(members) == 1 and not is_negated:
        return members[0]
    every = [condition for part in members for condition in part]
    is_of_sessions = all(condition.field.level == "session" for condition in every)
    either = sql.SQL(" or ").join(
        all_of([condition_sql(condition) for condition in part])
        if is_of_sessions
        else _event_meets(part)
        for part in members
    )
    field = Field(
        name=SEGMENT,
        title="Segment",
        level="session" if is_of_sessions else "event",
        expression=either,
    )
    return (
        Condition(
            field=field,
            values=tuple(segment.name for segment in segments),
            is_negated=is_negated,
            meets=either,
            is_of_people=all(condition.is_of_people for condition in every),
        ),
    )


def _members(segment: Segment, saved: Saved, scope: Scope) -> tuple[Condition, ...]:
    """The conditions that a segment stands for."""
    if segment.kind == "saved":
        return _read_filters(segment.filters, saved, scope)
    meets = sql.SQL("{} in ({})").format(PERSON, people_of(segment, scope))
    field = Field(name=SEGMENT, title="Segment", level="session", expression=meets)
    return (Condition(field=field, values=(segment.name,), meets=meets, is_of_people=True),)


def _event_meets(conditions: Sequence[Condition]) -> sql.Composable:
    """Whether an event ``e`` meets conditions of every level."""
    meets = [condition_sql(condition) for condition in at_level(conditions, "event")]
    of_session = [condition_sql(condition) for condition in at_level(conditions, "session")]
    if of_session:
        meets.append(
            sql.SQL("e.session_id in (select s.session_id from sessions s where {})").format(
                all_of(of_session)
            )
        )
    of_line = [condition_sql(condition) for condition in at_level(conditions, "line")]
    if of_line:
        meets.append(
            sql.SQL("exists (select 1 from {lines} where {meets})").format(
                lines=EVENT_LINES, meets=all_of(of_line)
            )
        )
    return sql.SQL("({})").format(all_of(meets))


def segment_field(asked: str, saved: Saved, scope: Scope) -> Field | None:
    """The field of ``segment``, ``segment:behaviour`` and the like; None where it is another one.

    A person's segment is that of the scope's days and traffic; ``segment`` is by RFM. Raises
    ReportError for a kind of segments that does not exist.
    """
    name, _, kind = asked.strip().lower().partition(":")
    if name != SEGMENT:
        return None
    kind = one_of("by segment", kind or "rfm", (*KINDS, "saved"), "rfm")
    if kind == "saved":
        return _saved_field(saved, scope)
    plain = replace(scope, conditions=())
    named = sql.SQL("select person, segment from ({}) as named").format(
        scored_segments(plain) if kind == "rfm" else named_people(kind, plain)
    )
    segments = sql.SQL("(select jsonb_object_agg(person, segment) from ({}) as every)")
    expression = sql.SQL("({} ->> {})").format(segments.format(named), PERSON)
    return Field(name=SEGMENT, title="Segment", level="session", expression=expression)


def is_of_saved(asked: str) -> bool:
    """Whether a breakdown is by saved segments, in several of which one may be."""
    return asked.strip().lower() == f"{SEGMENT}:saved"


def overlap_note(saved: Saved) -> str:
    """How those count who are in several saved segments."""
    titles = [segment.title for segment in saved.segments if segment.kind == "saved"]
    return (
        "What is in several segments counts once, under their joined names, such as "
        f"{' + '.join(titles[:2])}; so the rows add up."
    )


def _saved_field(saved: Saved, scope: Scope) -> Field:
    """The saved segments that a session or event is in, their titles joined; null for none."""
    own = [segment for segment in saved.segments if segment.kind == "saved"]
    if not own:
        raise ReportError(
            "There are no saved segments to break down by: add some in the table [segments] of the "
            f"settings file, or use {', '.join(f'{SEGMENT}:{kind}' for kind in KINDS)}."
        )
    members = [_members(segment, saved, scope) for segment in own]
    is_of_sessions = all(one.field.level == "session" for part in members for one in part)
    titles = [
        sql.SQL("case when {} then {}::text end").format(
            all_of([condition_sql(one) for one in part]) if is_of_sessions else _event_meets(part),
            sql.Literal(segment.title),
        )
        for segment, part in zip(own, members, strict=True)
    ]
    return Field(
        name=SEGMENT,
        title="Segment",
        level="session" if is_of_sessions else "event",
        expression=sql.SQL("nullif(concat_ws(' + ', {}), '')").format(sql.SQL(", ").join(titles)),
    )


def people_of(segment: Segment, scope: Scope) -> sql.Composable:
    """The persons of a built-in segment, as a query of one column."""
    plain = replace(scope, conditions=())
    if segment.kind == "rfm":
        return sql.SQL(
            "select person from ({customers}) as scored"
            " where (recency_score, frequency_score) in ({pairs})"
        ).format(customers=scored_customers(plain), pairs=_pairs(segment.title))
    return sql.SQL("select person from ({people}) as named where segment = {title}").format(
        people=named_people(segment.kind, plain), title=sql.Literal(segment.title)
    )


def scored_customers(scope: Scope, *, order: sql.Composable = NOTHING) -> sql.Composable:
    """The customers of the range with their RFM scores: one row a person and currency.

    Segments of people choose among them once they are scored, other filters the orders.
    """
    chosen = [condition for condition in scope.conditions if condition.is_of_people]
    others = [condition for condition in scope.conditions if not condition.is_of_people]
    scope = replace(scope, conditions=others)
    return template("customers").format(
        is_member=all_of([condition_sql(condition) for condition in chosen]),
        person=PERSON,
        **counted_orders(scope, with_session=True),
        end=scope.end,
        order=order,
    )


def scored_segments(scope: Scope) -> sql.Composable:
    """The customers of the range with the name of their RFM segment: one row a person.

    Who ordered in several currencies goes by the one with most orders.
    """
    names = sql.SQL(" ").join(
        sql.SQL("when (recency_score, frequency_score) in ({}) then {}::text").format(
            _pairs(title), sql.Literal(title)
        )
        for title in RFM_SEGMENTS
    )
    return sql.SQL(
        "select distinct on (person) person, case {names} end as segment"
        " from ({customers}) as scored order by person, orders desc, currency"
    ).format(names=names, customers=scored_customers(scope))


def _pairs(title: str) -> sql.Composable:
    """The scores of recency and frequency that a segment is the name of."""
    return sql.SQL(", ").join(
        sql.SQL(f"({recency}, {frequency})") for recency, frequency in scores_of(title)
    )


def named_people(kind: str, scope: Scope) -> sql.Composable:
    """The persons of the range with their segment, by behaviour or lifecycle."""
    days = scope.range
    if kind == "lifecycle":
        seen = scope.over(DateRange(days.before().first, days.last, days.zone))
        return template("people_lifecycle").format(**_sessions(seen), start=scope.start)
    return template("people_behaviour").format(
        **_sessions(scope),
        start=scope.start,
        end=scope.end,
        event_during=scope.during("e.event_timestamp"),
        event_filters=scope.events(),
        orders=orders_of(scope, with_session=True),
        order_traffic=scope.traffic("o"),
    )


def _sessions(scope: Scope) -> dict[str, sql.Composable]:
    return {
        "person": PERSON,
        "sessions": matching_sessions(scope) if scope.has_event_filter else sql.SQL("sessions s"),
        "started_during": scope.during("s.started_at"),
        "session_traffic": scope.traffic("s"),
        "session_filters": scope.sessions(),
    }
