"""Journeys: the ways through the shop, from node to node.

Grain: one row a pair of nodes, one directly after the other, and position of the first. A node is
a page path, a page title, an event's name or an action (page views for the first two; never
``user_engagement``), in the order of instants and ids, repeats kept unless merged. Positions count
from the session's first node, or from the first that meets ``start``; towards an ``end`` alone they
count back from it: -1 leads into it. What lies behind ``length`` nodes has no position.
``sessions_anywhere`` and ``transitions_anywhere`` are those of the pair at any position: the
former equals a strict funnel by session over the two nodes. Pairs are dated by their first event.
Rare nodes, behind the ``limit`` most common, are ``OTHER``.
"""

from collections.abc import Mapping
from typing import Any, Final

from psycopg import sql

from clickstream.analytics.filters import NONE, like_pattern
from clickstream.analytics.measures import divide
from clickstream.analytics.options import one_of
from clickstream.analytics.query import Answer, Plan, Results, compose, template
from clickstream.analytics.report import Column, Row
from clickstream.analytics.request import Kind, Request
from clickstream.analytics.scope import LONGEST_SESSION, Scope, instant
from clickstream.analytics.sources import details_of, events_of, limit_of
from clickstream.analytics.steps import KIND_SQL
from clickstream.errors import ReportError

NODES: Final[Mapping[str, sql.SQL]] = {
    "page": sql.SQL("e.page_path"),
    "title": sql.SQL("e.page_title"),
    "event_name": sql.SQL("e.event_name"),
    "action": sql.SQL("e.action"),
}
KINDS: Final = {
    "page": KIND_SQL["page"],
    "title": KIND_SQL["page"],
    "event_name": KIND_SQL["event"],
    "action": KIND_SQL["action"],
}
MAX_LENGTH: Final = 10
TOP_NODES: Final = 50
PATHS: Final = 50
OTHER: Final = "Other"
OTHER_SQL: Final = sql.SQL("{}::text").format(sql.Literal(OTHER))

COLUMNS: Final = (
    Column("from_node", "From"),
    Column("to_node", "To"),
    Column("position", "Step"),
    Column("sessions", "Sessions", "count"),
    Column("transitions", "Times", "count"),
    Column("sessions_anywhere", "Sessions, at any step", "count"),
    Column("transitions_anywhere", "Times, at any step", "count"),
    Column("mean_seconds", "Mean time", "seconds"),
)


def plan(request: Request) -> Plan:
    """The one query for pairs, nodes and paths, which are all made of the same steps."""
    options = request.options
    length = MAX_LENGTH if options.length is None else options.length
    if not 2 <= length <= MAX_LENGTH:
        raise ReportError(f"--length is {length}; a journey has 2 to {MAX_LENGTH} nodes")
    is_towards = options.end is not None and options.start is None
    first, last = (1 - length, 0) if is_towards else (1, length)
    query = compose(
        "journeys",
        steps=_steps(request),
        reach=_int(length - 1),
        from_position=_int(first),
        to_position=_int(last),
        start=request.scope.start,
        end=request.scope.end,
        other=OTHER_SQL,
        paths=_int(PATHS),
    )
    return Plan({"steps": query}, lambda results: shape(request, results, length=length))


def _steps(request: Request) -> sql.Composable:
    options, scope = request.options, request.scope
    name = one_of("node", options.node, NODES, "page")
    node = _merged(NODES[name], options.merge or ())
    is_anchored = options.start is not None or options.end is not None
    shared = {
        "node": node,
        "is_start": _is_node(node, options.start),
        "is_end": _is_node(node, options.end),
    }
    if request.reads_details and name == "page" and not options.merge_repeats:
        numbered = template("journeys_numbered_from_details").format(
            **shared,
            **_details(scope),
            next_node=_merged(sql.SQL("e.next_path"), options.merge or ()),
        )
    else:
        numbered = template("journeys_numbered").format(
            **shared,
            events=_events(request, name),
            kept=template("journeys_merged") if options.merge_repeats else sql.SQL("nodes"),
        )
    return template("journeys_steps").format(
        numbered=numbered,
        placed=template("journeys_anchored" if is_anchored else "journeys_whole").format(
            has_start=_bool(options.start is not None), has_end=_bool(options.end is not None)
        ),
        other=OTHER_SQL,
        start=scope.start,
        end=scope.end,
        limit=limit_of(TOP_NODES if options.limit is None else options.limit),
    )


def _events(request: Request, name: str) -> sql.Composable:
    """Events ``e`` that are nodes; page views from their sessions' details, where it can be."""
    scope = request.scope
    if request.reads_details and name == "page":
        return template("journeys_from_details").format(**_details(scope))
    return template("journeys_from_events").format(
        earliest=instant(scope.range.start - LONGEST_SESSION),
        session_filters=scope.sessions(),
        events=events_of(scope),
        latest=instant(scope.range.end + LONGEST_SESSION),
        kind=KINDS[name],
        source=NODES[name],
        traffic=scope.traffic("e"),
        session_filter=_session_filter(scope),
    )


