"""The disks of the two databases: they belong to the data, and outlive every host."""

from aws_cdk import RemovalPolicy, Size
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.config import Config


class Volumes(Construct):
    """One encrypted gp3 volume for each database, in the zone of its subnet."""

    def __init__(self, scope: Construct, name: str, *, config: Config, zone: str) -> None:
        super().__init__(scope, name)
        self.warehouse = self._volume("Warehouse", zone, config.warehouse_gib, config)
        self.oltp = self._volume("Oltp", zone, config.oltp_gib, config)

    def _volume(self, name: str, zone: str, gib: int, config: Config) -> ec2.Volume:
        return ec2.Volume(
            self,
            name,
            availability_zone=zone,
            size=Size.gibibytes(gib),
            volume_type=ec2.EbsDeviceVolumeType.GP3,
            encrypted=True,
            # Where a volume goes, a snapshot of it stays.
            removal_policy=RemovalPolicy.DESTROY if config.development else RemovalPolicy.SNAPSHOT,
        )
