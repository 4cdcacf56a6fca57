"""A Lambda function of ours: its role, its log group, its package."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import Config
from infra.packages import Package, Target, build
from infra.rooms.logs import log_group


class PythonFunction(Construct):
    """A handler with a role that may write its own log and nothing else."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        function_name: str,
        handler: str,
        package: Package,
        target: Target,
        config: Config,
        timeout: Duration,
        memory: int,
        concurrency: int,
        environment: Mapping[str, str],
        **more: Any,  # noqa: ANN401 - what the CDK's own function takes
    ) -> None:
        super().__init__(scope, name)
        logs = log_group(self, "Log", f"/aws/lambda/{function_name}", config)
        self.role = iam.Role(
            self,
            "Role",
            role_name=f"{function_name}-{Aws.REGION}",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=function_name,
            handler=f"clickstream.entrypoints.{handler}.handler",
            runtime=lambda_.Runtime(f"python{target.python}", lambda_.RuntimeFamily.PYTHON),
            architecture=lambda_.Architecture.custom(config.architecture),
            code=lambda_.Code.from_asset(str(build(package, target))),
            role=self.role,
            log_group=logs,
            timeout=timeout,
            memory_size=memory,
            reserved_concurrent_executions=concurrency or None,
            environment=environment,
            **more,
        )
        self.log_group = logs
