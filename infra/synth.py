"""From a context to templates, checked by cdk-nag on the way."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infra.config import context_keys, read_config
from infra.exceptions import acknowledge
from infra.packages import Target
from infra.wiring import wire

FLAGS: Final = {
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/core:checkSecretUsage": True,
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "aws:cdk:disable-asset-staging": False,
}


def synthesize(
    context: Mapping[str, object],
    *,
    output: Path,
    account: str | None = None,
    target: Target | None = None,
    nag: bool = True,
) -> Path:
    """The folder with the templates. Raises ``ConfigError`` for a context that makes no sense."""
    app = App(outdir=str(output), context={**FLAGS, **context}, analytics_reporting=False)
    from_cli = {key: app.node.try_get_context(key) for key in context_keys()}
    config = read_config({**from_cli, **context}, account=account)
    stacks = wire(app, config, target=target)
    Tags.of(app).add("project", "clickstream")
    if nag:
        acknowledge(stacks)
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()
    return output
