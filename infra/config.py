"""What a deployment is told: the context of `cdk deploy -c key=value`, checked."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

S3_PREFIX_LISTS: Final[Mapping[str, str]] = {
    "ap-northeast-1": "pl-61a54008",
    "ap-northeast-2": "pl-78a54011",
    "ap-southeast-1": "pl-6fa54006",
    "ap-southeast-2": "pl-6ca54005",
    "eu-central-1": "pl-6ea54007",
    "eu-west-1": "pl-6da54004",
    "sa-east-1": "pl-6aa54003",
    "us-east-1": "pl-63a5400a",
    "us-east-2": "pl-7ba54012",
    "us-west-1": "pl-6ba54002",
    "us-west-2": "pl-68a54001",
}
"""Amazon's own list of S3's addresses in a region; `s3PrefixList` names any other region's."""


class ConfigError(Exception):
    """A context value that cannot be used."""

    def __init__(self, key: str, value: object, expected: str) -> None:
        self.key, self.value, self.expected = key, value, expected
        super().__init__(f"context {key} is {value!r}, but {expected}; see docs/aws.md")


@dataclass(frozen=True, kw_only=True)
class Config:
    """One deployment. docs/aws.md says what each value is for."""

    region: str = "ap-southeast-1"
    account: str | None = None
    development: bool = False
    """Buckets may be destroyed with their content, and any origin may send events."""
    shop_origin: str = "https://shop.example"
    admin_cidr: str | None = None
    """From where the OLTP host takes SSH; none from anywhere."""
    oltp_cidrs: tuple[str, ...] = ()
    """From where the OLTP host takes PostgreSQL."""
    alarm_email: str | None = None
    budget_usd: int = 100
    architecture: str = "arm64"
    warehouse_instance: str = "t4g.medium"
    warehouse_gib: int = 50
    oltp_instance: str = "t4g.micro"
    oltp_gib: int = 20
    ingest_concurrency: int = 100
    """Requests at once; 0 reserves nothing, as a new account's quota of 10 demands."""
    etl_concurrency: int = 1
    shop_concurrency: int = 20
    log_days: int = 30
    retention_days: int = 0
    """How long events are kept, in the lake a day longer than in the warehouse; 0 for ever."""
    s3_prefix_list: str | None = None
    private_oltp: bool = False
    """The OLTP host in the private subnet, behind the shop API."""
    ssm_endpoints: bool = False
    flow_logs: bool = False

    @property
    def allowed_origins(self) -> list[str]:
        return ["*"] if self.development else [self.shop_origin]

    @property
    def retention(self) -> dict[str, str]:
        """The settings of everything that loads, so that lake and warehouse are of one mind."""
        if not self.retention_days:
            return {}
        kept = f"{self.retention_days}d"
        return {"CLICKSTREAM_WAREHOUSE_RETENTION": kept, "CLICKSTREAM_LAKE_RETENTION": kept}

    @property
    def s3_addresses(self) -> str:
        """The prefix list of S3 in this region."""
        known = self.s3_prefix_list or S3_PREFIX_LISTS.get(self.region)
        if known is None:
            raise ConfigError(
                "s3PrefixList", None,
                f"S3's prefix list in {self.region} is not known here: give the id that `aws ec2 "
                "describe-managed-prefix-lists --filters "
                f"Name=prefix-list-name,Values=com.amazonaws.{self.region}.s3` prints",
            )  # fmt: skip
        return known


def read_config(context: Mapping[str, object], *, account: str | None = None) -> Config:
    """The deployment that the context describes. Raises ``ConfigError`` for what makes no sense.

    Values from the command line are text, those from cdk.json may be of their own kind.
    """
    given: dict[str, Any] = {}
    for name, read in _READERS.items():
        key = context_key(name)
        if (value := context.get(key)) not in (None, ""):
            try:
                given[name] = read(value)
            except ValueError as error:
                raise ConfigError(key, value, str(error)) from None
    config = Config(**{"account": account, **given})
    _refuse_contradictions(config)
    return config


def context_key(field: str) -> str:
    """A field's name as context: `shop_origin` is `shopOrigin`."""
    first, *rest = field.split("_")
    return first + "".join(part.capitalize() for part in rest)


def context_keys() -> list[str]:
    """Every key that a context may hold for us."""
    return [context_key(name) for name in _READERS]


def _refuse_contradictions(config: Config) -> None:
    if config.private_oltp and (config.oltp_cidrs or config.admin_cidr):
        raise ConfigError(
            "privateOltp", "true",
            "a private OLTP host takes nobody from outside: leave out oltpCidrs and adminCidr",
        )  # fmt: skip
    expects_arm = config.architecture == "arm64"
    for name in ("warehouse_instance", "oltp_instance"):
        value = getattr(config, name)
        if bool(re.match(r"[a-z]+\d+g[a-z]*\.", value)) != expects_arm:
            raise ConfigError(
                context_key(name), value, f"a type with {config.architecture} is expected"
            )


def _text(value: object) -> str:
    return str(value).strip()


def _switch(value: object) -> bool:
    known = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
    found = known.get(str(value).strip().lower())
    if found is None:
        raise ValueError("true or false is expected")
    return found


def _number(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        text = str(value).strip()
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high} is expected")
        return int(text)

    return read


def _choice(*choices: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(choices)} is expected")
        return str(value)

    return read


def _matching(pattern: str, expected: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not re.fullmatch(pattern, text := _text(value), re.ASCII):
            raise ValueError(f"{expected} is expected")
        return text

    return read


def _network(value: object) -> str:
    """A network of listed clients: the whole world is never one."""
    try:
        network = ipaddress.IPv4Network(_text(value))
    except ValueError:
        raise ValueError("an IPv4 network such as 203.0.113.7/32 is expected") from None
    if network.prefixlen < 8:
        raise ValueError("a network of /8 or smaller is expected: never open it to the world")
    return str(network)


def _networks(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list | tuple) else _text(value).split(",")
    return tuple(_network(part) for part in parts)


_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "region": _matching(r"[a-z]{2}(-[a-z]+)+-\d", "a region such as ap-southeast-1"),
    "account": _matching(r"\d{12}", "an account's twelve digits"),
    "development": _switch,
    "shop_origin": _matching(r"https?://[^/\s*]+", "an origin such as https://shop.example"),
    "admin_cidr": _network,
    "oltp_cidrs": _networks,
    "alarm_email": _matching(r"[^@\s]+@[^@\s]+", "an e-mail address"),
    "budget_usd": _number(1, 1_000_000),
    "architecture": _choice("arm64", "x86_64"),
    "warehouse_instance": _matching(r"[a-z0-9-]+\.[a-z0-9]+", "an instance type"),
    "warehouse_gib": _number(20, 16_000),
    "oltp_instance": _matching(r"[a-z0-9-]+\.[a-z0-9]+", "an instance type"),
    "oltp_gib": _number(10, 16_000),
    "ingest_concurrency": _number(0, 10_000),
    "etl_concurrency": _number(0, 10),
    "shop_concurrency": _number(0, 10_000),
    "log_days": _number(1, 3653),
    "retention_days": _number(0, 36_500),
    "s3_prefix_list": _matching(r"pl-[0-9a-f]+", "a prefix list's id"),
    "private_oltp": _switch,
    "ssm_endpoints": _switch,
    "flow_logs": _switch,
}
