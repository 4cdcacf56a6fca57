"""Amazon's list prices, as the file beside this module states them for one region and date."""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec


class Api(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    request: float


class Lambda(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    request: float
    gib_second: float


class S3(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    put: float
    get: float
    gib_month: float


class Logs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    gib: float
    gib_month: float
    metric: float
    alarm: float
    free_metrics: int
    free_alarms: int


class Sqs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    request: float


class Disk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    gib_month: float
    snapshot_gib_month: float


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address_hour: float
    gib_out: float
    endpoint_hour: float
    nat_hour: float
    nat_gib: float


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars a unit; the units stand in the file."""

    region: str
    date: date
    api: Api
    lambda_: Lambda = msgspec.field(name="lambda")
    s3: S3
    logs: Logs
    sqs: Sqs
    ec2: dict[str, float]
    disk: Disk
    network: Network


@cache
def list_prices() -> Prices:
    """The prices of the file."""
    text = files("clickstream.cost").joinpath("prices.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Prices)
