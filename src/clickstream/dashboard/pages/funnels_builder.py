"""The builder of a funnel: its steps, in rows that are chosen, typed, moved and removed."""

from collections.abc import Sequence
from typing import Final

from htmltools import Tag, TagChild, tags

from clickstream.analytics import Saved
from clickstream.dashboard import kit
from clickstream.dashboard.filters import View
from clickstream.dashboard.icons import icon
from clickstream.dashboard.pages.funnels_data import (
    FIELDS,
    MOST_STEPS,
    chosen,
    chosen_field,
)
from clickstream.dashboard.steps import ACTIONS, TYPED, split_step

UNIT_WORDS: Final = {"visitor": "Visitors", "session": "Sessions"}
ORDER_WORDS: Final = {
    "default": "In this order", "strict": "Nothing in between", "any": "In any order",
}  # fmt: skip
WINDOW_WORDS: Final = {
    "30m": "30 minutes", "1h": "1 hour", "24h": "24 hours", "7d": "7 days",
    "14d": "14 days", "30d": "30 days", "90d": "90 days",
}  # fmt: skip


def builder(view: View, saved: Saved) -> TagChild:
    """The steps of the view, each in a row, and what else can be chosen."""
    steps = chosen(view, saved).steps
    rows = (_row(place, steps) for place in range(len(steps)))
    return tags.div(
        tags.ol({"data-builds": "step"}, *rows, class_="builder", aria_label="Steps"),
        tags.div(_add(steps), _saved(steps, saved), class_="builder-foot"),
    )


def controls(view: View, saved: Saved) -> TagChild:
    """Whom to count, in which order, how long it may take, and by what to break it down."""
    shown = chosen(view, saved)
    windows = WINDOW_WORDS if shown.window in WINDOW_WORDS else {shown.window: shown.window}
    return tags.div(
        kit.select(UNIT_WORDS.items(), key="unit", chosen=shown.unit, label="Count"),
        kit.select(ORDER_WORDS.items(), key="order", chosen=shown.order, label="Order"),
        kit.select(
            (windows | WINDOW_WORDS).items(), key="window", chosen=shown.window, label="Within"
        ),
        kit.select(
            [("", "Nothing"), *FIELDS.items()],
            key="by",
            chosen=chosen_field(view),
            label="Broken down by",
        ),
        class_="controls",
    )


def _row(place: int, steps: Sequence[str]) -> Tag:
    what, typed = split_step(steps[place])
    is_typed = what in TYPED
    choices = [
        *(_choice(value, words, what) for value, words in ACTIONS.items()),
        *(_choice(begin, name, what, example) for begin, (name, example) in TYPED.items()),
    ]
    number = place + 1
    lists = {"page:": "pages-known", "event:": "events-known"}
    text = tags.input(
        {"data-lazy": "", "data-focus": f"step-text-{number}", "list": lists.get(what)},
        value=typed,
        placeholder=TYPED[what][1] if is_typed else "",
        aria_label=f"Step {number}, what exactly",
        autocomplete="off",
    )
    return tags.li(
        {"data-step": ""},
        tags.span(str(number), class_="step-number", aria_hidden="true"),
        tags.select(
            {"data-focus": f"step-{number}"}, *choices, aria_label=f"Step {number}, what happened"
        ),
        text,
        _move("up", f"Move step {number} up", steps, place, place - 1),
        _move("down", f"Move step {number} down", steps, place, place + 1),
        _button("close", f"Remove step {number}", [*steps[:place], *steps[place + 1 :]]),
    )


def _choice(value: str, words: str, chosen: str, example: str | None = None) -> Tag:
    typed: kit.TagAttrs = {} if example is None else {"data-typed": example}
    return tags.option(typed, words, value=value, selected="" if value == chosen else None)


def _move(sign: str, label: str, steps: Sequence[str], place: int, to: int) -> Tag:
    moved = list(steps)
    if 0 <= to < len(moved):
        moved[place], moved[to] = moved[to], moved[place]
    return _button(sign, label, moved, is_possible=0 <= to < len(steps))


def _button(sign: str, label: str, steps: Sequence[str], *, is_possible: bool = True) -> Tag:
    return tags.button(
        {"data-set": change_of(steps), "data-focus": label},
        icon(sign),
        type="button",
        class_="icon-button small",
        aria_label=label,
        title=label,
        disabled=None if is_possible and steps else "",
    )


def change_of(steps: Sequence[str]) -> str:
    """The change of the view to these steps."""
    return "&".join(kit.pairs(step=step) for step in steps) + "&funnel="


def _add(steps: Sequence[str]) -> TagChild:
    if len(steps) >= MOST_STEPS:
        return None
    usual = ("view_item", "add_to_cart", "view_cart", "begin_checkout", "purchase", "page_view")
    following = next((action for action in usual if action not in steps), "page_view")
    return tags.button(
        {"data-set": change_of([*steps, following]), "data-focus": "step-add"},
        icon("plus"),
        "Add a step",
        type="button",
        class_="button small",
    )


def _saved(steps: Sequence[str], saved: Saved) -> Tag:
    buttons = (
        kit.menu_item(
            funnel.title,
            set_=f"step=&order=&window=&unit=&{kit.pairs(funnel=funnel.name)}",
            is_on=funnel.steps == tuple(steps),
        )
        for funnel in saved.funnels
    )
    return tags.div(
        tags.span("Saved", class_="quiet"),
        tags.div(*buttons, class_="seg wraps", role="group", aria_label="Saved funnels"),
        class_="saved",
    )


def suggestions(pages: Sequence[str], events: Sequence[str]) -> TagChild:
    """The pages and events that typed steps suggest."""
    return tags.div(
        tags.datalist(*(tags.option(value=page) for page in pages), id="pages-known"),
        tags.datalist(*(tags.option(value=event) for event in events), id="events-known"),
        hidden="",
    )
