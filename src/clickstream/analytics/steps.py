"""Steps of a funnel or journey: what an event must be, and of which kind of events it is one."""

from dataclasses import dataclass
from typing import Final, Literal

from psycopg import sql

from clickstream.analytics.fields import FIELDS, find_field
from clickstream.analytics.filters import Condition, condition_sql
from clickstream.analytics.query import all_of
from clickstream.analytics.scope import EVENT_LINES
from clickstream.contract.actions import ACTIONS
from clickstream.errors import ReportError

Kind = Literal["action", "event", "page"]

PREFIXES: Final = {"action": "action", "event": "event_name", "page": "page", "title": "page_title"}
MAX_STEPS: Final = 20
ORDERS: Final = ("default", "strict", "any")
UNITS: Final = ("visitor", "session")

KINDS: Final[dict[str, Kind]] = {
    "action": "action",
    "event": "event",
    "page": "page",
    "title": "page",
}
KIND_SQL: Final[dict[Kind, sql.SQL]] = {
    "action": sql.SQL("(e.action is not null and e.action <> 'user_engagement')"),
    "event": sql.SQL("(e.action is distinct from 'user_engagement')"),
    "page": sql.SQL("(e.action = 'page_view')"),
}
"""The events of each kind: those that break a strict order where they stand between two steps."""

PAGE_VIEW: Final = sql.SQL("e.action = 'page_view'")
FORMS: Final = "an action, an event's name, event:NAME, page:/PATH* or FIELD=VALUE, joined by &"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its name as it was given, its condition on events ``e``, and its kind."""

    name: str
    condition: sql.Composable
    kind: Kind
    action: str | None
    """The action that an event needs to meet it; None where several could."""


def read_step(text: str) -> Step:
    """The step of a text such as ``view_item``, ``event:NAME``, ``page:/cart*``, ``brand=Acme``.

    Several, joined by ``&``, must hold of one event. Pages and titles are those of page views.
    Raises ReportError for a text that says nothing.
    """
    parts = [_read_part(part.strip(), text) for part in text.split("&")]
    kinds = [kind for _, kind, _ in parts]
    kind: Kind = "page" if "page" in kinds else "event" if "event" in kinds else "action"
    condition = all_of([part for part, _, _ in parts])
    return Step(
        name=text.strip(),
        condition=sql.SQL("coalesce({}, false)").format(condition),
        kind=kind,
        action=next((action for _, _, action in parts if action), None),
    )


def _read_part(part: str, text: str) -> tuple[sql.Composable, Kind, str | None]:
    prefix, colon, value = part.partition(":")
    if colon and prefix in PREFIXES and value:
        return _prefixed(prefix, value), KINDS[prefix], _action(prefix, value)
    name, equals, value = part.partition("=")
    if equals and name.strip("! "):
        return _filtered(name.strip(), value), "event", None
    if not part or "\x00" in part:
        raise ReportError(f"--step is {text!r}; give {FORMS}")
    if part in ACTIONS:
        return _prefixed("action", part), "action", part
    return _prefixed("event", part), "event", None


def _action(prefix: str, value: str) -> str | None:
    if KINDS[prefix] == "page":
        return "page_view"
    return value if prefix == "action" and value in ACTIONS else None


def _prefixed(prefix: str, value: str) -> sql.Composable:
    field = FIELDS[PREFIXES[prefix]]
    condition = condition_sql(Condition(field=field, values=(value,)))
    return all_of([PAGE_VIEW, condition]) if KINDS[prefix] == "page" else condition


def _filtered(name: str, value: str) -> sql.Composable:
    field = find_field(name.removesuffix("!"))
    condition = condition_sql(
        Condition(field=field, values=(value,), is_negated=name.endswith("!"))
    )
    if field.level != "line":
        return condition
    return sql.SQL("exists (select from {lines} where {meets})").format(
        lines=EVENT_LINES, meets=condition
    )


def reads_sessions(texts: tuple[str, ...]) -> bool:
    """Whether a step asks for a property of the event's session."""
    names = [part.partition("=")[0] for text in texts for part in text.split("&") if "=" in part]
    plain = [name.strip().removesuffix("!") for name in names if ":" not in name]
    return any(find_field(name).level == "session" for name in plain)
