"""All reports, by their names."""

from typing import Final

from clickstream.analytics import (
    anomalies,
    attribution,
    bands,
    breakdown,
    checks,
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
    reconcile,
    rejects,
    retention,
    runs,
    sample,
    search,
    segments,
    state,
    trends,
    value,
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
    reconcile.KIND,
    breakdown.ACQUISITION,
    pages.KIND,
    search.KIND,
    clicks.KIND,
    retention.KIND,
    lifecycle.KIND,
    attribution.KIND,
    segments.KIND,
    customers.KIND,
    value.KIND,
    breakdown.BREAKDOWN,
    sample.KIND,
    anomalies.KIND,
    bands.KIND,
    checks.KIND,
    rejects.KIND,
    runs.KIND,
    state.KIND,
)

KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _KINDS}
"""Every report by its name, in the order in which they are listed."""
