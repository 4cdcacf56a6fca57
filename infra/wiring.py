"""The stacks, their rooms, and every grant: what may reach what is decided in this file alone.

Network rules between security groups are the one exception; they stand in `rooms/groups.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import App, CfnOutput, CfnParameter, Environment, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets

from infra.config import Config
from infra.packages import Target, build_bundle
from infra.rooms.door import Door
from infra.rooms.etl import WAREHOUSE_KEY, Etl
from infra.rooms.frontend import Frontend
from infra.rooms.groups import Groups
from infra.rooms.host import Host
from infra.rooms.identity import Identity
from infra.rooms.ingest import Ingest
from infra.rooms.network import ANALYTICS, ETL, PUBLIC, Network
from infra.rooms.shop_api import ShopApi
from infra.rooms.storage import Storage
from infra.rooms.volumes import Volumes
from infra.rooms.watch import Watch, alarm_when_unwell

WAREHOUSE_ADDRESS = "10.0.2.10"
OLTP_ADDRESS = "10.0.2.20"
"""Where the OLTP host is when it is private; else it has a public address that stays."""
OLTP_KEY = "oltp/shop"


@dataclass(frozen=True)
class Stacks:
    """The four stacks, in the order of their deployment."""

    network: "NetworkStack"
    data: "DataStack"
    hosts: "HostsStack"
    frontend: "FrontendStack"


def wire(app: App, config: Config, *, target: Target | None = None) -> Stacks:
    """All stacks of one deployment. `target` is for an emulator that is no Lambda."""
    runs_on = target or Target.of(config.architecture)
    env = Environment(account=config.account, region=config.region)
    network = NetworkStack(app, env, config)
    data = DataStack(app, env, config, network, runs_on)
    hosts = HostsStack(app, env, config, network, data)
    frontend = FrontendStack(app, env, config, network=network, data=data, target=runs_on)
    return Stacks(network, data, hosts, frontend)


class NetworkStack(Stack):
    """The VPC, who may connect to whom in it, and the administrator's door."""

    def __init__(self, app: App, env: Environment, config: Config) -> None:
        super().__init__(app, "clickstream-network", env=env, description="clickstream: network")
        self.network = Network(self, "Network", config=config)
        self.groups = Groups(self, "Groups", vpc=self.network.vpc, config=config)
        Door(self, "Door", subnet=self.network.subnet(ANALYTICS), group=self.groups.door)
        if config.ssm_endpoints:
            self.network.add_ssm_endpoints(self.groups.for_ssm(self.network.vpc))


class DataStack(Stack):
    """The lake, ingest, the ETL, the disks, and the alarms."""

    def __init__(
        self, app: App, env: Environment, config: Config, network: NetworkStack, target: Target
    ) -> None:
        super().__init__(app, "clickstream-data", env=env, description="clickstream: data")
        self.storage = storage = Storage(self, "Storage", config=config)
        self.volumes = Volumes(
            self, "Volumes", config=config,
            zone=network.network.subnet(PUBLIC).availability_zone,
        )  # fmt: skip
        self.ingest = Ingest(
            self, "Ingest", config=config, target=target, bucket_name=storage.raw.bucket_name
        )
        self.etl = Etl(
            self,
            "Etl",
            config=config,
            target=target,
            bucket_name=storage.raw.bucket_name,
            vault_name=storage.vault.bucket_name,
            vpc=network.network.vpc,
            subnets=network.network.subnets(ETL),
            group=network.groups.etl,
        )
        self.watch = Watch(
            self,
            "Watch",
            config=config,
            http_api=self.ingest.api,
            ingest=self.ingest.lambda_.function,
            etl=self.etl.lambda_.function,
            dead_letters=self.etl.dead_letters,
        )
        self.eraser = iam.Role(
            self,
            "Eraser",
            role_name=f"clickstream-eraser-{self.region}",
            description="Erases a person from the lake, old versions included",
            assumed_by=iam.AccountRootPrincipal(),
        )
        self._grant()
        self._name_what_people_need()

    def _grant(self) -> None:
        raw, vault = self.storage.raw, self.storage.vault
        ingest, etl = self.ingest.lambda_.role, self.etl.lambda_.role
        may(ingest, ["s3:PutObject"], raw.arn_for_objects("events/*"))
        may_list(etl, raw, "events/", "erasures/")
        for folder in ("events/*", "erasures/*"):
            may(etl, ["s3:GetObject"], raw.arn_for_objects(folder))
        may(etl, ["s3:GetObject"], vault.arn_for_objects(WAREHOUSE_KEY))
        may(etl, VPC_INTERFACES, "*")
        for function in (self.ingest.lambda_, self.etl.lambda_):
            may(function.role, WRITE_LOGS, f"{function.log_group.log_group_arn}")
        may_list(self.eraser, raw, "events/", "erasures/", versions=True)
        may(self.eraser, ERASE, raw.arn_for_objects("events/*"))
        may(self.eraser, KEEP_LIST, raw.arn_for_objects("erasures/*"))
        self.storage.keep_versions_but_for(self.eraser)

    def _name_what_people_need(self) -> None:
        CfnOutput(self, "CollectorUrl", value=f"{self.ingest.api.api_endpoint}/clickstream")
        CfnOutput(self, "RawBucket", value=self.storage.raw.bucket_name)
        CfnOutput(self, "VaultBucket", value=self.storage.vault.bucket_name)
        CfnOutput(self, "BackupBucket", value=self.storage.backups.bucket_name)
        CfnOutput(self, "EraserRole", value=self.eraser.role_arn)