def _details(scope: Scope) -> dict[str, sql.Composable]:
    """What SQL over the page views in the details is composed of."""
    return {
        "details": details_of(scope),
        "earliest": instant(scope.range.start - LONGEST_SESSION),
        "start": scope.start,
        "end": scope.end,
        "traffic": scope.traffic("s"),
        "session_filters": scope.sessions(),
    }


def _merged(node: sql.Composable, patterns: tuple[str, ...]) -> sql.Composable:
    """The node, or the first pattern that it meets."""
    if not patterns:
        return node
    cases = [
        sql.SQL("when {} like {} then {}").format(
            node,
            sql.Literal(like_pattern(pattern)),
            sql.SQL("{}::text").format(sql.Literal(pattern)),
        )
        for pattern in patterns
    ]
    return sql.SQL("case {} else {} end").format(sql.SQL(" ").join(cases), node)


def _is_node(node: sql.Composable, wanted: str | None) -> sql.Composable:
    """Whether a node is the one wanted; any is, where none is."""
    if wanted is None:
        return sql.SQL("true")
    if wanted in NONE or "\x00" in wanted:
        raise ReportError(f"--start or --end is {wanted!r}; give a node, in which * may stand")
    is_pattern = "*" in wanted
    literal = sql.SQL("{}::text").format(
        sql.Literal(like_pattern(wanted) if is_pattern else wanted)
    )
    either = sql.SQL(
        "({node} like {wanted} or {node} = {plain})" if is_pattern else "{node} = {plain}"
    )
    return either.format(
        node=node, wanted=literal, plain=sql.SQL("{}::text").format(sql.Literal(wanted))
    )


def _session_filter(scope: Scope) -> sql.Composable:
    """Under a filter on events: sessions with at least one matching event in the range."""
    if not scope.has_event_filter:
        return sql.SQL("true")
    return sql.SQL(
        "e.session_id in (select e.session_id from events e where {during} and {filters})"
    ).format(during=scope.during("e.event_timestamp"), filters=scope.events())


def shape(request: Request, results: Results, *, length: int) -> Answer:
    """The pairs by position, the most common first; nodes and paths in the summary."""
    options = request.options
    parts: dict[str, list[Row]] = {}
    for row in results["steps"]:
        parts.setdefault(row["part"], []).append(row)
    anywhere = {(row["node"], row["next_node"]): row for row in parts.get("anywhere", ())}
    pairs = [*parts.get("pair", ()), *parts.get("behind", ())]
    rows = [_row(row, anywhere[row["node"], row["next_node"]]) for row in pairs]
    return Answer(
        columns=COLUMNS,
        rows=sorted(rows, key=_most_common),
        params={
            "node": options.node or "page",
            "start": options.start,
            "end": options.end,
            "length": length,
            "merge": list(options.merge or ()),
            "merge_repeats": bool(options.merge_repeats),
        },
        summary={
            "nodes": [_node(row) for row in sorted(parts.get("node", ()), key=_most_visited)],
            "paths": [
                {"path": row["path"], "sessions": row["sessions"]} for row in parts.get("path", ())
            ],
        },
    )


def _most_common(row: Row) -> tuple[Any, ...]:
    position = row["position"]
    nodes = (row["from_node"], row["to_node"])
    return (-row["transitions"], *nodes, position is None, position or 0)


def _most_visited(row: Row) -> tuple[int, str]:
    return (-row["sessions"], row["node"])


def _node(row: Row) -> dict[str, Any]:
    return {
        "node": row["node"],
        "visits": row["times"],
        "sessions": row["sessions"],
        "drop_offs": row["drop_offs"],
        "drop_off_rate": divide(row["drop_offs"], row["times"]),
    }


def _row(row: Row, total: Row) -> dict[str, Any]:
    return {
        "from_node": row["node"],
        "to_node": row["next_node"],
        "position": row["position"],
        "sessions": row["sessions"],
        "transitions": row["times"],
        "sessions_anywhere": total["sessions"],
        "transitions_anywhere": total["times"],
        "mean_seconds": row["mean_seconds"],
    }


def _int(number: int) -> sql.SQL:
    return sql.SQL(str(int(number)))


def _bool(value: bool) -> sql.SQL:  # noqa: FBT001
    return sql.SQL("true" if value else "false")


KIND: Final = Kind(
    name="journeys",
    summary="The ways through the shop: from which page, event or action to which.",
    plan=plan,
    takes=("node", "start", "end", "length", "merge", "merge_repeats", "limit"),
)
