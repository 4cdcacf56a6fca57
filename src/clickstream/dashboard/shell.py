"""The frame around the pages: navigation, dates, filters, freshness. One static document."""

import json
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from htmltools import Tag, TagChild, TagList, tags
from shiny import ui

from clickstream.dashboard.filters import DEFAULT_RANGE, DIMENSIONS, FILTER_KEYS, RANGES
from clickstream.dashboard.icons import icon, svg
from clickstream.dashboard.pages.page import Page

SCRIPTS = ("figures.js", "app.js", "charts.js", "shell.js")
PLACEHOLDER = '<meta name="shiny-dependency-placeholder" content="">'


def document(pages: Sequence[Page], *, version: str, has_sign_in: bool = False) -> str:
    """The whole page as HTML; what it shows is decided in the browser from the URL."""
    body = tags.body(
        {"data-filter-keys": json.dumps(sorted(FILTER_KEYS)), "data-home": pages[0].key},
        tags.a("Skip to the figures", href="#main", class_="skip"),
        tags.div(class_="progress", aria_hidden="true"),
        tags.div(
            _side(pages, has_sign_in=has_sign_in),
            tags.div(_bar(), tags.main(_pages(pages), class_="main", id="main", tabindex="-1")),
            class_="frame",
        ),
        _date_menu(),
        _filter_menu(),
        tags.div(id="said", class_="sr", role="status"),
        tags.div(id="hint", popover="manual", role="tooltip"),
        tags.div("The dashboard is away. Trying again…", class_="lost away", role="status"),
        _signed_out() if has_sign_in else None,
    )
    return f'<!doctype html><html lang="en">{_head(version)}{body}</html>'


def _signed_out() -> Tag:
    """What an open page says once its sign-in has ended; the browser adds the way back."""
    return tags.div(
        tags.p(tags.strong("Your sign-in has ended. "), "The figures stand still."),
        tags.a("Sign in again", href="auth/login", class_="button primary"),
        class_="lost signed-out",
        role="alert",
        hidden="",
    )


def _head(version: str) -> Tag:
    def asset(name: str) -> str:
        return f"assets/{name}?v={version}"

    return tags.head(
        tags.meta(charset="utf-8"),
        tags.meta(name="viewport", content="width=device-width, initial-scale=1"),
        tags.title("Clickstream"),
        tags.link(rel="icon", href=asset("icon.svg"), type="image/svg+xml"),
        tags.script(src=asset("theme.js")),
        tags.link(
            rel="preload",
            href=asset("echarts.min.js"),
            as_="script",
            fetchpriority="low",
            id="chart-library",
        ),
        tags.link(
            rel="preload",
            href="assets/fonts/inter-latin.woff2",
            as_="font",
            type="font/woff2",
            crossorigin="",
        ),
        ui.HTML(PLACEHOLDER),
        tags.link(rel="stylesheet", href=asset("style.css")),
        *(tags.script(src=asset(name), defer="") for name in SCRIPTS),
    )


def _side(pages: Sequence[Page], *, has_sign_in: bool) -> Tag:
    groups = list(dict.fromkeys(page.group for page in pages))
    return tags.aside(
        tags.div(_mark(), "Clickstream", class_="brand"),
        tags.nav(
            *(_group(name, [page for page in pages if page.group == name]) for name in groups),
            aria_label="Pages",
        ),
        tags.div(
            ui.output_ui("fresh"),
            tags.a("Sign out", href="auth/logout", class_="sign-out") if has_sign_in else None,
            class_="side-foot",
        ),
        class_="side",
    )


def _group(name: str, pages: Sequence[Page]) -> TagList:
    links = (
        tags.a({"data-go": page.key}, icon(page.icon), page.title, href=f"?page={page.key}")
        for page in pages
    )
    return TagList(tags.p(name) if name else None, *links)


def _mark() -> Tag:
    return svg(
        Tag("rect", width="22", height="22", rx="6", fill="var(--accent)"),
        Tag(
            "path",
            d="M4.5 14.5c2.4 0 2.4-7 4.9-7s2.5 7 4.9 7c1.6 0 2.2-2.6 3.2-4.6",
            fill="none",
            stroke="var(--on-accent)",
            stroke_width="1.9",
            stroke_linecap="round",
        ),
        viewBox="0 0 22 22",
    )


def _bar() -> Tag:
    return tags.header(
        tags.div(
            tags.button(
                {"data-menu": ""},
                icon("menu"),
                type="button",
                aria_label="Menu",
                aria_expanded="false",
                class_="icon-button menu-button",
            ),
            tags.h1(id="page-title"),
            _presets(),
            tags.button(
                {"data-pressed-by": "compare=", "data-flip": "compare=off"},
                tags.i(),
                tags.span("Compare"),
                type="button",
                class_="switch",
                title="Compare with the period before",
                aria_label="Compare with the period before",
            ),
            tags.button(
                icon("filter"),
                "Filter",
                type="button",
                class_="button",
                popovertarget="filters",
                aria_expanded="false",
            ),
            tags.button(
                icon("moon", "icon dark-icon"),
                icon("sun", "icon light-icon"),
                id="theme",
                type="button",
                class_="icon-button",
                aria_label="Light or dark",
            ),
            class_="bar-row",
        ),
        ui.output_ui("chips"),
        class_="bar",
    )


