"""Each shape of serving has a sound template of its own, carried by the repository, within what SageMaker can do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cfnlint import decode
from cfnlint.api import ManualArgs, lint

from catalog.serving import CAPTURED, COMPARED, SHIFTED, ServingShape
from delivery import carried, render, template
from delivery.template import REPOSITORY

# AWS CodePipeline User Guide, "AWS CloudFormation StackSets deploy action reference": TemplatePath.
MOST_BYTES = 460_800


def resources(shape: ServingShape, kind: str) -> list[dict[str, Any]]:
    found = template(shape)["Resources"].values()
    return [each["Properties"] for each in found if each["Type"] == f"AWS::{kind}"]


@pytest.mark.parametrize("shape", list(ServingShape))
def test_the_linter_has_nothing_to_say_of_any_shape(shape: ServingShape) -> None:
    text = render(shape)
    parsed, problems = decode.decode_str(text)
    assert parsed is not None
    assert not problems
    found = lint(text, config=ManualArgs(regions=["eu-west-1", "us-east-1"], include_checks=["I"]))
    assert [str(each) for each in found] == []
    assert len(text.encode()) < MOST_BYTES


def test_the_repository_carries_every_shape_as_it_is() -> None:
    assert len(carried()) == len(ServingShape)
    for path, text in carried().items():
        assert (REPOSITORY / path).read_text(encoding="utf-8") == text, "run: python -m delivery"


@pytest.mark.parametrize("shape", list(ServingShape))
def test_what_sagemaker_captures_is_captured_and_nothing_else(shape: ServingShape) -> None:
    captures = ["DataCaptureConfig" in config for config in resources(shape, "SageMaker::EndpointConfig")]
    assert captures == ([] if shape is ServingShape.BATCH else [shape in CAPTURED])


@pytest.mark.parametrize("shape", list(ServingShape))
def test_every_model_is_isolated_in_the_vpc_but_the_serverless_one(shape: ServingShape) -> None:
    inside = {
        ("VpcConfig" in model, model.get("EnableNetworkIsolation")) for model in resources(shape, "SageMaker::Model")
    }
    assert inside == {(False, None) if shape is ServingShape.SERVERLESS else (True, True)}


@pytest.mark.parametrize("shape", list(ServingShape))
def test_traffic_is_shifted_where_guardrails_apply(shape: ServingShape) -> None:
    (endpoint,) = resources(shape, "SageMaker::Endpoint") or [{}]
    assert ("DeploymentConfig" in endpoint) is (shape in SHIFTED)


@pytest.mark.parametrize("shape", sorted(COMPARED))
def test_where_a_variant_comes_or_goes_neither_guardrails_nor_kept_properties_are_named(shape: ServingShape) -> None:
    (endpoint,) = resources(shape, "SageMaker::Endpoint")
    nothing = {"Ref": "AWS::NoValue"}
    for name in ("DeploymentConfig", "RetainAllVariantProperties", "ExcludeRetainedVariantProperties"):
        condition, _, otherwise = endpoint[name]["Fn::If"]
        assert (condition, otherwise) == ("SameVariants", nothing)


@pytest.mark.parametrize("shape", sorted(COMPARED))
def test_each_variant_has_alarms_of_its_own(shape: ServingShape) -> None:
    alarms = resources(shape, "CloudWatch::Alarm")
    variants = [{each["Name"]: each["Value"] for each in alarm["Dimensions"]}.get("VariantName") for alarm in alarms]
    assert variants.count("challenger") == variants.count("primary") > 0
    names = [json.dumps(alarm["AlarmName"]) for alarm in alarms]
    assert len(set(names)) == len(names)


def test_an_asynchronous_fleet_scales_from_zero_by_a_step_that_an_alarm_calls() -> None:
    (target,) = resources(ServingShape.ASYNCHRONOUS, "ApplicationAutoScaling::ScalableTarget")
    assert target["MinCapacity"] == 0
    kinds = {
        each["PolicyType"] for each in resources(ServingShape.ASYNCHRONOUS, "ApplicationAutoScaling::ScalingPolicy")
    }
    assert kinds == {"TargetTrackingScaling", "StepScaling"}
    waiting = template(ServingShape.ASYNCHRONOUS)["Resources"]["WaitingAlarm"]["Properties"]
    assert waiting["MetricName"] == "HasBacklogWithoutCapacity"
    assert waiting["AlarmActions"] == [{"Ref": "FirstInstancePolicy"}]


def test_the_single_endpoint_has_parameters_of_no_other_shape() -> None:
    others = {"ChallengerPackageArn", "MemoryMegabytes", "InvocationsPerInstance", "ModelsUri", "ImageUri"}
    assert others.isdisjoint(template()["Parameters"])
