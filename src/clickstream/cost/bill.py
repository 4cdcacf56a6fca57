"""A month's bill on AWS, line by line, for the deployment of `infra/` at list prices."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from clickstream.cost.load import HOURS, RUNS, Traffic
from clickstream.cost.prices import Prices
from clickstream.errors import SettingsError

GIB: Final = 2**30
INGEST_GIB, ETL_GIB = 256 / 1024, 1769 / 1024
"""The functions' memory, as `infra/` gives it to them."""
INGEST_SECONDS: Final = 0.040
"""A warm request: almost all of it waits for S3's answer to the PUT."""
INGEST_SECONDS_EACH: Final = 0.0002
ETL_SECONDS: Final = 3.0
"""A run that finds nothing: connecting, listing, the ledger."""
ETL_EVENTS_A_SECOND: Final = 10_000
ETL_OBJECTS_A_SECOND: Final = 1_000
ACCESS_LOG_BYTES: Final = 260
FUNCTION_LOG_BYTES: Final = 320
"""Lambda's own lines about each invocation."""
ANSWER_BYTES: Final = 450
"""With its headers and its share of TLS."""
METRICS, ALARMS = 8, 9
BACKUP_SHARE: Final = 0.4
"""A dump's size as a share of the warehouse's, and it is kept for 14 nights."""
BACKUPS: Final = 14
WAREHOUSE_BYTES: Final = 900
"""Of one event in the warehouse, with indices, sessions and aggregates."""


class Hosts(Struct, frozen=True, kw_only=True):
    """The machines and options, as `infra/` has them by default."""

    warehouse: str = "t4g.medium"
    warehouse_gib: int = 50
    oltp: str | None = "t4g.micro"
    """None for a shop whose database is elsewhere."""
    oltp_gib: int = 20
    root_gib: int = 12
    ssm_endpoints: bool = False


class Line(Struct, frozen=True, kw_only=True):
    """One component of the bill."""

    component: str
    kind: str
    """`usage`, which follows the events, or `fixed`."""
    quantity: float
    unit: str
    usd: float


class Bill(Struct, frozen=True, kw_only=True):
    """A month."""

    lines: list[Line]
    usage_usd: float
    fixed_usd: float
    total_usd: float


def make_bill(traffic: Traffic, prices: Prices, *, hosts: Hosts | None = Hosts()) -> Bill:  # noqa: B008 - frozen
    """The bill of a month in which the lake is as full as it gets. Without `hosts`, usage alone.

    Raises ``SettingsError`` for a machine that the price list does not have.
    """
    lines = [*_usage(traffic, prices)]
    if hosts is not None:
        lines += _fixed(traffic, prices, hosts)
    sums = {
        kind: sum(line.usd for line in lines if line.kind == kind) for kind in ("usage", "fixed")
    }
    return Bill(
        lines=lines,
        usage_usd=sums["usage"],
        fixed_usd=sums["fixed"],
        total_usd=sums["usage"] + sums["fixed"],
    )


def _usage(traffic: Traffic, prices: Prices) -> Iterator[Line]:
    posts, events = traffic.posts, traffic.events
    seconds = posts * INGEST_SECONDS + events * INGEST_SECONDS_EACH
    loading = RUNS * ETL_SECONDS + events / ETL_EVENTS_A_SECOND + posts / ETL_OBJECTS_A_SECOND
    computed = seconds * INGEST_GIB + loading * ETL_GIB
    logged = posts * (ACCESS_LOG_BYTES + FUNCTION_LOG_BYTES) / GIB
    stored = traffic.stored_bytes * traffic.months / GIB
    aws, s3, logs = prices.lambda_, prices.s3, prices.logs
    yield _line("HTTP API requests", posts, "requests", prices.api.request)
    yield _line("Lambda requests", posts + RUNS, "requests", aws.request)
    yield _line("Lambda time", computed, "GiB-seconds", aws.gib_second)
    yield _line("S3 PUT", posts, "requests", s3.put)
    yield _line("S3 LIST", traffic.lists, "requests", s3.put)
    yield _line("S3 GET", posts, "requests", s3.get)
    yield _line("S3 storage of the lake", stored, "GiB-months", s3.gib_month)
    yield _line("CloudWatch logs", logged, "GiB", logs.gib + logs.gib_month)
    yield _line("Answers to browsers", posts * ANSWER_BYTES / GIB, "GiB", prices.network.gib_out)


def _fixed(traffic: Traffic, prices: Prices, hosts: Hosts) -> Iterator[Line]:
    def hour_of(kind: str) -> float:
        price = prices.ec2.get(kind)
        if price is None:
            known = f"one of {', '.join(prices.ec2)} is expected"
            raise SettingsError("instance type", kind, known)
        return price

    disks = hosts.warehouse_gib + hosts.root_gib
    yield _line("Warehouse host", HOURS, "hours", hour_of(hosts.warehouse), kind="fixed")
    if hosts.oltp:
        disks += hosts.oltp_gib + hosts.root_gib
        yield _line("OLTP host", HOURS, "hours", hour_of(hosts.oltp), kind="fixed")
        yield _line("Public address", HOURS, "hours", prices.network.address_hour, kind="fixed")
    yield _line("Disks", disks, "GiB-months", prices.disk.gib_month, kind="fixed")
    held = min(traffic.events * traffic.months * WAREHOUSE_BYTES / GIB, hosts.warehouse_gib)
    saved = held * BACKUP_SHARE * BACKUPS
    yield _line("Backups in S3", saved, "GiB-months", prices.s3.gib_month, kind="fixed")
    paid = max(0, METRICS - prices.logs.free_metrics)
    yield _line("Metrics beyond the free", paid, "metrics", prices.logs.metric, kind="fixed")
    paid = max(0, ALARMS - prices.logs.free_alarms)
    yield _line("Alarms beyond the free", paid, "alarms", prices.logs.alarm, kind="fixed")
    if hosts.ssm_endpoints:
        yield _line("SSM endpoints", 3 * HOURS, "hours", prices.network.endpoint_hour, kind="fixed")


def _line(component: str, quantity: float, unit: str, price: float, *, kind: str = "usage") -> Line:
    return Line(component=component, kind=kind, quantity=quantity, unit=unit, usd=quantity * price)
