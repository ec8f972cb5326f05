"""What every workload account receives."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.model import StringShape
from cfnlint import decode
from cfnlint.api import ManualArgs, lint

from catalog.names import ENDPOINT_METRICS
from delivery import render, template
from delivery.alarms import rollback_alarms, standing_alarms
from delivery.template import BODY_LIMIT, CARRIED
from functions.endpoint_checker.asking import CheckCounts
from functions.endpoint_checker.fleets import ServedEndpoint
from functions.endpoint_checker.metrics import metric_data
from rehearsal.cloudwatch.evaluation import AlarmRule, decide
from settings.endpoint_instances import VCPUS


def resources(kind: str) -> dict[str, Any]:
    found = template()["Resources"]
    return {name: value["Properties"] for name, value in found.items() if value["Type"] == kind}


def only(kind: str) -> Any:
    (properties,) = resources(kind).values()
    return properties


@pytest.fixture(scope="module")
def sagemaker_enums() -> set[str]:
    shape = botocore.session.get_session().get_service_model("sagemaker")
    member = shape.shape_for("ProductionVariantInstanceType")
    assert isinstance(member, StringShape)
    return set(member.enum)


def lint_of(text: str) -> list[Any]:
    parsed, problems = decode.decode_str(text)
    assert parsed is not None
    assert not problems
    return list(lint(text, config=ManualArgs(regions=["eu-west-1", "us-east-1"], include_checks=["I"])))


def test_the_linter_has_nothing_to_say() -> None:
    assert [str(found) for found in lint_of(render())] == []


def test_the_linter_is_awake() -> None:
    broken = template()
    broken["Resources"]["Endpoint"]["Properties"]["EndpointConfigNam"] = "x"
    assert lint_of(json.dumps(broken)) != []


def test_the_text_is_the_same_each_time_and_fits_into_a_request() -> None:
    assert render() == render()
    assert json.loads(render()) == template()
    assert len(render().encode()) < BODY_LIMIT


def test_nothing_is_used_that_service_managed_stacksets_refuse() -> None:
    assert "Transform" not in render()
    kinds = {resource["Type"] for resource in template()["Resources"].values()}
    assert kinds.isdisjoint({"AWS::CloudFormation::Stack", "AWS::CloudFormation::Macro"})
    assert not any(kind.startswith("AWS::IAM::") for kind in kinds)


def test_the_account_id_region_and_partition_are_never_written_out() -> None:
    assert "eu-west-1" not in render()
    assert "arn:aws:" not in render()


def test_model_runs_isolated_in_the_accounts_network_under_the_projects_role() -> None:
    model = only("AWS::SageMaker::Model")
    assert model["EnableNetworkIsolation"] is True
    assert model["VpcConfig"] == {
        "Subnets": {"Ref": "SubnetIds"},
        "SecurityGroupIds": {"Ref": "SecurityGroupIds"},
    }
    package = {"Ref": "ModelPackageArn"}
    checks = {"CHECKS_URI": {"Ref": "ChecksUri"}, "CHECKS_SHA256": {"Ref": "ChecksSha256"}}
    environment = {"MODEL_PACKAGE_ARN": package, **checks}
    assert model["Containers"] == [{"ModelPackageName": package, "Environment": environment}]
    assert "${ModelRoleName}" in model["ExecutionRoleArn"]["Fn::Sub"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("AWS::SageMaker::Model", "ModelName"), ("AWS::SageMaker::EndpointConfig", "EndpointConfigName")],
)
def test_what_a_new_package_replaces_has_no_fixed_name(kind: str, name: str) -> None:
    assert name not in only(kind)


def test_the_endpoint_keeps_its_name() -> None:
    assert only("AWS::SageMaker::Endpoint")["EndpointName"] == {"Ref": "EndpointName"}


def test_volumes_and_captured_data_are_each_under_their_own_key() -> None:
    config = only("AWS::SageMaker::EndpointConfig")
    assert config["KmsKeyId"] == {"Ref": "VolumeKeyArn"}
    assert config["DataCaptureConfig"]["KmsKeyId"] == {"Ref": "CaptureKeyArn"}


def test_input_and_output_are_captured_readable_for_every_content_type_served() -> None:
    capture = only("AWS::SageMaker::EndpointConfig")["DataCaptureConfig"]
    assert [option["CaptureMode"] for option in capture["CaptureOptions"]] == ["Input", "Output"]
    header = capture["CaptureContentTypeHeader"]
    assert header == {
        "CsvContentTypes": ["text/csv"],
        "JsonContentTypes": ["application/json", "application/jsonlines"],
    }


def test_an_update_rolls_back_on_alarms_of_the_new_fleet_only() -> None:
    deployment = only("AWS::SageMaker::Endpoint")["DeploymentConfig"]
    named = [alarm["AlarmName"]["Ref"] for alarm in deployment["AutoRollbackConfiguration"]["Alarms"]]
    assert set(named) == set(rollback_alarms())
    assert 1 <= len(named) <= 10  # botocore: AlarmList
    for name in named:
        alarm = resources("AWS::CloudWatch::Alarm")[name]
        dimensions = [d["Name"] for d in alarm["Dimensions"]]
        checked = ["EndpointName", "ModelPackageVersion"]
        of_configuration = ["EndpointName", "VariantName", "EndpointConfigName"]
        assert dimensions == (checked if alarm["Namespace"] == ENDPOINT_METRICS else of_configuration)


def test_the_checkers_figures_are_those_that_the_alarms_read() -> None:
    counts = CheckCounts(asked=1, answered=1, answers=Counter({"7": 1}), checked=Counter({"7": 1}))
    data = metric_data("mlops-screening-staging", ServedEndpoint(status="Updating", baking=True, newest=("7",)), counts)
    counted = {(datum["MetricName"], *(d["Name"] for d in datum["Dimensions"])) for datum in data}
    read = {
        (alarm["MetricName"], *(d["Name"] for d in alarm["Dimensions"]))
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == ENDPOINT_METRICS
    }
    assert read == {
        ("WrongAnswers", "EndpointName", "ModelPackageVersion"),
        ("WrongAnswers", "EndpointName"),
        ("UnansweredChecks", "EndpointName"),
        ("MissingVersions", "EndpointName", "ModelPackageVersion"),
    }
    assert read <= counted


def test_the_version_of_wrong_answers_is_the_last_part_of_the_packages_arn() -> None:
    alarm = rollback_alarms()["NewFleetWrongAnswersAlarm"]["Properties"]
    (number, split) = alarm["Dimensions"][1]["Value"]["Fn::Select"]
    separator, arn = split["Fn::Split"]
    assert arn == {"Ref": "ModelPackageArn"}
    given = "arn:aws:sagemaker:eu-west-1:111111111111:model-package/mlops-screening/7"
    assert given.split(separator)[number] == "7"


@pytest.mark.parametrize(
    ("minutes", "fires"),
    [([0, 0, 0], False), ([None, None, None], False), ([None, 1, None], True), ([1, 0, 0], True), ([0, 0, 20], True)],
)
def test_one_wrong_answer_in_three_minutes_rolls_back_and_none_never_does(
    minutes: list[float | None], fires: bool
) -> None:
    alarm = rollback_alarms()["NewFleetWrongAnswersAlarm"]["Properties"]
    assert decide(rule(alarm), minutes, "OK") == ("ALARM" if fires else "OK")


@pytest.mark.parametrize(
    ("minutes", "fires"),
    [
        ([None, None, None], False),  # a fleet that is being started
        ([None, 1, 1], False),
        ([1, 0, 1], False),
        ([1, 1, 1], True),
    ],
)
def test_a_new_fleet_that_no_request_reaches_for_three_minutes_is_rolled_back(
    minutes: list[float | None], fires: bool
) -> None:
    alarm = rollback_alarms()["NewFleetMissingAlarm"]["Properties"]
    assert decide(rule(alarm), minutes, "OK") == ("ALARM" if fires else "OK")


@pytest.mark.parametrize(
    ("minutes", "fires"),
    [
        ([0] * 5, False),  # an endpoint that is not there yet, too
        ([1] * 5, True),
        ([None] * 5, True),
        ([1, 1, 0, 1, 1], False),
        ([None, None, 1, None, None], True),
        ([None, None, 0, None, None], False),
    ],
)
def test_an_endpoint_that_answers_nothing_for_five_minutes_is_noticed(minutes: list[float | None], fires: bool) -> None:
    alarm = standing_alarms()["NoAnswersAlarm"]["Properties"]
    assert decide(rule(alarm), minutes, "OK") == ("ALARM" if fires else "OK")


def rule(alarm: dict[str, Any]) -> AlarmRule:
    return AlarmRule(
        statistic=alarm["Statistic"],
        comparison=alarm["ComparisonOperator"],
        threshold=alarm["Threshold"],
        periods=alarm["EvaluationPeriods"],
        to_alarm=alarm["DatapointsToAlarm"],
        missing=alarm["TreatMissingData"],
    )


def test_callers_mistakes_that_are_only_looked_at_roll_nothing_back() -> None:
    new, standing = (
        rollback_alarms()["NewFleetClientErrorsAlarm"]["Properties"],
        standing_alarms()["ClientErrorsAlarm"]["Properties"],
    )
    assert new["Threshold"] > standing["Threshold"]


def test_each_configuration_has_rollback_alarms_of_its_own() -> None:
    for alarm in rollback_alarms().values():
        name = alarm["Properties"]["AlarmName"]["Fn::Sub"]
        assert name.startswith("${EndpointName}-${EndpointConfig.EndpointConfigName}-")


def test_each_way_of_shifting_is_one_update_policy() -> None:
    config = only("AWS::SageMaker::Endpoint")["DeploymentConfig"]
    condition, rolling, nothing = config["RollingUpdatePolicy"]["Fn::If"]
    assert (condition, nothing) == ("Rolling", {"Ref": "AWS::NoValue"})
    assert config["BlueGreenUpdatePolicy"]["Fn::If"][:2] == ["Rolling", nothing]
    blue_green = config["BlueGreenUpdatePolicy"]["Fn::If"][2]
    routing = blue_green["TrafficRoutingConfiguration"]
    step = {"Type": "INSTANCE_COUNT", "Value": {"Ref": "ShiftStepInstances"}}
    assert routing["CanarySize"] == {"Fn::If": ["Canary", step, nothing]}
    assert routing["LinearStepSize"] == {"Fn::If": ["Linear", step, nothing]}
    assert rolling["MaximumBatchSize"] == step
    assert blue_green["MaximumExecutionTimeoutInSeconds"] == {"Ref": "DeploymentTimeoutSeconds"}


def test_an_update_keeps_the_scaled_instance_count_and_nothing_else_of_the_old_configuration() -> None:
    endpoint = only("AWS::SageMaker::Endpoint")
    assert endpoint["RetainAllVariantProperties"] is True
    excluded = {item["VariantPropertyType"] for item in endpoint["ExcludeRetainedVariantProperties"]}
    assert excluded == {"DesiredWeight", "DataCaptureConfig"}


def test_scaling_names_the_variant_that_the_configuration_has() -> None:
    variant = only("AWS::SageMaker::EndpointConfig")["ProductionVariants"][0]["VariantName"]
    target = only("AWS::ApplicationAutoScaling::ScalableTarget")
    assert target["ResourceId"]["Fn::Sub"].endswith(f"/variant/{variant}")


def test_every_alarm_tells_the_topic_and_says_what_missing_data_mean() -> None:
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopicArn"}], name
        # Only the checker says something of every minute.
        heard = "breaching" if alarm["MetricName"] == "UnansweredChecks" else "notBreaching"
        assert alarm["TreatMissingData"] in {heard, "missing"}, name


def test_the_standing_alarms_watch_errors_latency_and_the_instances() -> None:
    metrics = {alarm["Properties"]["MetricName"] for alarm in standing_alarms().values()}
    assert metrics == {
        "Invocation4XXErrors",
        "Invocation5XXErrors",
        "InvocationModelErrors",
        "ModelLatency",
        "WrongAnswers",
        "UnansweredChecks",
        "CPUUtilization",
        "MemoryUtilization",
        "DiskUtilization",
    }


def test_utilization_is_read_where_instances_report_it() -> None:
    for alarm in resources("AWS::CloudWatch::Alarm").values():
        of_instances = alarm["MetricName"].endswith("Utilization")
        assert (alarm["Namespace"] == "/aws/sagemaker/Endpoints") is of_instances


def test_cpu_alarm_grows_with_the_cores() -> None:
    mapping = template()["Mappings"]["Instances"]
    assert mapping["ml.m5.large"]["CpuAlarmPercent"] == 170
    assert mapping["ml.m5.4xlarge"]["CpuAlarmPercent"] == 1360


def test_every_instance_type_offered_is_one_that_sagemaker_hosts(sagemaker_enums: set[str]) -> None:
    assert set(VCPUS) <= sagemaker_enums


def test_everything_that_takes_tags_carries_project_stage_and_package() -> None:
    for name, resource in template()["Resources"].items():
        if resource["Type"] == "AWS::ApplicationAutoScaling::ScalingPolicy":
            continue  # takes none
        keys = [tag["Key"] for tag in resource["Properties"]["Tags"]]
        assert keys == ["project", "stage", "model-package", "serving-shape"], name


def test_outputs_say_what_serves_what() -> None:
    assert set(template()["Outputs"]) == {
        "EndpointName",
        "EndpointConfigName",
        "ModelName",
        "ModelPackageArn",
    }


def test_the_package_calls_no_service() -> None:
    for source in Path(template.__code__.co_filename).parent.glob("*.py"):
        imported = {line.split()[1] for line in source.read_text().splitlines() if line.startswith(("import", "from"))}
        assert imported.isdisjoint({"pulumi", "pulumi_aws", "boto3", "os"}), source.name


def test_the_model_deploy_repository_carries_this_very_template() -> None:
    assert CARRIED.read_text() == render(), "run: python -m delivery"
