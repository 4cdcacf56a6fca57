"""All reports, by their names."""

from typing import Final

from clickstream.analytics import (
    breakdown,
    events,
    funnel,
    orders,
    overview,
    pages,
    products,
    state,
    trends,
)
from clickstream.analytics.request import Kind

_KINDS: Final = (
    overview.KIND,
    trends.KIND,
    events.KIND,
    funnel.KIND,
    products.KIND,
    orders.KIND,
    breakdown.ACQUISITION,
    pages.KIND,
    breakdown.BREAKDOWN,
    state.KIND,
)

KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _KINDS}
"""Every report by its name, in the order in which they are listed."""
