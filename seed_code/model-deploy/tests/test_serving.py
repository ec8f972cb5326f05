"""Which models a stage serves after a release, and which update comes before it."""

import json
from typing import Any

import pytest

from deploy.deployed import Deployed, StackSetUpdate
from deploy.errors import DeployError
from deploy.registry import ModelPackage
from deploy.serving import StageModels, made_anew, models_folder, same_variants, stage_models
from deploy.stages import StageSettings, parse_stages
from deploy.updates import first_update, told_of_variants
from tests.in_memory_aws import STAGING, stage

GROUP = "arn:aws:sagemaker:eu-west-1:111111111111:model-package/mlops-screening"
OLD, NEW, NEWEST = (f"{GROUP}/{number}" for number in (1, 2, 3))


def package(arn: str) -> ModelPackage:
    evaluation = "s3://mlops-artifacts/screening/runs/1/evaluation"
    return ModelPackage(
        arn,
        "eu-west-1",
        "a" * 64,
        evaluation,
        f"{evaluation}/manifest.json",
        "binary",
        "auc",
        0.9,
        "0",
        "none",
        "none",
    )


def settings(shape: str) -> StageSettings:
    return parse_stages({"staging": stage("staging", STAGING) | {"servingShape": shape}})["staging"]


def deployed(first: str, second: str = "none", shape: str = "abTest") -> dict[str, str]:
    return {
        "ModelPackageArn": first,
        "ChallengerPackageArn": second,
        "ServingShape": shape,
        "MinInstanceCount": "1",
        "MaxInstanceCount": "2",
        "InstanceType": "ml.m5.large",
    }


def after(shape: str, before: dict[str, str], arn: str) -> StageModels:
    return stage_models(settings(shape), before, package(arn), package)


def arns(models: StageModels) -> tuple[str, str]:
    return models.primary.arn, models.challenger.arn if models.challenger else "none"


@pytest.mark.parametrize("shape", ["abTest", "shadow"])
@pytest.mark.parametrize(
    ("before", "released", "then"),
    [
        ({}, OLD, (OLD, "none")),
        (deployed(OLD), NEW, (OLD, NEW)),
        (deployed(OLD, NEW), NEWEST, (OLD, NEWEST)),
        (deployed(OLD, NEW), NEW, (NEW, "none")),
        (deployed(OLD, NEW), OLD, (OLD, "none")),
        (deployed(OLD), OLD, (OLD, "none")),
    ],
)
def test_a_new_model_challenges_the_one_that_serves_and_one_that_serves_wins(
    shape: str, before: dict[str, str], released: str, then: tuple[str, str]
) -> None:
    assert arns(after(shape, before, released)) == then


@pytest.mark.parametrize(
    "shape", ["single", "serverless", "asynchronous", "inferencePipeline", "batchTransform"]
)
def test_other_shapes_serve_what_is_released_alone(shape: str) -> None:
    assert arns(after(shape, deployed(OLD, NEW), NEWEST)) == (NEWEST, "none")


def test_a_model_that_may_not_be_deployed_any_more_gives_way(capsys: pytest.CaptureFixture[str]) -> None:
    def find(arn: str) -> ModelPackage:
        raise DeployError([f"model package {arn}: its approval status is Rejected"])

    found = stage_models(settings("abTest"), deployed(OLD), package(NEW), find)
    assert arns(found) == (NEW, "none")
    assert "what serves gives way: model package" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "shape", "second", "same"),
    [
        ({}, "abTest", "none", True),
        (deployed(OLD), "abTest", "none", True),
        (deployed(OLD), "abTest", NEW, False),
        (deployed(OLD, NEW), "abTest", NEWEST, True),
        (deployed(OLD, NEW), "abTest", "none", False),
        (deployed(OLD, NEW), "shadow", NEW, False),
        (deployed(OLD, shape="single"), "abTest", "none", True),
    ],
)
def test_traffic_is_shifted_only_between_the_same_variants(
    before: dict[str, str], shape: str, second: str, same: bool
) -> None:
    assert same_variants(before, shape, second) is same


@pytest.mark.parametrize(
    ("before", "shape", "anew"),
    [
        ("single", "abTest", False),
        ("abTest", "inferencePipeline", False),
        ("single", "serverless", True),
        ("serverless", "single", True),
        ("asynchronous", "single", True),
        ("asynchronous", "asynchronous", False),
        ("batchTransform", "multiModel", True),
    ],
)
def test_an_endpoint_of_another_kind_is_made_anew(before: str, shape: str, anew: bool) -> None:
    assert made_anew(deployed(OLD, shape=before), shape) is anew
    assert made_anew({}, shape) is False


def update(values: dict[str, str]) -> StackSetUpdate:
    return StackSetUpdate(
        "new", [{"ParameterKey": k, "ParameterValue": v} for k, v in sorted(values.items())]
    )


def of(found: StackSetUpdate) -> dict[str, Any]:
    return {each["ParameterKey"]: each["ParameterValue"] for each in found.parameters}


def test_before_an_endpoint_of_another_kind_nothing_is_left() -> None:
    found = first_update(
        Deployed(deployed(OLD, shape="single"), "old"), update(deployed(OLD, shape="serverless"))
    )
    template = json.loads(found.template)
    assert [each["Type"] for each in template["Resources"].values()] == [
        "AWS::CloudFormation::WaitConditionHandle"
    ]
    assert found.parameters == []


def test_before_a_shape_without_a_second_model_that_one_is_taken_away_with_the_template_that_is_there() -> (
    None
):
    found = first_update(Deployed(deployed(OLD, NEW), "old"), update(deployed(OLD, shape="single")))
    values = of(found)
    assert found.template == "old"
    assert (values["ModelPackageArn"], values["ChallengerPackageArn"]) == (OLD, "none")
    assert (values["SameVariants"], values["MaxInstanceCount"]) == ("no", "1")


def test_before_the_second_model_goes_its_scaling_goes() -> None:
    found = first_update(Deployed(deployed(OLD, NEW), "old"), update(deployed(OLD)))
    assert found.template == "old"
    assert (of(found)["ChallengerPackageArn"], of(found)["MaxInstanceCount"]) == (NEW, "1")


def test_the_same_variants_need_no_update_before() -> None:
    release = update(deployed(OLD, NEWEST))
    assert first_update(Deployed(deployed(OLD, NEW), "old"), release) is release


def test_a_way_back_is_told_of_the_variants_that_are_there_now() -> None:
    kept = update({**deployed(OLD), "SameVariants": "yes"})
    assert of(told_of_variants(deployed(OLD, NEW), kept))["SameVariants"] == "no"
    single = update({"ModelPackageArn": OLD})
    assert told_of_variants(deployed(OLD, NEW), single) is single


def test_a_model_is_named_below_the_projects_folder() -> None:
    found = models_folder("s3://models/screening/training/job-1/output/model.tar.gz", "screening")
    assert found == ("s3://models/screening/", "training/job-1/output/model.tar.gz")
