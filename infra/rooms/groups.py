"""Who may open a connection to whom: the four security groups of the reference, and the door's."""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.config import Config

POSTGRES = ec2.Port.tcp(5432)
SSH = ec2.Port.tcp(22)
HTTPS = ec2.Port.tcp(443)


class Groups(Construct):
    """SG-OLTP, SG-DW, SG-Shiny, SG-ETL-Lambda; SG-Door for the Instance Connect Endpoint."""

    def __init__(self, scope: Construct, name: str, *, vpc: ec2.IVpc, config: Config) -> None:
        super().__init__(scope, name)
        s3 = ec2.Peer.prefix_list(config.s3_addresses)
        self.door = self._group(vpc, "SG-Door", "the Instance Connect Endpoint")
        self.oltp = self._group(
            vpc, "SG-OLTP", "the OLTP database", allow_all_outbound=not config.private_oltp
        )
        self.warehouse = self._group(vpc, "SG-DW", "the warehouse")
        self.shiny = self._group(vpc, "SG-Shiny", "the dashboard")
        self.etl = self._group(vpc, "SG-ETL-Lambda", "the scheduled ETL")

        self.warehouse.add_ingress_rule(self.etl, POSTGRES, "the ETL loads")
        self.warehouse.add_ingress_rule(self.shiny, POSTGRES, "the dashboard reads")
        self.warehouse.add_egress_rule(s3, HTTPS, "packages, releases and backups in S3")
        self.shiny.add_ingress_rule(self.door, SSH, "an administrator, by the door")
        self.shiny.add_egress_rule(self.warehouse, POSTGRES, "the dashboard reads")
        self.etl.add_egress_rule(s3, HTTPS, "the lake")
        self.etl.add_egress_rule(self.warehouse, POSTGRES, "the ETL loads")
        self.door.add_egress_rule(self.shiny, SSH, "to the analytics host")
        if config.private_oltp:
            self._keep_oltp_private(vpc, s3)
        else:
            self._list_oltp_clients(config)

    def for_ssm(self, vpc: ec2.IVpc) -> ec2.SecurityGroup:
        """The group of the SSM endpoints, which the analytics host alone may call."""
        group = self._group(vpc, "SG-SSM", "the Systems Manager endpoints")
        group.add_ingress_rule(self.shiny, HTTPS, "the agent of the analytics host")
        self.shiny.add_egress_rule(group, HTTPS, "Systems Manager")
        return group

    def _list_oltp_clients(self, config: Config) -> None:
        """Each client by its network: Amplify has no fixed addresses, and the world is no list."""
        for network in config.oltp_cidrs:
            self.oltp.add_ingress_rule(ec2.Peer.ipv4(network), POSTGRES, "a listed client")
        if config.admin_cidr:
            self.oltp.add_ingress_rule(ec2.Peer.ipv4(config.admin_cidr), SSH, "an administrator")

    def _keep_oltp_private(self, vpc: ec2.IVpc, s3: ec2.IPeer) -> None:
        self.shop_api = self._group(vpc, "SG-Shop-API", "the shop API")
        self.shop_api.add_egress_rule(self.oltp, POSTGRES, "products, carts and orders")
        self.shop_api.add_egress_rule(s3, HTTPS, "the database's password")
        self.oltp.add_ingress_rule(self.shop_api, POSTGRES, "the shop API")
        self.oltp.add_ingress_rule(self.door, SSH, "an administrator, by the door")
        self.oltp.add_egress_rule(s3, HTTPS, "packages and releases in S3")
        self.door.add_egress_rule(self.oltp, SSH, "to the OLTP host")

    def _group(
        self, vpc: ec2.IVpc, name: str, what: str, *, allow_all_outbound: bool = False
    ) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self,
            name,
            vpc=vpc,
            security_group_name=name.removeprefix("SG-").lower() + "-clickstream",
            description=f"{name}, {what}",
            allow_all_outbound=allow_all_outbound,
            disable_inline_rules=True,
        )
