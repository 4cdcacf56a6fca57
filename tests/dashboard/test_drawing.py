"""What is drawn, and how often, in a real browser."""

from collections import Counter
from typing import Any

import pytest

from clickstream.dashboard.pages import products_parts

pytestmark = pytest.mark.browser
COUNTING = """
window.drawn = {};
new MutationObserver((records) => records.forEach(({ target }) => {
  if ("ready" in target.dataset) drawn[target.id] = (drawn[target.id] ?? 0) + 1;
})).observe(document, { subtree: true, attributeFilter: ["data-ready"] });
"""


def test_a_chart_is_drawn_once_for_an_answer(look: Any, standin: Any) -> None:
    with look(standin) as tab:
        tab.page.add_init_script(COUNTING)
        page = tab.open("/?page=products")
        once = {"products-ranking": 1, "products-scatter": 1}
        assert page.evaluate("drawn") == once
        page.evaluate("drawn = {}; view.change('device=mobile')")
        tab.settle()
        assert page.evaluate("drawn") == once


def test_figures_are_drawn_once_for_new_filters(
    look: Any, standin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: Counter[str] = Counter()

    def counted(name: str) -> Any:
        draw = getattr(products_parts, name)

        def drawing(*given: Any) -> Any:
            drawn[name] += 1
            return draw(*given)

        return drawing

    for name in ("table", "ranking", "scatter"):
        monkeypatch.setattr(products_parts, name, counted(name))
    with look(standin) as tab:
        page = tab.open("/?page=products")
        drawn.clear()
        page.evaluate("view.change('device=mobile')")
        tab.settle()
        assert drawn == {"table": 1, "ranking": 1, "scatter": 1}
        drawn.clear()
        page.evaluate("view.change('sort=name')")
        tab.settle()
        assert drawn["table"] == 1
