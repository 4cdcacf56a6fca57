"""All reports, by their names."""

from typing import Final

from clickstream.analytics import events, orders, overview, products, trends
from clickstream.analytics.request import Kind

KINDS: Final[dict[str, Kind]] = {
    module.KIND.name: module.KIND for module in (overview, trends, events, products, orders)
}
"""Every report by its name, in the order in which they are listed."""
