"""What SageMaker and Application Auto Scaling refuse of each other, with the template that is delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from delivery import template as delivered
from rehearsal.aws.processes import REPOSITORY
from tests.rehearsal.accounts import STAGING, DataScienceAccount
from tests.rehearsal.stack_sets import DeployedTemplate
from tests.rehearsal.workload import ENDPOINT, make_workload

TARGET = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": f"endpoint/{ENDPOINT}/variant/primary",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


@pytest.fixture
def deployed(data_science: DataScienceAccount, models: Path) -> DeployedTemplate:
    return DeployedTemplate(data_science, make_workload(data_science, models))


def with_values(deployed: DeployedTemplate, package: str, **values: str) -> list[dict[str, str]]:
    """The template's parameters, some of them changed."""
    parameters = deployed.parameters(package)
    return [{**each, "ParameterValue": values.get(each["ParameterKey"], each["ParameterValue"])} for each in parameters]


def targets(deployed: DeployedTemplate) -> list[dict[str, Any]]:
    """Scalable targets of the workload account."""
    client = deployed.workload.client("application-autoscaling")
    found: list[dict[str, Any]] = client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    return found


def deregistering(parameters: list[dict[str, str]], release: list[dict[str, str]]) -> list[dict[str, str]]:
    """The parameters with which the deploy repository updates first, of one template."""
    monkeypatch = pytest.MonkeyPatch()
    try:
        monkeypatch.syspath_prepend(str(REPOSITORY / "seed_code" / "model-deploy"))
        from deploy import deployed as made  # type: ignore[import-not-found,unused-ignore]

        before = made.Deployed({each["ParameterKey"]: each["ParameterValue"] for each in parameters}, "template")
        first = made.deregistering(before, made.StackSetUpdate("template", release))
    finally:
        monkeypatch.undo()
    assert first.template == "template"
    found: list[dict[str, str]] = first.parameters
    return found


def instance_type(deployed: DeployedTemplate) -> str:
    client = deployed.workload.client("sagemaker")
    config = client.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"]
    variants = client.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    return str(variants[0]["InstanceType"])


@pytest.mark.aws_behavior("scaled_variant_keeps_its_instance_type")
def test_another_instance_type_is_deployed_once_the_scaling_was_taken_away(deployed: DeployedTemplate) -> None:
    package = deployed.workload.package()
    first = with_values(deployed, package, InstanceType="ml.m5.large", MaxInstanceCount="2")
    deployed.stack_sets.create(delivered(), Parameters=first)
    assert deployed.stack_sets.instances(STAGING)["Status"] == "SUCCEEDED", deployed.stack_sets.shown()
    assert len(targets(deployed)) == 1

    release = with_values(deployed, package, InstanceType="ml.c5.xlarge", MaxInstanceCount="3")
    assert deployed.stack_sets.update(delivered(), Parameters=release)["Status"] == "FAILED"
    assert "must be deregistered as scalable targets" in deployed.stack_sets.shown()[STAGING]["StatusReason"]
    assert instance_type(deployed) == "ml.m5.large"

    for parameters, scaled in ((deregistering(first, release), 0), (release, 1)):
        assert deployed.stack_sets.update(delivered(), Parameters=parameters)["Status"] == "SUCCEEDED"
        assert len(targets(deployed)) == scaled
    assert instance_type(deployed) == "ml.c5.xlarge"
    assert targets(deployed)[0]["MaxCapacity"] == 3


@pytest.mark.aws_behavior("burstable_instances_do_not_scale")
def test_burstable_instances_are_served_without_a_scalable_target(deployed: DeployedTemplate) -> None:
    parameters = with_values(deployed, deployed.workload.package(), InstanceType="ml.t2.medium", MaxInstanceCount="2")
    deployed.stack_sets.create(delivered(), Parameters=parameters)
    assert deployed.stack_sets.instances(STAGING)["Status"] == "SUCCEEDED", deployed.stack_sets.shown()
    assert targets(deployed) == []
    client = deployed.workload.client("application-autoscaling")
    with pytest.raises(ClientError, match="does not support burstable"):
        client.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=2)


@pytest.mark.aws_behavior("burstable_instances_do_not_scale")
def test_a_template_that_scales_burstable_instances_fails(deployed: DeployedTemplate) -> None:
    template = delivered()
    for name in ("ScalableTarget", "ScalingPolicy"):
        del template["Resources"][name]["Condition"]
    parameters = with_values(deployed, deployed.workload.package(), InstanceType="ml.t2.medium")
    deployed.stack_sets.create(template, Parameters=parameters)
    assert deployed.stack_sets.instances(STAGING)["Status"] == "FAILED"
    assert "does not support burstable ml.t2.medium" in deployed.stack_sets.shown()[STAGING]["StatusReason"]
