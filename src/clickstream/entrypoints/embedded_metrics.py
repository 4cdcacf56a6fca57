"""Metrics in a log line, which CloudWatch reads out of the log: a function needs no way to it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

NAMESPACE: Final = "Clickstream"
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def metric_line(values: Mapping[str, float], at: datetime, **facts: object) -> str:
    """One line that counts `values` at an instant, each name's unit being told by its ending.

    `facts` stand in the line to be searched for, and are no metrics. There are no dimensions: one
    deployment has an account and a region to itself.
    """
    metrics = [{"Name": name, "Unit": _unit(name)} for name in values]
    line = {
        "_aws": {
            "Timestamp": (at - _EPOCH) // timedelta(milliseconds=1),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": metrics}],
        },
        **facts,
        **values,
    }
    return msgspec.json.encode(line).decode()


def _unit(name: str) -> str:
    return next((unit for unit in ("Seconds", "Bytes") if name.endswith(unit)), "Count")
