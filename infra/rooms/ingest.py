"""`POST /clickstream`: an HTTP API in front of a function outside of the VPC."""

import json
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_apigatewayv2_integrations as integrations
from constructs import Construct

from infra.config import Config
from infra.packages import INGEST, Target
from infra.rooms.function import PythonFunction
from infra.rooms.logs import log_group

ACCESS_LOG: Final = {
    "at": "$context.requestTimeEpoch",
    "requestId": "$context.requestId",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "ms": "$context.responseLatency",
    "error": "$context.integrationErrorMessage",
}
"""What is kept of a request: nothing of the visitor, neither the address nor the agent."""


class Ingest(Construct):
    """The API `clickstream-http-api` and the function `clickstream-lambda-ingest`."""

    def __init__(
        self, scope: Construct, name: str, *, config: Config, target: Target, bucket_name: str
    ) -> None:
        super().__init__(scope, name)
        self.lambda_ = PythonFunction(
            self,
            "Lambda",
            function_name="clickstream-lambda-ingest",
            handler="lambda_ingest",
            package=INGEST,
            target=target,
            config=config,
            # An object that S3 does not take in 25 seconds is answered with a 503.
            timeout=Duration.seconds(29),
            memory=256,
            concurrency=config.ingest_concurrency,
            environment={
                "RAW_BUCKET_NAME": bucket_name,
                "CLICKSTREAM_ALLOWED_ORIGINS": ",".join(config.allowed_origins),
            },
        )
        self.api = http_api(self, "clickstream-http-api", config, ["POST", "OPTIONS"])
        self.api.add_routes(
            path="/clickstream",
            methods=[api.HttpMethod.POST],
            integration=integrations.HttpLambdaIntegration("Post", self.lambda_.function),
        )
        add_stage(self, self.api, "/clickstream/http-api", config, rate=1000, burst=2000)


def http_api(scope: Construct, name: str, config: Config, methods: list[str]) -> api.HttpApi:
    """An HTTP API that the shop's pages may call, without a stage yet."""
    return api.HttpApi(
        scope,
        "Api",
        api_name=name,
        create_default_stage=False,
        cors_preflight=api.CorsPreflightOptions(
            allow_origins=config.allowed_origins,
            allow_methods=[api.CorsHttpMethod[method] for method in methods],
            allow_headers=["content-type", "content-encoding", "authorization", "idempotency-key"]
            if "GET" in methods
            else ["content-type", "content-encoding"],
            max_age=Duration.hours(2),
        ),
    )


def add_stage(
    scope: Construct, to: api.HttpApi, group: str, config: Config, *, rate: int, burst: int
) -> api.HttpStage:
    """The stage `$default`, which deploys by itself, is throttled, and logs each request."""
    logs = log_group(scope, "AccessLog", group, config)
    stage = api.HttpStage(
        scope,
        "Stage",
        http_api=to,
        stage_name="$default",
        auto_deploy=True,
        throttle=api.ThrottleSettings(rate_limit=rate, burst_limit=burst),
    )
    resource = stage.node.default_child
    assert isinstance(resource, api.CfnStage)  # noqa: S101 - what every L2 stage holds
    resource.access_log_settings = api.CfnStage.AccessLogSettingsProperty(
        destination_arn=logs.log_group_arn, format=json.dumps(ACCESS_LOG, separators=(",", ":"))
    )
    return stage