class HostsStack(Stack):
    """The two machines. It may be destroyed and deployed again: the disks belong to the data."""

    def __init__(
        self, app: App, env: Environment, config: Config, network: NetworkStack, data: DataStack
    ) -> None:
        super().__init__(app, "clickstream-hosts", env=env, description="clickstream: hosts")
        image = CfnParameter(
            self,
            "MachineImage",
            type="AWS::EC2::Image::Id",
            description="Amazon Linux 2023; given once, since another one replaces the hosts",
        ).value_as_string
        self.bundle = assets.Asset(
            self, "Bundle", path=str(build_bundle(Target.of(config.architecture)))
        )
        storage, net = data.storage, network.network
        shared = {
            "HOST_DATA": "/var/lib/clickstream/database",
            "HOST_SOCKET": "/run/clickstream-postgres",
            "HOST_VAULT": storage.vault.bucket_name,
            "HOST_BACKUPS": storage.backups.bucket_name,
        }
        self.warehouse = Host(
            self,
            "Warehouse",
            host_name="clickstream-warehouse",
            config=config,
            image=image,
            instance_type=config.warehouse_instance,
            subnet=net.subnet(ANALYTICS),
            groups=[network.groups.warehouse, network.groups.shiny],
            volume=data.volumes.warehouse,
            bundle=self.bundle,
            private_address=WAREHOUSE_ADDRESS,
            settings={
                **shared,
                "HOST_KIND": "warehouse",
                "HOST_DATABASE": "clickstream",
                "HOST_LOGIN": "clickstream_lambda",
                "HOST_CLIENTS": "10.0.3.0/24",
                "HOST_ADDRESS": WAREHOUSE_ADDRESS,
                "HOST_VAULT_KEY": WAREHOUSE_KEY,
                "RAW_BUCKET_NAME": storage.raw.bucket_name,
                **config.retention,
            },
        )
        public = not config.private_oltp
        elastic = ec2.CfnEIP(self, "OltpAddress", domain="vpc") if public else None
        address = elastic.attr_public_ip if elastic else OLTP_ADDRESS
        self.oltp = Host(
            self,
            "Oltp",
            host_name="clickstream-oltp",
            config=config,
            image=image,
            instance_type=config.oltp_instance,
            subnet=net.subnet(PUBLIC if public else ANALYTICS),
            groups=[network.groups.oltp],
            volume=data.volumes.oltp,
            bundle=self.bundle,
            private_address=None if public else OLTP_ADDRESS,
            public_allocation=elastic.attr_allocation_id if elastic else None,
            settings={
                **shared,
                "HOST_KIND": "oltp",
                "HOST_DATABASE": "shop",
                "HOST_LOGIN": "shop",
                "HOST_CLIENTS": "0.0.0.0/0" if public else "10.0.3.0/24",
                "HOST_ADDRESS": address,
                "HOST_VAULT_KEY": OLTP_KEY,
            },
        )
        self._grant(data)
        for name, host in (("warehouse", self.warehouse), ("oltp", self.oltp)):
            alarm_when_unwell(self, name, host.instance, data.watch.topic)
        CfnOutput(self, "WarehouseHost", value=self.warehouse.instance.ref)
        CfnOutput(self, "OltpHost", value=self.oltp.instance.ref)

    def _grant(self, data: DataStack) -> None:
        storage, bundle = data.storage, self.bundle
        warehouse, oltp = self.warehouse.role, self.oltp.role
        for role in (warehouse, oltp):
            may(role, ["s3:GetObject"], bundle.bucket.arn_for_objects(bundle.s3_object_key))
        may(warehouse, ["s3:PutObject"], storage.vault.arn_for_objects(WAREHOUSE_KEY))
        may_list(warehouse, storage.raw, "events/", "erasures/")
        for folder in ("events/*", "erasures/*"):
            may(warehouse, ["s3:GetObject"], storage.raw.arn_for_objects(folder))
        may(oltp, ["s3:PutObject"], storage.vault.arn_for_objects(OLTP_KEY))
        for role, database in ((warehouse, "clickstream"), (oltp, "shop")):
            may_list(role, storage.backups, f"{database}/")
            may(role, SAVE_AND_RESTORE, storage.backups.arn_for_objects(f"{database}/*"))


