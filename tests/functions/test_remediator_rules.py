"""What breaks the rules, reported from SageMaker's own descriptions; and what an event speaks of."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from botocore.session import Session

from catalog.compute import watched_calls
from functions.remediator import resource_kinds
from functions.remediator.events import Passed, Subject, UnknownEvent, read
from functions.remediator.rules import breaches, facts_of
from tests.functions.remediated import CLUSTER, CONFORMING, MODEL, RULES, TRAINING, VPC, arn, called, changed

SAGEMAKER = Session().get_service_model("sagemaker")
DENIED = watched_calls()
JOBS = ("automl-job", "hyper-parameter-tuning-job", "processing-job", "training-job")


def broken(resource: str, described: dict[str, Any], *models: dict[str, Any]) -> list[str]:
    kind = next(kind for kind in resource_kinds.KINDS if kind.resource == resource)
    return breaches(facts_of(kind, described, models or (MODEL,)), RULES)


def without(resource: str, *path: str) -> dict[str, Any]:
    """A conforming description without one member."""
    described = deepcopy(CONFORMING[resource])
    inner = described
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return described


@pytest.mark.parametrize("resource", sorted(CONFORMING))
def test_what_keeps_the_rules_is_left_alone(resource: str) -> None:
    assert broken(resource, CONFORMING[resource]) == []


@pytest.mark.parametrize(
    ("resource", "path", "why"),
    [
        ("training-job", ["VpcConfig"], "no VPC"),
        ("training-job", ["ResourceConfig", "VolumeKmsKeyId"], "no key for volumes"),
        ("training-job", ["OutputDataConfig", "KmsKeyId"], "no key for output"),
        ("training-job", ["EnableInterContainerTrafficEncryption"], "plain traffic between containers"),
        ("processing-job", ["NetworkConfig", "VpcConfig"], "no VPC"),
        ("processing-job", ["ProcessingResources", "ClusterConfig", "VolumeKmsKeyId"], "no key for volumes"),
        ("processing-job", ["ProcessingOutputConfig"], "no key for output"),
        (
            "processing-job",
            ["NetworkConfig", "EnableInterContainerTrafficEncryption"],
            "plain traffic between containers",
        ),
        ("transform-job", ["TransformResources", "VolumeKmsKeyId"], "no key for volumes"),
        ("transform-job", ["TransformOutput", "KmsKeyId"], "no key for output"),
        ("hyper-parameter-tuning-job", ["TrainingJobDefinition", "VpcConfig"], "no VPC"),
        ("hyper-parameter-tuning-job", ["TrainingJobDefinition", "OutputDataConfig"], "no key for output"),
        ("automl-job", ["SecurityConfig", "VpcConfig"], "no VPC"),
        ("automl-job", ["SecurityConfig", "VolumeKmsKeyId"], "no key for volumes"),
        ("automl-job", ["OutputDataConfig", "KmsKeyId"], "no key for output"),
        (
            "automl-job",
            ["SecurityConfig", "EnableInterContainerTrafficEncryption"],
            "plain traffic between containers",
        ),
        ("notebook-instance", ["SubnetId"], "no VPC"),
        ("notebook-instance", ["KmsKeyId"], "no key for volumes"),
        ("notebook-instance", ["DirectInternetAccess"], "direct internet access"),
        ("model", ["VpcConfig"], "no VPC"),
        ("endpoint-config", ["KmsKeyId"], "no key for volumes"),
    ],
)
def test_one_missing_member_is_the_one_breach_that_is_named(resource: str, path: list[str], why: str) -> None:
    assert broken(resource, without(resource, *path)) == [why]


@pytest.mark.parametrize("resource", JOBS)
def test_a_job_without_its_security_breaks_everything_at_once(resource: str) -> None:
    assert broken(resource, {"TrainingJobDefinitions": [{}]})[:4] == [
        "no VPC",
        "no key for volumes",
        "no key for output",
        "plain traffic between containers",
    ]


def test_instance_types_are_found_in_groups_and_pools_too() -> None:
    groups = {"InstanceGroups": [{"InstanceType": "ml.p4d.24xlarge"}], "VolumeKmsKeyId": "key"}
    assert broken("training-job", TRAINING | {"ResourceConfig": groups}) == ["instance type ml.p4d.24xlarge"]
    pools = [
        {"ModelName": "one", "InstancePools": [{"InstanceType": "ml.m5.large"}, {"InstanceType": "ml.p5.4xlarge"}]}
    ]
    config = CONFORMING["endpoint-config"] | {"ProductionVariants": pools}
    assert broken("endpoint-config", config) == ["instance type ml.p5.4xlarge"]


def test_a_shadow_variant_counts() -> None:
    shadow = {"ShadowProductionVariants": [{"ModelName": "two", "InstanceType": "ml.p5.4xlarge"}]}
    assert broken("endpoint-config", CONFORMING["endpoint-config"] | shadow) == ["instance type ml.p5.4xlarge"]


def test_one_bad_definition_of_a_tuning_job_is_enough() -> None:
    definitions = [TRAINING, {name: value for name, value in TRAINING.items() if name != "VpcConfig"}]
    assert broken("hyper-parameter-tuning-job", {"TrainingJobDefinitions": definitions}) == ["no VPC"]


def test_a_tuning_jobs_own_resources_count() -> None:
    definition = {
        **TRAINING,
        "HyperParameterTuningResourceConfig": {"InstanceConfigs": [{"InstanceType": "ml.p5.4xlarge"}]},
    }
    del definition["ResourceConfig"]
    assert broken("hyper-parameter-tuning-job", {"TrainingJobDefinition": definition}) == [
        "no key for volumes",
        "instance type ml.p5.4xlarge",
    ]


def test_a_configuration_for_inference_components_needs_a_vpc_of_its_own() -> None:
    variants = [{key: value for key, value in one.items() if key != "ModelName"} for one in _variants()]
    config = CONFORMING["endpoint-config"] | {"ProductionVariants": variants}
    assert broken("endpoint-config", config) == ["no VPC"]
    assert broken("endpoint-config", config | {"VpcConfig": VPC}) == []


def _variants() -> list[dict[str, Any]]:
    return list(CONFORMING["endpoint-config"]["ProductionVariants"])


@pytest.mark.parametrize("resource", ["endpoint-config", "transform-job"])
def test_a_model_outside_the_vpc_is_a_breach_of_what_serves_it(resource: str) -> None:
    assert broken(resource, CONFORMING[resource], MODEL, {}) == ["no VPC"]


@pytest.mark.parametrize("resource", ["endpoint-config", "transform-job"])
def test_a_model_that_is_gone_tells_nothing(resource: str) -> None:
    kind = next(kind for kind in resource_kinds.KINDS if kind.resource == resource)
    assert breaches(facts_of(kind, CONFORMING[resource], ()), RULES) == []


def test_disks_of_an_instances_own_excuse_a_job_from_the_volume_key_and_nothing_else() -> None:
    own = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10}
    assert broken("training-job", TRAINING | {"ResourceConfig": own}) == []
    mixed = {"InstanceGroups": [own, {name: v for name, v in CLUSTER.items() if name != "VolumeKmsKeyId"}]}
    assert broken("training-job", TRAINING | {"ResourceConfig": mixed}) == ["no key for volumes"]
    notebook = without("notebook-instance", "KmsKeyId") | {"InstanceType": "ml.g5.xlarge"}
    assert broken("notebook-instance", notebook) == ["no key for volumes"]


# ---- the table of resource_kinds, against SageMaker's own model


@pytest.mark.parametrize("kind", resource_kinds.KINDS, ids=lambda kind: kind.resource)
def test_every_kind_speaks_sagemakers_language(kind: resource_kinds.ResourceKind) -> None:
    operations = {name.lower(): name for name in SAGEMAKER.operation_names}
    describe = SAGEMAKER.operation_model(operations[kind.describe.replace("_", "")])
    assert describe.input_shape is not None
    assert describe.output_shape is not None
    assert kind.name in describe.input_shape.members
    assert kind.arn in describe.output_shape.members
    if kind.status:
        allowed = set(describe.output_shape.members[kind.status].enum)
        assert {*kind.running, *kind.changing} <= allowed
    if kind.stop:
        stop = SAGEMAKER.operation_model(operations[kind.stop.replace("_", "")])
        assert stop.input_shape is not None
        assert list(stop.input_shape.members) == [kind.name]


# ---- events


@pytest.mark.parametrize("detail_type", sorted(resource_kinds.BY_DETAIL_TYPE))
def test_a_state_change_names_its_resource(detail_type: str) -> None:
    kind = resource_kinds.BY_DETAIL_TYPE[detail_type]
    assert read(changed(kind, "One-of-mine"), DENIED) == Subject(kind=kind, name="One-of-mine")


def test_an_event_with_nothing_but_an_arn_is_understood() -> None:
    event = {
        "detail-type": resource_kinds.MODEL.detail_type,
        "detail": {},
        "resources": [arn(resource_kinds.MODEL, "one")],
    }
    assert read(event, DENIED) == Subject(kind=resource_kinds.MODEL, name="one")


@pytest.mark.parametrize("call", ["CreateAutoMLJob", "CreateAutoMLJobV2"])
def test_a_call_stands_for_an_event_that_sagemaker_does_not_send(call: str) -> None:
    assert read(called(call, {"autoMLJobName": "one"}), DENIED) == Subject(kind=resource_kinds.AUTOML, name="one")


def test_a_call_that_failed_is_nothing() -> None:
    assert read(called("CreateAutoMLJob", {"autoMLJobName": "one"}, errorCode="AccessDenied"), DENIED) is None


def test_a_call_that_should_have_been_denied_is_told_with_its_caller() -> None:
    caller = "arn:aws:sts::111111111111:assumed-role/somebody/session"
    answered = {"clusterArn": "arn:aws:sagemaker:eu-west-1:111111111111:cluster/one"}
    assert read(called("CreateCluster", {"clusterName": "one"}, answered), DENIED) == Passed(
        call="CreateCluster", what=answered["clusterArn"], caller=caller
    )
    assert read(called("CreateJob", {"jobName": "one"}), DENIED) == Passed(call="CreateJob", what="one", caller=caller)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"detail-type": "SageMaker Training Job State Change"},
        {"detail-type": "SageMaker Training Job State Change", "detail": {}, "resources": []},
        {"detail-type": "SageMaker Training Job State Change", "detail": "text"},
        {"detail-type": "SageMaker Weather Change", "detail": {"TrainingJobName": "one"}},
        called("CreateAutoMLJob", {}),
        called("DeleteEverything", {}),
    ],
    ids=["empty", "no detail", "no name", "detail is text", "unknown type", "call without name", "unknown call"],
)
def test_an_event_that_nobody_understands_is_an_error_and_not_silence(event: dict[str, Any]) -> None:
    with pytest.raises(UnknownEvent):
        read(event, DENIED)
