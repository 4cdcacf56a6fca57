"""A host that installs itself from a bundle in S3, and again at each start."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Aws, CfnTag, Fn
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra.config import Config

ROOT_GIB: Final = 12
USER_DATA: Final = """\
Content-Type: multipart/mixed; boundary="=="
MIME-Version: 1.0

--==
Content-Type: text/cloud-config; charset="us-ascii"

#cloud-config
cloud_final_modules:
- [scripts-user, always]

--==
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/sh
# At each start: the settings, the release that the stack names, and its installation.
set -eu
umask 022
mkdir -p /etc/clickstream /opt/clickstream/releases
cat >/etc/clickstream/host.env <<'SETTINGS'
{settings}
SETTINGS
release=/opt/clickstream/releases/{release}
if [ ! -d "$release" ]; then
    aws s3 cp --region {region} --only-show-errors {url} /opt/clickstream/bundle.zip
    rm -rf "$release.new"
    python3 -m zipfile -e /opt/clickstream/bundle.zip "$release.new"
    mv "$release.new" "$release"
    rm /opt/clickstream/bundle.zip
fi
touch "$release"
sh "$release/host/install.sh"

--==--
"""


class Host(Construct):
    """One EC2 instance with a role of its own, and a data volume that outlives it."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        host_name: str,
        config: Config,
        image: str,
        instance_type: str,
        subnet: ec2.ISubnet,
        groups: list[ec2.SecurityGroup],
        volume: ec2.Volume,
        bundle: assets.Asset,
        settings: Mapping[str, str],
        private_address: str | None = None,
        public_allocation: str | None = None,
    ) -> None:
        super().__init__(scope, name)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        profile = iam.CfnInstanceProfile(self, "Profile", roles=[self.role.role_name])
        told = {"HOST_VOLUME": volume.volume_id, "AWS_REGION": config.region, **settings}
        # The L1 instance, for CloudFormation must not replace a host behind the operator's back.
        self.instance = ec2.CfnInstance(
            self,
            "Instance",
            image_id=image,
            instance_type=instance_type,
            iam_instance_profile=profile.ref,
            subnet_id=subnet.subnet_id,
            security_group_ids=[group.security_group_id for group in groups],
            private_ip_address=private_address,
            ebs_optimized=True,
            monitoring=False,
            disable_api_termination=not config.development,
            metadata_options=ec2.CfnInstance.MetadataOptionsProperty(
                http_tokens="required", http_put_response_hop_limit=1, http_endpoint="enabled"
            ),
            block_device_mappings=[_root_disk()],
            user_data=_user_data(bundle, told),
            tags=[CfnTag(key="Name", value=host_name)],
        )
        ec2.CfnVolumeAttachment(
            self,
            "Data",
            instance_id=self.instance.ref,
            volume_id=volume.volume_id,
            device="/dev/sdf",
        )
        if public_allocation:
            ec2.CfnEIPAssociation(
                self,
                "Address",
                allocation_id=public_allocation,
                instance_id=self.instance.ref,
            )


def _root_disk() -> ec2.CfnInstance.BlockDeviceMappingProperty:
    return ec2.CfnInstance.BlockDeviceMappingProperty(
        device_name="/dev/xvda",
        ebs=ec2.CfnInstance.EbsProperty(
            volume_size=ROOT_GIB, volume_type="gp3", encrypted=True, delete_on_termination=True
        ),
    )


def _user_data(bundle: assets.Asset, settings: Mapping[str, str]) -> str:
    """Run at each start, since a deployment with another bundle stops and starts the host."""
    text = USER_DATA.format(
        settings="\n".join(f'{key}="{value}"' for key, value in sorted(settings.items())),
        release=bundle.asset_hash[:16],
        region=Aws.REGION,
        url=bundle.s3_object_url,
    )
    return Fn.base64(text)
