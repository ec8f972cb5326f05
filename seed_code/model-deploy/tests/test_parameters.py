"""From a stage's settings to the parameters of its StackSet."""

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.parameters import stage_parameters
from deploy.registry import ModelPackage
from deploy.serving import StageModels
from deploy.stages import StageSettingsError, parse_stages
from tests.in_memory_aws import template_text

SHAPES = Path(__file__).parent.parent / "shapes"
PACKAGE = "arn:aws:sagemaker:eu-west-1:111111111111:model-package/mlops-screening/7"
CHECKS = ("s3://mlops-models/screening/checks/x1/checks.json", "c" * 64)


def template() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(template_text())
    return found


def stage(name: str, account: str) -> dict[str, Any]:
    return {
        "accounts": [account],
        "regions": ["eu-west-1"],
        "endpointName": f"mlops-screening-{name}",
        "instanceType": "ml.m5.large",
        "initialInstanceCount": 1,
        "minInstanceCount": 1,
        "maxInstanceCount": 2,
        "capturePercentage": 100,
        "modelRoleName": "mlops/projects/screening/mlops-screening-model",
        "testRoleArns": {account: f"arn:aws:iam::{account}:role/mlops/mlops-endpoint-test"},
        "parametersPath": f"/mlops/{name}",
        "changeSetRoleName": "mlops/projects/screening/mlops-change-set",
        "latencyLimitMs": 500,
        "trafficShifting": "ALL_AT_ONCE",
        "shiftStepInstances": 1,
        "waitSeconds": 60,
        "keepSeconds": 60,
        "deploymentTimeoutSeconds": 3720,
        "stackSetName": f"mlops-screening-{name}",
    }


def models(arn: str) -> StageModels:
    evaluation = "s3://mlops-artifacts/screening/runs/1/evaluation"
    package = ModelPackage(
        arn,
        "eu-west-1",
        "a" * 64,
        evaluation,
        f"{evaluation}/manifest.json",
        "binary",
        "auc",
        0.98,
        "0123abc",
        *CHECKS,
    )
    return StageModels(package)


def stages() -> dict[str, Any]:
    return {"staging": stage("staging", "222222222222"), "production": stage("production", "333333333333")}


def changed(**values: Any) -> dict[str, Any]:
    document = stages()
    document["production"].update(values)
    return document


def problems(document: Any) -> list[str]:
    with pytest.raises(StageSettingsError) as caught:
        parse_stages(document)
    return caught.value.problems


def values(document: dict[str, Any], name: str = "production") -> dict[str, str]:
    listed = stage_parameters(template(), "screening", parse_stages(document)[name], models(PACKAGE))
    return {item["ParameterKey"]: item["ParameterValue"] for item in listed}


def test_every_parameter_of_the_template_has_a_value() -> None:
    assert set(values(stages())) == set(template()["Parameters"])


def test_values_are_texts_as_codepipeline_reads_them() -> None:
    listed = stage_parameters(template(), "screening", parse_stages(stages())["staging"], models(PACKAGE))
    assert all(set(item) == {"ParameterKey", "ParameterValue"} for item in listed)
    assert all(isinstance(value, str) for item in listed for value in item.values())


def test_the_account_is_asked_for_what_only_it_knows() -> None:
    found = values(stages(), "staging")
    assert found["SubnetIds"] == "/mlops/staging/network/subnet-ids"
    assert found["SecurityGroupIds"] == "/mlops/staging/network/security-group-ids"
    assert found["VolumeKeyArn"] == "/mlops/staging/keys/volumes"
    assert found["CaptureKeyArn"] == "/mlops/staging/keys/capture"
    assert found["CaptureBucket"] == "/mlops/staging/storage/capture-bucket"
    assert found["AlarmTopicArn"] == "/mlops/staging/alarms/topic-arn"


def test_latency_is_handed_on_in_microseconds() -> None:
    assert values(stages())["LatencyLimitMicroseconds"] == "500000"


def test_the_template_is_told_how_the_stage_shifts() -> None:
    document = changed(
        minInstanceCount=4,
        initialInstanceCount=4,
        maxInstanceCount=8,
        trafficShifting="LINEAR",
        shiftStepInstances=2,
    )
    found = values(document)
    assert (found["TrafficShifting"], found["ShiftStepInstances"]) == ("LINEAR", "2")


