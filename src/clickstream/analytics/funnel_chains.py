"""The SQL of a funnel's attempts: for each event that may begin one, how far it gets and when.

An attempt takes, for each step, the first event after the last one that meets it: the earliest is
never worse. Window functions find it from the end: what follows the step after is known by then.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from psycopg import sql

from clickstream.analytics.query import all_of
from clickstream.analytics.steps import Step

LATER: Final = sql.SQL(
    "partition by unit order by position desc rows between unbounded preceding and 1 preceding"
)
HENCE: Final = sql.SQL(
    "partition by unit order by position desc rows between unbounded preceding and current row"
)


def met(number: int) -> sql.Identifier:
    """The column that tells whether an event meets a step (from 1)."""
    return sql.Identifier(f"meets_{number}")


def lowest_step(number: int) -> sql.Composable:
    """The first step that an event meets; behind all steps where it meets none."""
    cases = [sql.SQL("when {} then {}").format(met(step), _int(step)) for step in _steps(number)]
    return sql.SQL("case {} else {} end").format(sql.SQL(" ").join(cases), _int(number + 1))


def ordered_chains(number: int, *, is_strict: bool, has_excluded: bool) -> sql.Composable:
    """The subqueries that give each event of step k its chain: [position, instant] from k on.

    Strict: the next event must meet the next step. Otherwise the first later one that does, unless
    an excluded event stands before it.
    """
    parts: list[sql.Composable] = []
    for step in reversed(_steps(number)):
        source = sql.Identifier("climbing" if step == number else f"chains_{step + 1}")
        rest: sql.Composable = sql.SQL("")
        if step < number:
            rest = _rest(_chain(step + 1), is_strict=is_strict, has_excluded=has_excluded)
        chain = sql.SQL("case when {} then array[position, at]{} end").format(met(step), rest)
        body = sql.SQL("select *, {} as {} from {}").format(chain, _chain(step), source)
        parts.append(_named(f"chains_{step}", body))
    return sql.SQL(",\n\n").join(parts)


def _rest(after: sql.Composable, *, is_strict: bool, has_excluded: bool) -> sql.Composable:
    """What follows a step in its chain: the chain of the step after, where there is one."""
    if is_strict:
        following = sql.SQL("lag({}) over (partition by unit order by position desc)")
        found = following.format(after)
    else:
        found = sql.SQL("min({}) over ({})").format(after, LATER)
    if has_excluded and not is_strict:
        found = sql.SQL(
            "case when coalesce(({found})[1] < min(case when is_excluded then position end)"
            " over ({later}), true) then {found} end"
        ).format(found=found, later=LATER)
    return sql.SQL(" || coalesce({}, array[]::bigint[])").format(found)


def ordered_attempts(number: int, window: timedelta) -> sql.Composable:
    """The subquery of attempts: how far each first step gets within the window, and when."""
    start = _chain(1)
    times = [sql.SQL("{}[{}]").format(start, _int(2 * step)) for step in _steps(number)]
    within = sql.SQL("{} + {}").format(times[0], _micros(window))
    reaches = [
        sql.SQL("when {} <= {} then {}").format(times[step - 1], within, _int(step))
        for step in reversed(_steps(number))
    ]
    return sql.SQL(
        "select unit, dimension, event_timestamp as started_at, position,"
        " case {reaches} end as level, array[{times}] as times from chains_1 where {is_start}"
    ).format(reaches=sql.SQL(" ").join(reaches), times=_list(times), is_start=met(1))


def any_chains(steps: Sequence[Step]) -> sql.Composable:
    """The subqueries that give each event the instants at which each step is met from it on.

    A step that repeats an earlier one is met by the next event that meets it.
    """
    columns = [_repeat(number, steps) for number in _steps(len(steps))]
    repeated = sql.SQL("select *, {} from climbing").format(_list(columns))
    nexts = [
        sql.SQL(
            "(min(case when {meets} then array[position, {nth}] end) over ({hence}))[2] as {name}"
        ).format(meets=met(number), nth=_nth(number), hence=HENCE, name=_next(number))
        for number in _steps(len(steps))
    ]
    ahead = sql.SQL("select *, {} from repeated").format(_list(nexts))
    return sql.SQL(",\n\n").join([_named("repeated", repeated), _named("ahead", ahead)])


def _repeat(number: int, steps: Sequence[Step]) -> sql.Composable:
    name = steps[number - 1].name
    earlier = sum(step.name == name for step in steps[: number - 1])
    return sql.SQL("lead(at, {}) over (partition by unit, {} order by position) as {}").format(
        _int(earlier), met(number), _nth(number)
    )


def any_attempts(number: int, window: timedelta) -> sql.Composable:
    """The subquery of attempts: how many steps are met in any order from each event on.

    The event itself has to be one of them. A step's time is that at which it and all before it
    were met.
    """
    within = sql.SQL("at + {}").format(_micros(window))
    reaches = []
    for step in reversed(_steps(number)):
        inside = [sql.SQL("{} <= {}").format(_next(known), within) for known in _steps(step)]
        is_used = sql.SQL(" or ").join(met(known) for known in _steps(step))
        reaches.append(
            sql.SQL("when ({}) and {} then {}").format(is_used, all_of(inside), _int(step))
        )
    times = [
        sql.SQL("greatest({})").format(_list([_next(known) for known in _steps(step)]))
        for step in _steps(number)
    ]
    return sql.SQL(
        "select * from (select unit, dimension, event_timestamp as started_at, position,"
        " case {reaches} end as level, array[{times}] as times from ahead) as tried"
        " where level is not null"
    ).format(reaches=sql.SQL(" ").join(reaches), times=_list(times))


def _steps(number: int) -> range:
    return range(1, number + 1)


def _chain(step: int) -> sql.Identifier:
    return sql.Identifier(f"chain_{step}")


def _nth(step: int) -> sql.Identifier:
    return sql.Identifier(f"nth_{step}")


def _next(step: int) -> sql.Identifier:
    return sql.Identifier(f"next_{step}")


def _int(number: int) -> sql.SQL:
    return sql.SQL(str(int(number)))


def _micros(window: timedelta) -> sql.Composable:
    return sql.SQL("{}::bigint").format(sql.Literal(window // timedelta(microseconds=1)))


def _list(parts: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL(", ").join(parts)


def _named(name: str, body: sql.Composable) -> sql.Composable:
    return sql.SQL("{} as (\n{}\n)").format(sql.Identifier(name), body)