class FrontendStack(Stack):
    """Sign-in, the storefront, and where it is asked for the shop API."""

    def __init__(
        self,
        app: App,
        env: Environment,
        config: Config,
        *,
        network: NetworkStack,
        data: DataStack,
        target: Target,
    ) -> None:
        super().__init__(app, "clickstream-frontend", env=env, description="clickstream: frontend")
        self.identity = Identity(self, "Identity", config=config)
        self.shop_api: ShopApi | None = None
        variables = {
            "NEXT_PUBLIC_CLICKSTREAM_ENDPOINT": f"{data.ingest.api.api_endpoint}/clickstream",
            "OIDC_ISSUER": self.identity.issuer,
            "OIDC_CLIENT_ID": self.identity.client.user_pool_client_id,
        }
        if config.private_oltp:
            self.shop_api = self._add_shop_api(config, network, data, target)
            variables["SHOP_API_URL"] = self.shop_api.api.api_endpoint
        self.frontend = Frontend(self, "Frontend", variables=variables)
        CfnOutput(self, "UserPoolIssuer", value=self.identity.issuer)
        CfnOutput(self, "UserPoolClient", value=self.identity.client.user_pool_client_id)
        CfnOutput(
            self, "StorefrontUrl", value=f"https://main.{self.frontend.app.attr_default_domain}"
        )

    def _add_shop_api(
        self, config: Config, network: NetworkStack, data: DataStack, target: Target
    ) -> ShopApi:
        vault = data.storage.vault
        shop = ShopApi(
            self,
            "ShopApi",
            config=config,
            target=target,
            issuer=self.identity.issuer,
            audience=self.identity.client.user_pool_client_id,
            database_from=f"s3://{vault.bucket_name}/{OLTP_KEY}",
            vpc=network.network.vpc,
            subnets=network.network.subnets(ETL),
            group=network.groups.shop_api,
        )
        may(shop.lambda_.role, ["s3:GetObject"], vault.arn_for_objects(OLTP_KEY))
        may(shop.lambda_.role, VPC_INTERFACES, "*")
        may(shop.lambda_.role, WRITE_LOGS, shop.lambda_.log_group.log_group_arn)
        return shop


WRITE_LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"]
ERASE = [
    "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject",
    "s3:DeleteObjectVersion", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
]  # fmt: skip
KEEP_LIST = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
"""The list of erasures lies beside the events, and ends with the last backup that needs it."""
SAVE_AND_RESTORE = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"]
VPC_INTERFACES = [
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]  # fmt: skip
"""What Lambda's service needs to place a function into a subnet; EC2 takes no narrower resource."""


def may(role: iam.Role, actions: Sequence[str], resource: str) -> None:
    """Allow a role these actions on one resource."""
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))


def may_list(role: iam.Role, bucket: s3.Bucket, *prefixes: str, versions: bool = False) -> None:
    """Allow a role to list a bucket below prefixes, and with `versions` what was replaced there."""
    actions = ["s3:ListBucket"]
    if versions:
        actions += ["s3:ListBucketVersions", "s3:ListBucketMultipartUploads"]
    role.add_to_policy(
        iam.PolicyStatement(
            actions=actions,
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}},
        )
    )
