"""What tells a person: alarms, one topic, a dashboard, a budget."""

from typing import Final

from aws_cdk import Aws, Duration
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as watch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config

NAMESPACE: Final = "Clickstream"
HALF_HOUR: Final = Duration.minutes(30)
ANY: Final = watch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
QUIET: Final = watch.TreatMissingData.NOT_BREACHING
FULL: Final = 0.8
"""The share of the warehouse's disk at which somebody should look."""


class Watch(Construct):
    """The alarms of the data stack; an e-mail address hears of each, and of its end."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: Config,
        http_api: api.HttpApi,
        ingest: lambda_.Function,
        etl: lambda_.Function,
        dead_letters: sqs.Queue,
    ) -> None:
        super().__init__(scope, name)
        self.topic = sns.Topic(self, "Topic", topic_name="clickstream-alarms", enforce_ssl=True)
        if config.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))
        failed = etl.metric_errors(period=HALF_HOUR, statistic="Sum")
        dead = dead_letters.metric_approximate_number_of_messages_visible()
        refused = http_api.metric_server_error(period=Duration.minutes(5), statistic="Sum")
        throttled = ingest.metric_throttles(period=Duration.minutes(5), statistic="Sum")
        runs = etl_metric("Runs", "Sum")
        stored = etl_metric("WarehouseBytes", "Maximum")
        self.alarm("etl-failed", "an ETL run failed; see its log", failed, 1)
        self.alarm("etl-dead-letter", "an ETL run failed thrice; the queue tells which", dead, 1)
        self._alarm_when_late(runs)
        self.alarm("ingest-errors", "events were answered with a 5xx", refused, 1)
        self.alarm("ingest-throttled", "ingest needs more concurrency", throttled, 1)
        self.alarm(
            "warehouse-disk",
            "the warehouse's disk is four fifths full; enlarge it or shorten its retention",
            stored,
            config.warehouse_gib * 2**30 * FULL,
        )
        self.alarm(
            "anomalies",
            "a number of the shop left its expected band; the dashboard tells which",
            etl_metric("Anomalies", "Sum"),
            1,
        )
        self._add_budget(config)
        self._draw([failed, dead, refused, throttled], [runs, stored], http_api, ingest, etl)

    def alarm(self, name: str, what: str, metric: watch.IMetric, threshold: float) -> watch.Alarm:
        """An alarm when the metric reaches the threshold once; no data is no alarm."""
        return self._announced(
            watch.Alarm(
                self,
                name,
                alarm_name=f"clickstream-{name}",
                alarm_description=what,
                metric=metric,
                threshold=threshold,
                evaluation_periods=1,
                comparison_operator=ANY,
                treat_missing_data=QUIET,
            )
        )

    def _alarm_when_late(self, runs: watch.Metric) -> None:
        """Silence is the failure here: no run has succeeded for an hour and a half."""
        self._announced(
            watch.Alarm(
                self,
                "etl-late",
                alarm_name="clickstream-etl-late",
                alarm_description="no ETL run has succeeded for an hour and a half",
                metric=runs,
                threshold=1,
                evaluation_periods=3,
                comparison_operator=watch.ComparisonOperator.LESS_THAN_THRESHOLD,
                treat_missing_data=watch.TreatMissingData.BREACHING,
            )
        )

    def _announced(self, alarm: watch.Alarm) -> watch.Alarm:
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
        return alarm

    def _add_budget(self, config: Config) -> None:
        """Told at four fifths of the month's budget, and when it is forecast to be passed."""
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="BudgetsMayTell",
                principals=[iam.ServicePrincipal("budgets.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        told = budgets.CfnBudget.SubscriberProperty(
            subscription_type="SNS", address=self.topic.topic_arn
        )
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name="clickstream",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=config.budget_usd, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=threshold,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[told],
                )
                for kind, threshold in (("ACTUAL", 80), ("FORECASTED", 100))
            ],
        )

    def _draw(
        self,
        troubles: list[watch.Metric],
        life: list[watch.Metric],
        http_api: api.HttpApi,
        ingest: lambda_.Function,
        etl: lambda_.Function,
    ) -> None:
        runs, stored = life
        loaded = [etl_metric(name, "Sum") for name in ("Events", "Duplicates", "Rejected")]
        watch.Dashboard(
            self,
            "Dashboard",
            dashboard_name="clickstream",
            widgets=[
                [
                    _graph("Requests", [http_api.metric_count(), http_api.metric_client_error()]),
                    _graph("Answer time, ms", [http_api.metric_latency(statistic="p99")]),
                    _graph("Troubles", troubles),
                ],
                [
                    _graph("Events loaded", loaded),
                    _graph("ETL runs that succeeded", [runs]),
                    _graph("Warehouse, bytes", [stored]),
                ],
                [
                    _graph("Function time, ms", [ingest.metric_duration(), etl.metric_duration()]),
                    _graph("ETL run, s", [etl_metric("Seconds", "Maximum")]),
                ],
            ],
        )


def etl_metric(name: str, statistic: str) -> watch.Metric:
    """A metric that the ETL writes into its log, in the embedded metric format."""
    return watch.Metric(
        namespace=NAMESPACE, metric_name=name, statistic=statistic, period=HALF_HOUR
    )


def alarm_when_unwell(
    scope: Construct, name: str, instance: ec2.CfnInstance, topic: sns.ITopic
) -> watch.Alarm:
    """An alarm in the hosts' stack when a machine fails Amazon's own checks for ten minutes."""
    alarm = watch.Alarm(
        scope,
        f"{name}-unwell",
        alarm_name=f"clickstream-{name}-unwell",
        alarm_description=f"the {name} host fails its status checks",
        metric=watch.Metric(
            namespace="AWS/EC2",
            metric_name="StatusCheckFailed",
            dimensions_map={"InstanceId": instance.ref},
            statistic="Maximum",
            period=Duration.minutes(5),
        ),
        threshold=1,
        evaluation_periods=2,
        comparison_operator=ANY,
        treat_missing_data=QUIET,
    )
    alarm.add_alarm_action(actions.SnsAction(topic))
    return alarm


def _graph(title: str, metrics: list[watch.Metric]) -> watch.IWidget:
    return watch.GraphWidget(title=title, left=list(metrics), width=8)
