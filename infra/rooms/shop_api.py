"""The shop API in front of a private OLTP host; the gateway checks every token before it."""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.config import Config
from infra.packages import SHOP, Target
from infra.rooms.function import PythonFunction
from infra.rooms.ingest import add_stage, http_api

OPEN = {"/products": "GET", "/products/{path+}": "GET", "/health": "GET"}
"""What anybody may ask: the catalogue. Everything else needs a token of the user pool."""


class ShopApi(Construct):
    """The API `clickstream-shop-api`; nothing in the VPC ever needs to reach the issuer."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: Config,
        target: Target,
        issuer: str,
        audience: str,
        database_from: str,
        vpc: ec2.IVpc,
        subnets: ec2.SubnetSelection,
        group: ec2.ISecurityGroup,
    ) -> None:
        super().__init__(scope, name)
        self.lambda_ = PythonFunction(
            self,
            "Lambda",
            function_name="clickstream-lambda-shop",
            handler="lambda_shop",
            package=SHOP,
            target=target,
            config=config,
            timeout=Duration.seconds(29),
            memory=512,
            concurrency=config.shop_concurrency,
            environment={"CLICKSTREAM_SHOP_DATABASE_URL_FROM": database_from},
            vpc=vpc,
            vpc_subnets=subnets,
            security_groups=[group],
        )
        self.api = http_api(self, "clickstream-shop-api", config, ["GET", "POST", "OPTIONS"])
        whom = integrations.HttpLambdaIntegration("Shop", self.lambda_.function)
        signed_in = authorizers.HttpJwtAuthorizer("SignedIn", issuer, jwt_audience=[audience])
        for path, method in OPEN.items():
            self.api.add_routes(path=path, methods=[api.HttpMethod[method]], integration=whom)
        self.api.add_routes(
            path="/{path+}",
            methods=[api.HttpMethod.GET, api.HttpMethod.POST, api.HttpMethod.PUT,
                     api.HttpMethod.DELETE],
            integration=whom,
            authorizer=signed_in,
        )  # fmt: skip
        add_stage(self, self.api, "/clickstream/shop-api", config, rate=200, burst=400)
