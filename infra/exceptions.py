"""cdk-nag's findings that stand, each on its construct and with its reason."""

from collections.abc import Iterator

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

from infra.rooms.function import PythonFunction
from infra.wiring import Stacks

PREFIXES = (
    "Objects have names that are made as they come; the policy names the one prefix they lie under."
)
INTERFACES = "A function in a subnet needs these, and EC2 takes no narrower resource for them."
PYTHON = (
    "The wheels are locked for this Python, the one that Amazon Linux installs on the hosts too."
)
ANYBODY = (
    "Visitors have no account: whoever opens the shop's page may send events. The stage is "
    "throttled, and what is sent is checked and counted."
)
CATALOGUE = "The catalogue is what anybody may see; every other route asks for a token."
FLOWS = (
    "Flow logs cost more than they tell here by default; the context flowLogs=true turns them on."
)
LAST = "This is the dead-letter queue itself."
MONITORING = "Amazon's free five-minute metrics serve the alarms; detailed ones cost $2 a host."
SECOND_FACTOR = "Shoppers may use a second factor, and are not sent away for having none."
FEATURE_PLAN = "Threat protection costs $0.02 a user and month: a decision of the shop, not ours."


RAW = "Resource::<StorageRaw7E344C76.Arn>/events/*"
ERASURES = "Resource::<StorageRaw7E344C76.Arn>/erasures/*"
RAW_ELSEWHERE = "Resource::clickstream-data:ExportsOutputFnGetAttStorageRaw7E344C76ArnE8BA0ADD"
BACKUPS = "Resource::clickstream-data:ExportsOutputFnGetAttStorageBackups8B487C5AArnA16889DA"


def acknowledge(stacks: Stacks) -> None:
    """Say which findings stand. A new one fails the synthesis until it is fixed or told here."""
    for construct, rule, reason in _exceptions(stacks):
        Validations.of(construct).acknowledge(
            Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
        )


def _exceptions(stacks: Stacks) -> Iterator[tuple[IConstruct, str, str]]:
    network, data, hosts, frontend = stacks.network, stacks.data, stacks.hosts, stacks.frontend
    yield network.network.vpc, "VPC7", FLOWS
    yield data.ingest.api, "APIG4", ANYBODY
    yield data.ingest.lambda_, "L1", PYTHON
    yield data.ingest.lambda_.role, f"IAM5[{RAW}]", PREFIXES
    yield data.etl.lambda_, "L1", PYTHON
    yield data.etl.lambda_.role, f"IAM5[{RAW}]", PREFIXES
    yield data.etl.lambda_.role, f"IAM5[{ERASURES}]", PREFIXES
    yield data.etl.lambda_.role, "IAM5[Resource::*]", INTERFACES
    yield data.etl.dead_letters, "SQS3", LAST
    yield data.eraser, f"IAM5[{RAW}]", PREFIXES
    yield data.eraser, f"IAM5[{ERASURES}]", PREFIXES
    for host in (hosts.warehouse, hosts.oltp):
        yield host.instance, "EC28", MONITORING
    for folder in ("events", "erasures"):
        yield hosts.warehouse.role, f"IAM5[{RAW_ELSEWHERE}/{folder}/*]", PREFIXES
    yield hosts.warehouse.role, f"IAM5[{BACKUPS}/clickstream/*]", PREFIXES
    yield hosts.oltp.role, f"IAM5[{BACKUPS}/shop/*]", PREFIXES
    yield frontend.identity.pool, "COG2", SECOND_FACTOR
    yield frontend.identity.pool, "COG8", FEATURE_PLAN
    if frontend.shop_api:
        yield from _of_shop_api(frontend.shop_api.lambda_)
        yield frontend.shop_api.api, "APIG4", CATALOGUE


def _of_shop_api(function: PythonFunction) -> Iterator[tuple[IConstruct, str, str]]:
    yield function, "L1", PYTHON
    yield function.role, "IAM5[Resource::*]", INTERFACES
