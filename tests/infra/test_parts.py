"""Names, schedules, alarms and limits, as the reference has them."""

import json
from typing import Any

import pytest


def function(assembly: Any, name: str) -> Any:
    (found,) = [
        one for one in assembly.of("Lambda::Function").values() if one["FunctionName"] == name
    ]
    return found


def test_the_api_takes_post_at_one_path_from_the_shops_pages(reference: Any) -> None:
    (api,) = reference.of("ApiGatewayV2::Api").values()
    assert api["Name"] == "clickstream-http-api"
    assert api["CorsConfiguration"]["AllowOrigins"] == ["https://shop.example"]
    assert sorted(api["CorsConfiguration"]["AllowMethods"]) == ["OPTIONS", "POST"]
    (route,) = reference.of("ApiGatewayV2::Route").values()
    assert route["RouteKey"] == "POST /clickstream"


def test_the_stage_deploys_by_itself_is_throttled_and_logs_nothing_of_the_visitor(
    reference: Any,
) -> None:
    (stage,) = reference.of("ApiGatewayV2::Stage").values()
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    line = json.loads(stage["AccessLogSettings"]["Format"])
    assert not {"$context.identity.sourceIp", "$context.identity.userAgent"} & set(line.values())


@pytest.mark.parametrize(
    ("name", "timeout", "concurrency"),
    [
        pytest.param("clickstream-lambda-ingest", 29, 100, id="ingest"),
        pytest.param("clickstream-lambda-etl", 900, 1, id="etl"),
    ],
)
def test_a_function_has_its_name_its_limits_and_its_origin(
    reference: Any, name: str, timeout: int, concurrency: int
) -> None:
    one = function(reference, name)
    assert one["Timeout"] == timeout
    assert one["ReservedConcurrentExecutions"] == concurrency
    assert one["Architectures"] == ["arm64"]
    assert one["Runtime"] == "python3.12"


def test_ingest_stands_outside_of_the_vpc_and_the_etl_in_its_subnet(reference: Any) -> None:
    assert "VpcConfig" not in function(reference, "clickstream-lambda-ingest")
    place = function(reference, "clickstream-lambda-etl")["VpcConfig"]
    assert place["SubnetIds"] == [f"{{{reference.subnet('10.0.3.0/24')}}}"]


def test_the_etl_runs_every_half_hour_is_retried_and_ends_in_a_queue(reference: Any) -> None:
    (rule,) = reference.of("Events::Rule").values()
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(30 minutes)", "ENABLED")
    (target,) = rule["Targets"]
    queue = f"{{{reference.named('SQS::Queue', 'DeadLetters')}}}"
    assert target["DeadLetterConfig"] == {"Arn": queue}
    (invoke,) = reference.of("Lambda::EventInvokeConfig").values()
    assert invoke["MaximumRetryAttempts"] == 2
    assert invoke["DestinationConfig"]["OnFailure"]["Destination"] == queue


def test_every_trouble_has_an_alarm_that_somebody_hears(reference: Any) -> None:
    alarms = {one["AlarmName"]: one for one in reference.of("CloudWatch::Alarm").values()}
    assert set(alarms) == {
        f"clickstream-{name}" for name in (
            "etl-failed", "etl-late", "etl-dead-letter", "ingest-errors", "ingest-throttled",
            "warehouse-disk", "anomalies", "warehouse-unwell", "oltp-unwell",
        )
    }  # fmt: skip
    topic = f"{{{reference.named('SNS::Topic', 'Watch')}}}"
    assert {tuple(one["AlarmActions"]) for one in alarms.values()} == {(topic,)}
    (subscription,) = reference.of("SNS::Subscription").values()
    assert subscription["Endpoint"] == "ops@shop.example"


def test_silence_of_the_etl_is_an_alarm(reference: Any) -> None:
    (late,) = [
        one for one in reference.of("CloudWatch::Alarm").values()
        if one["AlarmName"] == "clickstream-etl-late"
    ]  # fmt: skip
    assert late["TreatMissingData"] == "breaching"
    assert late["Period"] * late["EvaluationPeriods"] == 90 * 60


def test_the_embedded_metrics_are_those_that_alarms_and_dashboard_read(reference: Any) -> None:
    from datetime import UTC, datetime
    from uuid import UUID

    from clickstream.entrypoints.lambda_etl import metrics_of
    from clickstream.etl import RunReport
    from clickstream.etl.run import Status
    from clickstream.etl.tally import Tally

    report = RunReport(UUID(int=1), Status.SUCCEEDED, Tally(), 1.5)
    line = json.loads(metrics_of(report, 4096))
    assert line["_aws"]["Timestamp"] <= datetime.now(UTC).timestamp() * 1000
    written = {one["Name"] for one in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Clickstream"
    text = json.dumps(reference.stacks)
    alarmed = {
        one["MetricName"] for one in reference.of("CloudWatch::Alarm").values()
        if one["Namespace"] == "Clickstream"
    }  # fmt: skip
    assert alarmed - {"Anomalies"} <= written
    for name in written - {"Objects"}:
        assert name in text


def test_logs_have_an_end(reference: Any, optional: Any) -> None:
    for assembly in (reference, optional):
        assert {one["RetentionInDays"] for one in assembly.of("Logs::LogGroup").values()} == {30}


def test_there_is_a_budget_and_a_dashboard(reference: Any) -> None:
    (budget,) = reference.of("Budgets::Budget").values()
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 100, "Unit": "USD"}
    assert len(budget["NotificationsWithSubscribers"]) == 2
    assert len(reference.of("CloudWatch::Dashboard")) == 1


def test_shoppers_sign_in_with_code_and_pkce(reference: Any) -> None:
    (client,) = reference.of("Cognito::UserPoolClient").values()
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    (pool,) = reference.of("Cognito::UserPool").values()
    assert pool["DeletionProtection"] == "ACTIVE"


def test_the_storefront_is_told_where_to_send_and_nothing_secret(reference: Any) -> None:
    (app,) = reference.of("Amplify::App").values()
    told = {one["Name"]: one["Value"] for one in app["EnvironmentVariables"]}
    assert told["NEXT_PUBLIC_CLICKSTREAM_ENDPOINT"].endswith("/clickstream")
    assert not {"DATABASE_URL", "SHOP_API_URL"} & set(told)


def test_the_gateway_asks_for_a_token_wherever_a_person_is_meant(optional: Any) -> None:
    from clickstream.shop.operations import OPERATIONS

    routes = {one["RouteKey"]: one for one in optional.of("ApiGatewayV2::Route").values()}
    for one in OPERATIONS:
        route = routes[f"{one.method} {one.path}"]
        assert route["AuthorizationType"] == ("JWT" if one.is_personal else "NONE")
        assert route.get("AuthorizationScopes", []) == ([one.scope] if one.scope else [])
    (authorizer,) = optional.of("ApiGatewayV2::Authorizer").values()
    (pool,) = optional.of("Cognito::UserPool")
    assert authorizer["JwtConfiguration"]["Issuer"].endswith(f"{{{pool}}}")


def test_data_outlives_its_stack_unless_it_is_a_trial(reference: Any) -> None:
    for kind, policy in (("S3::Bucket", "Retain"), ("EC2::Volume", "Snapshot")):
        for name in reference.of(kind):
            assert reference.resources[name]["DeletionPolicy"] == policy
