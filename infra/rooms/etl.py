"""The scheduled load: every 30 minutes, one at a time, what failed for good in a queue."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config
from infra.packages import ETL, Target
from infra.rooms.function import PythonFunction

EVERY: Final = Duration.minutes(30)
RETRIES: Final = 2
WAREHOUSE_KEY: Final = "warehouse/etl"
"""Where in the vault the warehouse's URL for the ETL lies; the analytics host puts it there."""


class Etl(Construct):
    """The function `clickstream-lambda-etl` in the ETL subnet, its schedule and its dead letters.

    A run that fails or is cut off leaves whole slices behind, so that a retry is harmless.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: Config,
        target: Target,
        bucket_name: str,
        vault_name: str,
        vpc: ec2.IVpc,
        subnets: ec2.SubnetSelection,
        group: ec2.ISecurityGroup,
    ) -> None:
        super().__init__(scope, name)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            queue_name="clickstream-etl-dead-letters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self.lambda_ = PythonFunction(
            self,
            "Lambda",
            function_name="clickstream-lambda-etl",
            handler="lambda_etl",
            package=ETL,
            target=target,
            config=config,
            timeout=Duration.minutes(15),
            memory=1769,
            concurrency=config.etl_concurrency,
            environment={
                "RAW_BUCKET_NAME": bucket_name,
                "CLICKSTREAM_WAREHOUSE_URL_FROM": f"s3://{vault_name}/{WAREHOUSE_KEY}",
                **config.retention,
            },
            vpc=vpc,
            vpc_subnets=subnets,
            security_groups=[group],
            retry_attempts=RETRIES,
            max_event_age=Duration.hours(1),
            on_failure=destinations.SqsDestination(self.dead_letters),
        )
        self.rule = events.Rule(
            self,
            "Every30Minutes",
            rule_name="clickstream-etl-every-30-minutes",
            schedule=events.Schedule.rate(EVERY),
            targets=[
                targets.LambdaFunction(
                    self.lambda_.function,
                    dead_letter_queue=self.dead_letters,
                    retry_attempts=RETRIES,
                    max_event_age=EVERY,
                )
            ],
        )