def _presets() -> Tag:
    buttons = []
    for key, (label, _) in RANGES.items():
        given = "" if key == DEFAULT_RANGE else key
        change = urlencode({"range": given, "from": "", "to": ""})
        buttons.append(
            tags.button(
                {"data-set": change, "data-pressed-by": f"range={given}"}, label, type="button"
            )
        )
    custom = tags.button(
        {"data-pressed-by": "from=*"},
        ui.output_ui("dates", inline=True),
        type="button",
        popovertarget="dates-menu",
        aria_expanded="false",
    )
    return tags.div(*buttons, custom, class_="seg", role="group", aria_label="Dates")


def _date_menu() -> Tag:
    return tags.div(
        tags.form(
            {"data-form": "range"},
            tags.label(
                "From", tags.input({"data-param": "from"}, type="date", name="from", required="")
            ),
            tags.label("To", tags.input({"data-param": "to"}, type="date", name="to", required="")),
            tags.button("Show these dates", type="submit", class_="button primary"),
        ),
        {"popover": ""},
        id="dates-menu",
        class_="menu",
        role="dialog",
        aria_label="Dates",
    )


def _filter_menu() -> Tag:
    tabs = [
        *(_tab(key, label, panel="choices") for key, label in DIMENSIONS.items()),
        _tab("traffic", "Bots and staff", panel="traffic"),
        _tab("tz", "Time zone", panel="tz"),
    ]
    tabs[0].attrs.update({"aria-selected": "true", "tabindex": "0"})
    panels = [
        _panel("choices", ui.output_ui("choices"), tab=next(iter(DIMENSIONS))),
        _panel("traffic", _traffic(), tab="traffic", hidden=""),
        _panel("tz", _zones(), tab="tz", hidden=""),
    ]
    return tags.div(
        tags.div(
            tags.div(
                *tabs,
                class_="filter-tabs",
                role="tablist",
                aria_label="Filter by",
                aria_orientation="vertical",
            ),
            tags.div(*panels),
            class_="filter-body",
        ),
        {"popover": ""},
        id="filters",
        class_="menu filters",
        role="dialog",
        aria_label="Filters",
    )


def _tab(key: str, label: str, *, panel: str) -> Tag:
    return tags.button(
        {"data-tab": key, "aria-selected": "false", "aria-controls": f"panel-{panel}"},
        label,
        type="button",
        role="tab",
        id=f"tab-{key}",
        tabindex="-1",
    )


def _panel(key: str, body: TagChild, *, tab: str, hidden: str | None = None) -> Tag:
    return tags.div(
        body,
        id=f"panel-{key}",
        class_="filter-panel",
        role="tabpanel",
        aria_labelledby=f"tab-{tab}",
        hidden=hidden,
    )


def _traffic() -> TagList:
    """What is done with bots and with the shop's own people: they are left out unless chosen."""
    return TagList(
        *(
            tags.div(
                tags.strong(title),
                tags.p(text),
                tags.div(
                    *(_traffic_button(key, value, words) for value, words in TRAFFIC.items()),
                    class_="seg",
                    role="group",
                    aria_label=title,
                ),
                class_="traffic",
            )
            for key, title, text in (
                ("bots", "Bots", "Crawlers and scripts, by their user agent and pace."),
                ("internal", "Internal", "The hosts and networks that the settings name."),
            )
        )
    )


TRAFFIC: Final = {"": "Leave out", "include": "Include", "only": "Only"}


def _traffic_button(key: str, value: str, words: str) -> Tag:
    pair = urlencode({key: value})
    return tags.button({"data-set": pair, "data-pressed-by": pair}, words, type="button")


def _zones() -> TagList:
    """A list of time zones, which the browser fills when it is first looked at."""
    return TagList(
        tags.p("Whose days and hours the figures are shown in."),
        tags.select(
            {"data-param": "tz", "data-zones": "", "aria-label": "Time zone"},
            tags.option("The shop's own", value=""),
        ),
    )


def _pages(pages: Sequence[Page]) -> TagList:
    """A place for each page; what is in it is made when the page is first shown."""
    sections = (
        tags.div(
            {"data-page": page.key, "data-title": page.title},
            Tag("template", page.ui(page.key)),
            hidden="",
        )
        for page in pages
    )
    return TagList(ui.output_ui("notice"), *sections)
