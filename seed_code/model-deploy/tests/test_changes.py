"""What a release would change, in words, with its cost and with the reasons to ask a person."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deploy.change_report import LINE, NEEDED, NOT_NEEDED, StageChange, stage_change, write_change
from deploy.change_risks import risks, type_sizes
from deploy.change_sets import StackChange
from deploy.change_words import words
from deploy.fleets import InstancePrice, cost_words, shift
from deploy.resource_changes import ResourceChange, read_change
from deploy.stages import parse_stages
from tests.in_memory_aws import PRODUCTION, REGION, stage, template_text

PACKAGE = f"arn:aws:sagemaker:{REGION}:111111111111:model-package/mlops-screening/"
SIZES = {"ml.m5.large": 170, "ml.m5.xlarge": 340, "ml.c5.large": 170}
CANARY = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "WaitIntervalInSeconds": "600",
            "CanarySize": {"Type": "INSTANCE_COUNT", "Value": "1"},
        },
        "TerminationWaitInSeconds": 600,
    },
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}, {"AlarmName": "b"}]},
}


def change(kind: str, logical_id: str, before: Any, after: Any, **more: str) -> ResourceChange:
    action = "Add" if before is None else "Remove" if after is None else "Modify"
    values = {"action": action, **({"replacement": "False"} if action == "Modify" else {}), **more}
    return ResourceChange(logical_id=logical_id, kind=kind, before=before or {}, after=after or {}, **values)


def model(before: str, after: str) -> ResourceChange:
    containers = [{"Containers": [{"ModelPackageName": PACKAGE + number}]} for number in (before, after)]
    return change("AWS::SageMaker::Model", "Model", *containers, replacement="True")


def config(
    before: tuple[int, str], after: tuple[int, str], capture: tuple[int, int] = (100, 100)
) -> ResourceChange:
    both = [
        {
            "ProductionVariants": [
                {"VariantName": "primary", "InitialInstanceCount": count, "InstanceType": kind}
            ],
            "DataCaptureConfig": {"EnableCapture": True, "InitialSamplingPercentage": percent},
        }
        for (count, kind), percent in zip((before, after), capture, strict=True)
    ]
    return change("AWS::SageMaker::EndpointConfig", "EndpointConfig", *both, replacement="Conditional")


def endpoint(alarms: int = 2, **more: str) -> ResourceChange:
    after = json.loads(json.dumps(CANARY))
    after["AutoRollbackConfiguration"]["Alarms"] = [{"AlarmName": "{{changeSet:KNOWN_AFTER_APPLY}}"}] * alarms
    both = [{"EndpointName": "e", "DeploymentConfig": each} for each in (CANARY, after)]
    return change("AWS::SageMaker::Endpoint", "Endpoint", *both, **more)


def target(before: tuple[int, int] | None, after: tuple[int, int] | None) -> ResourceChange:
    both = [pair and {"MinCapacity": pair[0], "MaxCapacity": pair[1]} for pair in (before, after)]
    return change("AWS::ApplicationAutoScaling::ScalableTarget", "ScalableTarget", *both)


def alarm(before: Any, after: Any, **more: str) -> ResourceChange:
    return change("AWS::CloudWatch::Alarm", "LatencyAlarm", before, after, **more)


SAME = (2, "ml.m5.large")
QUIET = {"AlarmActions": ["t"], "Threshold": 1}


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (model("3", "4"), "model: mlops-screening version 3 becomes mlops-screening version 4"),
        (config(SAME, (1, "ml.m5.xlarge")), "instances of primary: 2 x ml.m5.large becomes 1 x ml.m5.xlarge"),
        (config(SAME, SAME, (100, 20)), "capture: 100 % of requests becomes 20 % of requests"),
        (target((2, 4), (2, 3)), "scaling: 2 to 4 instances becomes 2 to 3"),
        (target(None, (2, 3)), "scaling: 2 to 3 instances, where there was none"),
        (target((2, 4), None), "scaling: 2 to 4 instances becomes none"),
        (alarm(QUIET, QUIET | {"Threshold": 2}), "alarm LatencyAlarm: Threshold 1 becomes 2"),
        (alarm(QUIET, None), "alarms removed: LatencyAlarm"),
        (
            alarm(QUIET, QUIET, replacement="Conditional"),
            "alarms of the new fleet, under new names: LatencyAlarm",
        ),
        (endpoint(), "endpoint: e stays and is updated"),
        (endpoint(replacement="True"), "endpoint: e is replaced by another"),
        (endpoint(replacement="Conditional"), "endpoint: e may be replaced by another"),
        (change("AWS::ApiGateway::Stage", "ApiStage", {"A": 1}, {"A": 2}), "API: ApiStage modified"),
        (change("AWS::Lambda::Function", "Function", None, {"A": 2}), "API: Function added"),
        (change("AWS::SNS::Topic", "Topic", {"A": 1}, None), "others: Topic removed"),
        (model("3", "4"), "replaced: Model"),
        (config(SAME, SAME), "replaced where what they refer to is: EndpointConfig"),
    ],
)
def test_each_thing_that_changes_has_its_words(given: ResourceChange, line: str) -> None:
    assert line in words([given])


def test_of_other_tags_nothing_is_said() -> None:
    tagged = change("AWS::SNS::Topic", "Topic", {"Tags": [1], "A": "1"}, {"Tags": [2], "A": 1})
    assert words([tagged]) == []


@pytest.mark.parametrize(
    ("given", "risk"),
    [
        (endpoint(replacement="True"), "the endpoint is replaced"),
        (endpoint(replacement="Conditional"), "the endpoint may be replaced"),
        (
            change("AWS::SageMaker::Endpoint", "Endpoint", {"EndpointName": "e"}, None),
            "the endpoint is removed",
        ),
        (config(SAME, (1, "ml.m5.large")), "the instances of primary go from 2 to 1"),
        (config((2, "ml.m5.xlarge"), SAME), "ml.m5.large is smaller than ml.m5.xlarge"),
        (config(SAME, (2, "ml.c5.large")), "ml.c5.large is of another family than ml.m5.large"),
        (config(SAME, (2, "ml.p9.large")), "ml.p9.large is smaller than ml.m5.large"),
        (config((2, "ml.p8.large"), (2, "ml.p9.large")), "is not known here"),
        (target((2, 4), (2, 3)), "the most instances go from 4 to 3"),
        (target((2, 4), (1, 4)), "the fewest instances go from 2 to 1"),
        (target((2, 4), None), "scaling is taken away"),
        (alarm(QUIET, None), "alarms are removed: LatencyAlarm"),
        (alarm(QUIET, QUIET | {"AlarmActions": []}), "alarm LatencyAlarm tells fewer"),
        (alarm(QUIET, QUIET | {"ActionsEnabled": "false"}), "alarm LatencyAlarm tells nobody"),
        (endpoint(alarms=1), "1 of the endpoint's 2 alarms no longer roll an update back"),
        (change("AWS::SageMaker::Endpoint", "Endpoint", {"A": 1}, None, action="Modify"), "does not show"),
        (
            change("AWS::SageMaker::Endpoint", "Endpoint", {"A": 1}, {"A": 1}, action="Dynamic"),
            "does not know",
        ),
    ],
)
def test_what_is_taken_from_an_endpoint_is_a_reason_to_ask(given: ResourceChange, risk: str) -> None:
    assert any(risk in reason for reason in risks([given], SIZES)), risks([given], SIZES)


def test_an_ordinary_release_takes_nothing() -> None:
    ordinary = [
        model("3", "4"),
        config(SAME, (3, "ml.m5.xlarge")),
        target((2, 4), (3, 6)),
        endpoint(),
        alarm(QUIET, QUIET, replacement="Conditional"),
    ]
    assert risks(ordinary, SIZES) == []


def test_the_delivered_template_says_how_large_types_are() -> None:
    sizes = type_sizes(json.loads(template_text()))
    assert sizes["ml.m5.xlarge"] > sizes["ml.m5.large"] > 0


@pytest.mark.parametrize(
    ("deployment", "instances", "seconds", "extra"),
    [
        (CANARY, 4, 1200, 4),
        ({}, 2, 0, 2),
        ({"BlueGreenUpdatePolicy": {"TerminationWaitInSeconds": "300"}}, 2, 300, 2),
        (
            {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {
                        "Type": "LINEAR",
                        "WaitIntervalInSeconds": 300,
                        "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 25},
                    },
                    "TerminationWaitInSeconds": 600,
                }
            },
            8,
            1500,
            8,
        ),
        (
            {
                "RollingUpdatePolicy": {
                    "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 2},
                    "WaitIntervalInSeconds": 120,
                }
            },
            5,
            360,
            2,
        ),
    ],
)
def test_both_fleets_run_as_long_as_the_shift_waits(
    deployment: Any, instances: int, seconds: int, extra: int
) -> None:
    moved = shift(deployment, instances)
    assert (moved.seconds, moved.extra) == (seconds, extra)


def test_the_cost_of_two_fleets_is_said_and_an_unknown_price_is_not_nothing() -> None:
    moved = shift(CANARY, 2)
    price = InstancePrice(dollars_per_hour=Decimal("0.115"), read="2026-11-27")
    known = cost_words(moved, "ml.m5.large", 4, price, "us-east-1")
    assert known[0].startswith(
        "traffic moves first to 1 instance, after 10 minutes to all; 2 x ml.m5.large more"
    )
    assert known[1] == (
        "that costs 0.08 USD, 0.15 USD where scaling has started all 4, at 0.115 USD an instance and hour "
        "(price of us-east-1, read 2026-11-27)"
    )
    unknown = cost_words(moved, "ml.m5.large", 4, None, REGION)
    assert "not known here" in unknown[1]
    assert "USD" not in unknown[1]


def of(
    *changes: ResourceChange, name: str = "production", state: Any = "changes", **more: Any
) -> StageChange:
    settings = parse_stages({name: {**stage(name, PRODUCTION), **more}})[name]
    found = StackChange(PRODUCTION, REGION, state, changes, detail="AccessDenied: no")
    return stage_change(settings, PACKAGE + "4", json.loads(template_text()), [found])


def test_only_production_waits_for_what_is_lost_there() -> None:
    assert of(alarm(QUIET, None)).approval == NEEDED
    assert of(alarm(QUIET, None), name="staging").approval == NOT_NEEDED
    assert of(model("3", "4"), endpoint()).approval == NOT_NEEDED
    assert of(state="unseen").approval == NEEDED
    assert of(state="first").approval == NOT_NEEDED
    assert of(state="unchanged").approval == NOT_NEEDED


def test_the_report_says_version_change_and_cost(tmp_path: Path) -> None:
    release = of(
        model("3", "4"),
        config(SAME, SAME),
        endpoint(),
        instanceDollarsPerHour="0.115",
        priceRead="2026-11-27",
    )
    line = release.line()
    assert line.startswith("production gets mlops-screening version 4. 333333333333 eu-west-1: model:")
    assert "that costs 0.08 USD" in line
    names = [path.name for path in write_change(tmp_path, release)]
    assert names == ["changes-production.json", "changes-production.txt", "approval-production.txt"]
    document = json.loads((tmp_path / names[0]).read_text(encoding="utf-8"))
    assert document["accounts"][0]["cost"][1].startswith("that costs")
    assert (tmp_path / names[2]).read_text(encoding="utf-8") == "not needed\n"


def test_a_line_fits_the_question_and_what_is_lost_comes_first() -> None:
    many = [change("AWS::SNS::Topic", f"Topic{number}", {"A": 1}, None) for number in range(200)]
    line = of(alarm(QUIET, None), *many).line()
    assert len(line) <= LINE
    assert "alarms are removed: LatencyAlarm" in line[:150]


def test_a_change_is_read_whatever_of_it_is_missing() -> None:
    bare = {"Action": "Modify", "LogicalResourceId": "M", "ResourceType": "T", "BeforeContext": "no JSON"}
    assert read_change(bare).before == {}
    assert read_change(bare | {"BeforeContext": "[1]"}).before == {}
    assert read_change(bare | {"BeforeContext": '{"Properties": 1}'}).before == {}
