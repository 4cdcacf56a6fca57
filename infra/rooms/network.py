"""The VPC: three subnets, three route tables, one way out, which is the public subnet's alone."""

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.config import Config
from infra.rooms.logs import log_group

CIDR = "10.0.0.0/16"
PUBLIC, ANALYTICS, ETL = "public", "analytics", "etl"
SSM_SERVICES = (
    ec2.InterfaceVpcEndpointAwsService.SSM,
    ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES,
    ec2.InterfaceVpcEndpointAwsService.EC2_MESSAGES,
)


class Network(Construct):
    """10.0.1.0/24 is public, 10.0.2.0/24 (analytics) and 10.0.3.0/24 (ETL) reach S3 alone."""

    def __init__(self, scope: Construct, name: str, *, config: Config) -> None:
        super().__init__(scope, name)
        isolated = ec2.SubnetType.PRIVATE_ISOLATED
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name="clickstream",
            ip_addresses=ec2.IpAddresses.cidr(CIDR),
            max_azs=1,
            nat_gateways=0,
            restrict_default_security_group=False,
            subnet_configuration=[
                # The reference counts its subnets from 10.0.1.0/24.
                _subnet("reserved", isolated, reserved=True),
                _subnet(PUBLIC, ec2.SubnetType.PUBLIC),
                _subnet(ANALYTICS, isolated),
                _subnet(ETL, isolated),
            ],
        )
        self.s3_endpoint = self.vpc.add_gateway_endpoint(
            "S3",
            service=ec2.GatewayVpcEndpointAwsService.S3,
            subnets=[self.subnets(ANALYTICS), self.subnets(ETL)],
        )
        _limit_endpoint(self.s3_endpoint, config)
        if config.flow_logs:
            self._add_flow_logs(config)

    def subnets(self, name: str) -> ec2.SubnetSelection:
        """The one subnet of this name."""
        return ec2.SubnetSelection(subnet_group_name=name)

    def subnet(self, name: str) -> ec2.ISubnet:
        return self.vpc.select_subnets(subnet_group_name=name).subnets[0]

    def add_ssm_endpoints(self, group: ec2.SecurityGroup) -> None:
        """Session Manager without the internet, for about $28 a month."""
        for service in SSM_SERVICES:
            self.vpc.add_interface_endpoint(
                service.short_name,
                service=service,
                open=False,
                security_groups=[group],
                subnets=self.subnets(ANALYTICS),
            )

    def _add_flow_logs(self, config: Config) -> None:
        kept = log_group(self, "FlowLogGroup", "/clickstream/vpc-flow", config)
        writer = iam.Role(
            self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com")
        )
        self.vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(kept, writer),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )


def _subnet(name: str, kind: ec2.SubnetType, *, reserved: bool = False) -> ec2.SubnetConfiguration:
    public = kind == ec2.SubnetType.PUBLIC
    return ec2.SubnetConfiguration(
        name=name,
        subnet_type=kind,
        cidr_mask=24,
        reserved=reserved,
        map_public_ip_on_launch=False if public else None,
    )


def _limit_endpoint(endpoint: ec2.GatewayVpcEndpoint, config: Config) -> None:
    """The account's own buckets, and Amazon Linux's packages: no stranger's bucket is reached."""
    everybody = iam.AnyPrincipal()
    endpoint.add_to_policy(
        iam.PolicyStatement(
            sid="OwnBuckets",
            principals=[everybody],
            actions=["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:AbortMultipartUpload"],
            resources=["*"],
            conditions={"StringEquals": {"aws:ResourceAccount": Aws.ACCOUNT_ID}},
        )
    )
    endpoint.add_to_policy(
        iam.PolicyStatement(
            sid="AmazonLinuxPackages",
            principals=[everybody],
            actions=["s3:GetObject"],
            resources=[f"arn:aws:s3:::al2023-repos-{config.region}-de612dc2/*"],
        )
    )