@pytest.mark.parametrize("package", ["", "mlops-screening/7", PACKAGE.rsplit("/", 1)[0]])
def test_a_package_that_is_no_version_is_refused(package: str) -> None:
    with pytest.raises(StageSettingsError, match="ModelPackageArn"):
        stage_parameters(template(), "screening", parse_stages(stages())["staging"], models(package))


def test_a_parameter_that_the_template_lacks_or_adds_is_refused() -> None:
    other = copy.deepcopy(template())
    del other["Parameters"]["InstanceType"]
    other["Parameters"]["New"] = {"Type": "String"}
    with pytest.raises(StageSettingsError) as caught:
        stage_parameters(other, "screening", parse_stages(stages())["staging"], models(PACKAGE))
    assert caught.value.problems == [
        "staging: the template has no parameter InstanceType",
        "staging: template parameter New has no value",
    ]


def test_an_instance_type_without_an_entry_in_the_table_is_refused_with_those_that_have_one() -> None:
    settings = parse_stages(changed(instanceType="ml.g5.xlarge"))["production"]
    with pytest.raises(StageSettingsError, match=r"ml\.g5\.xlarge.*allowed: .*ml\.m5\.large"):
        stage_parameters(template(), "screening", settings, models(PACKAGE))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"accounts": []}, "accounts is []"),
        ({"accounts": ["33333333333"]}, "12 digits"),
        ({"accounts": ["333333333333", "333333333333"]}, "each once"),
        ({"accounts": "333333333333"}, "list of account ids"),
        ({"regions": ["Ireland"]}, "region names"),
        ({"endpointName": "-x"}, "inner hyphens"),
        ({"endpointName": "x" * 64}, "at most 63"),
        ({"endpointName": "x\n"}, "inner hyphens"),
        ({"minInstanceCount": 1.0}, "whole number"),
        ({"instanceType": "m5.large"}, "such as ml.m5.large"),
        ({"minInstanceCount": 0}, "from 1 to 100"),
        ({"minInstanceCount": True}, "whole number"),
        ({"maxInstanceCount": "2"}, "whole number"),
        ({"capturePercentage": 101}, "from 0 to 100"),
        ({"modelRoleName": "/mlops/x"}, "no leading slash"),
        ({"testRoleArns": {"333333333333": "arn:aws:iam::222222222222:role/x"}}, "role in that account"),
        ({"testRoleArns": {}}, "no role for account 333333333333"),
        ({"parametersPath": "mlops"}, "SSM path"),
        ({"latencyLimitMs": 0}, "from 1 to 60000"),
        ({"trafficShifting": "SOMEHOW"}, "CANARY"),
        ({"trafficShifting": "CANARY"}, "half of minInstanceCount 1"),
        ({"initialInstanceCount": 3}, "min <= initial <= max"),
        ({"endpointname": "x"}, "did you mean endpointName?"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(change: dict[str, Any], words: str) -> None:
    (problem,) = problems(changed(**change))
    assert problem.startswith("deploy/stages: production")
    assert words in problem


def test_all_problems_are_told_at_once() -> None:
    document = changed(capturePercentage=-1, latencyLimitMs="fast")
    del document["staging"]["regions"]
    document["prod"] = {}
    assert len(problems(document)) == 4


@pytest.mark.parametrize("document", [None, [], "x", {"staging": []}])
def test_a_document_of_another_shape_is_refused(document: Any) -> None:
    assert problems(document)


@pytest.mark.parametrize("path", sorted(SHAPES.glob("*.json")), ids=lambda path: path.stem)
def test_each_shape_gets_the_parameters_that_its_template_declares(path: Path) -> None:
    """A template of a shape without captures or steps lacks what those take, and is no wrong one for that."""
    document = stages()
    document["staging"] |= {"servingShape": path.stem}
    declared = json.loads(path.read_text(encoding="utf-8"))
    image = f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/mlops/model@sha256:{'a' * 64}"
    url = "s3://mlops-models/screening/run-1/model.tar.gz"
    package = replace(models(PACKAGE).primary, image=image, model_data_url=url)
    served = StageModels(package, package, same_variants=True)
    listed = stage_parameters(declared, "screening", parse_stages(document)["staging"], served)
    assert {each["ParameterKey"] for each in listed} == set(declared["Parameters"])


def test_a_template_without_the_checks_is_no_template_of_a_single_model() -> None:
    other = template()
    del other["Parameters"]["ChecksUri"]
    with pytest.raises(StageSettingsError, match="no parameter ChecksUri"):
        stage_parameters(other, "screening", parse_stages(stages())["staging"], models(PACKAGE))
