"""All reports, by their names."""

from typing import Final

from clickstream.analytics import (
    attribution,
    breakdown,
    clicks,
    customers,
    events,
    funnel,
    journeys,
    lifecycle,
    live,
    orders,
    overview,
    pages,
    products,
    retention,
    search,
    segments,
    state,
    trends,
)
from clickstream.analytics.request import Kind

_KINDS: Final = (
    overview.KIND,
    trends.KIND,
    events.KIND,
    live.KIND,
    funnel.KIND,
    journeys.KIND,
    products.KIND,
    orders.KIND,
    breakdown.ACQUISITION,
    pages.KIND,
    search.KIND,
    clicks.KIND,
    retention.KIND,
    lifecycle.KIND,
    attribution.KIND,
    segments.KIND,
    customers.KIND,
    breakdown.BREAKDOWN,
    state.KIND,
)

KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _KINDS}
"""Every report by its name, in the order in which they are listed."""
