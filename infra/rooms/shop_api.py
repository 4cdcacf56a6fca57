"""The shop API in front of a private OLTP host; the gateway checks every token before it."""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from clickstream.shop.operations import OPERATIONS
from infra.config import Config
from infra.packages import SHOP, Target
from infra.rooms.function import PythonFunction
from infra.rooms.ingest import add_stage, http_api


class ShopApi(Construct):
    """The API `clickstream-shop-api`, a route for each of its operations; those that are about a
    person ask for a token. Nothing in the VPC ever needs to reach the issuer."""

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
            environment={"CLICKSTREAM_DATABASE_URL_FROM": database_from},
            vpc=vpc,
            vpc_subnets=subnets,
            security_groups=[group],
        )
        self.api = http_api(
            self, "clickstream-shop-api", config, ["GET", "POST", "PUT", "PATCH", "OPTIONS"]
        )
        whom = integrations.HttpLambdaIntegration("Shop", self.lambda_.function)
        signed_in = authorizers.HttpJwtAuthorizer("SignedIn", issuer, jwt_audience=[audience])
        for one in OPERATIONS:
            self.api.add_routes(
                path=one.path,
                methods=[api.HttpMethod[one.method]],
                integration=whom,
                authorizer=signed_in if one.is_personal else None,
                authorization_scopes=[one.scope] if one.scope else None,
            )
        self.api.add_routes(path="/health", methods=[api.HttpMethod.GET], integration=whom)
        add_stage(self, self.api, "/clickstream/shop-api", config, rate=200, burst=400)
