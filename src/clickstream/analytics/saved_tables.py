"""The tables ``[funnels]`` and ``[segments]`` of the settings file, read and checked."""

from collections.abc import Iterable, Mapping
from typing import Any

from clickstream.analytics.filters import read_filter, read_filters
from clickstream.analytics.options import one_of
from clickstream.analytics.period import read_duration
from clickstream.analytics.saved import BUILT_IN, CHECKOUT, SEGMENT, Funnel, Saved, Segment, slug
from clickstream.analytics.steps import MAX_STEPS, ORDERS, UNITS, read_step
from clickstream.errors import ReportError, SettingsError


def read_saved(
    funnels: Mapping[str, object], segments: Mapping[str, object], filters: Iterable[str] = ()
) -> Saved:
    """What the settings' tables save, each entry checked. Raises SettingsError naming the entry."""
    own = {name: _read_funnel(name, value) for name, value in funnels.items()}
    kept = {CHECKOUT.name: CHECKOUT} | own
    saved = Saved(
        tuple(kept.values()),
        (*(_read_segment(name, value) for name, value in segments.items()), *BUILT_IN),
        tuple(_read_standing(text) for text in filters),
    )
    for segment in saved.segments:
        _refuse_circles(segment, saved, ())
    return saved


def _read_standing(text: str) -> str:
    """A filter that every report begins with, checked."""
    try:
        read_filters([text])
    except ReportError as error:
        raise SettingsError("CLICKSTREAM_REPORT_FILTERS", text, str(error)) from error
    return text


def _read_funnel(name: str, value: object) -> Funnel:
    key = f"funnels.{name}"
    table = _table(key, value, "steps", {"title", "exclude_steps", "order", "window", "unit"})
    steps, excluded = _texts(key, table, "steps"), _texts(key, table, "exclude_steps")
    if not 1 <= len(steps) <= MAX_STEPS:
        raise SettingsError(key, value, f"a funnel has 1 to {MAX_STEPS} steps")
    order, window, unit = (_text(key, table, name) for name in ("order", "window", "unit"))
    try:
        for text in (*steps, *excluded):
            read_step(text)
        one_of("order", order, ORDERS, "default")
        one_of("unit", unit, UNITS, "visitor")
        if window is not None:
            read_duration("window", window)
    except ReportError as error:
        raise SettingsError(key, value, str(error)) from error
    return Funnel(
        name=name,
        title=_text(key, table, "title") or name,
        steps=steps,
        exclude_steps=excluded,
        order=order,
        window=window,
        unit=unit,
    )


def _read_segment(name: str, value: object) -> Segment:
    key = f"segments.{name}"
    if slug(name) in {segment.name for segment in BUILT_IN}:
        raise SettingsError(key, value, "this segment is built in: choose another name")
    table = _table(key, value, "filters", {"title"})
    filters = _texts(key, table, "filters")
    if not filters:
        raise SettingsError(key, value, 'a segment has filters, such as ["device=mobile"]')
    try:
        read_filters(text for text in filters if read_filter(text)[0] != SEGMENT)
    except ReportError as error:
        raise SettingsError(key, value, str(error)) from error
    return Segment(name=name, title=_text(key, table, "title") or name, filters=filters)


def _refuse_circles(segment: Segment, saved: Saved, above: tuple[str, ...]) -> None:
    key = f"segments.{(*above, segment.name)[0]}"
    if segment.name in above:
        raise SettingsError(key, segment.name, "a segment cannot be part of itself")
    for name in _named_in(segment.filters):
        try:
            inner = saved.segment(name)
        except ReportError as error:
            raise SettingsError(key, name, str(error)) from error
        _refuse_circles(inner, saved, (*above, segment.name))


def _named_in(filters: Iterable[str]) -> list[str]:
    read = [read_filter(text) for text in filters]
    return [value for name, _, value in read if name == SEGMENT]


def _table(key: str, value: object, main: str, others: set[str]) -> Mapping[str, Any]:
    """An entry as a table; a list alone is its main part."""
    table = {main: value} if isinstance(value, list) else value
    if not isinstance(table, Mapping):
        raise SettingsError(key, value, f"a list of {main}, or a table with {main}, is expected")
    if strange := sorted(table.keys() - {main, *others}):
        known = ", ".join(sorted({main, *others}))
        raise SettingsError(f"{key}.{strange[0]}", table[strange[0]], f"it takes only {known}")
    return table


def _texts(key: str, table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise SettingsError(f"{key}.{name}", value, "a list of texts is expected")
    return tuple(value)


def _text(key: str, table: Mapping[str, Any], name: str) -> str | None:
    value = table.get(name)
    if value is not None and not isinstance(value, str):
        raise SettingsError(f"{key}.{name}", value, "a text is expected")
    return value
