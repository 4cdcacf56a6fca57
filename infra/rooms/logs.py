"""Log groups, all of them with an end."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import Config


def log_group(scope: Construct, name: str, group: str, config: Config) -> logs.LogGroup:
    """A log group that forgets after the configured days, and goes with its stack."""
    made = logs.LogGroup(scope, name, log_group_name=group, removal_policy=RemovalPolicy.DESTROY)
    resource = made.node.default_child
    assert isinstance(resource, logs.CfnLogGroup)  # noqa: S101 - what every L2 log group holds
    resource.retention_in_days = config.log_days
    return made
