"""The administrator's way in: SSH through IAM, without a public address or an agent."""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class Door(Construct):
    """An EC2 Instance Connect Endpoint in the analytics subnet; it costs nothing."""

    def __init__(
        self, scope: Construct, name: str, *, subnet: ec2.ISubnet, group: ec2.SecurityGroup
    ) -> None:
        super().__init__(scope, name)
        self.endpoint = ec2.CfnInstanceConnectEndpoint(
            self,
            "Endpoint",
            subnet_id=subnet.subnet_id,
            security_group_ids=[group.security_group_id],
            preserve_client_ip=False,
        )
