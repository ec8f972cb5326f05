"""Sizes of endpoints: what a file does not say has the defaults of its stage."""

from __future__ import annotations

import pytest

from settings.check import check
from settings.closed_lists import closed_list
from settings.endpoint_instances import VCPUS, scales
from settings.load import from_file
from settings.model import ProjectSettings
from tests.settings.folder import Folder


def deploying(folder: Folder, deployments: str) -> list[str]:
    """Problems of the folder once a project's file has these sizes."""
    line = f"  mlops-platform:deployments: {deployments}\n"
    folder.change("project-screening", "  mlops-platform:gate", f"{line}  mlops-platform:gate")
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("given", ["instanceType: ml.m5.xlarge", "capturePercent: 5", "latencyLimitMs: 100", ""])
def test_a_stage_keeps_the_defaults_of_what_is_not_given(folder: Folder, given: str) -> None:
    assert deploying(folder, f"{{staging: {{{given}}}, production: {{{given}}}}}") == []
    settings = from_file(folder.file("project-screening"))
    assert isinstance(settings, ProjectSettings)
    staging, production = settings.deployments.staging, settings.deployments.production
    assert (staging.min_instances, staging.max_instances) == (1, 1)
    assert (production.min_instances, production.max_instances) == (2, 4)


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ("maxInstances: 1", "maxInstances 1 is below minInstances 2 (the stage's default)"),
        ("minInstances: 5", "maxInstances 4 (the stage's default) is below minInstances 5"),
        ("instanceType: ml.t2.medium", "maxInstances 4 (the stage's default) is above minInstances 2 (the stage's"),
    ],
)
def test_a_default_that_does_not_fit_is_told_as_such(folder: Folder, given: str, part: str) -> None:
    found = deploying(folder, f"{{production: {{{given}}}}}")
    assert any("deployments.production.maxInstances" in message and part in message for message in found)


@pytest.mark.parametrize(
    ("instance_type", "may"),
    [("ml.t2.medium", False), ("ml.t3.large", False), ("ml.trn1.2xlarge", True), ("ml.trn2.48xlarge", True)],
)
def test_only_families_of_t_and_a_digit_are_burstable(instance_type: str, may: bool) -> None:
    assert scales(instance_type) is may


# ---- instance types


@pytest.mark.parametrize("instance_type", ["ml.m5d.large", "ml.c6g.large", "ml.t3.large", "ml.g5.xlarge"])
def test_an_endpoint_has_a_type_that_the_delivery_admits(folder: Folder, instance_type: str) -> None:
    [message] = deploying(folder, f"{{staging: {{instanceType: {instance_type}}}}}")
    assert "deployments.staging.instanceType" in message
    assert "not an instance type that the platform's endpoints run on" in message
    assert f"({len(VCPUS)} in all)" in message


@pytest.mark.parametrize("instance_type", ["ml.inf1.xlarge", "ml.r7i.large", "ml.m4.xlarge"])
def test_studio_has_types_that_apps_run_on(folder: Folder, instance_type: str) -> None:
    allowed = instance_type in closed_list("studio-instance-types")
    folder.change("foundation", "  mlops-platform:deployer", f"{PREVENTION}{instance_type}]\n  mlops-platform:deployer")
    folder.change("dev", "ml.t3.medium", instance_type)
    assert (check(folder.path) == []) is allowed


PREVENTION = "  mlops-platform:prevention:\n    instanceTypes: ["


def test_a_type_that_a_foundation_prevents_is_refused(folder: Folder) -> None:
    [message] = deploying(folder, "{production: {instanceType: ml.c5.large}}")
    assert "Pulumi.project-screening.yaml:" in message
    assert "deployments.production.instanceType = 'ml.c5.large'" in message
    assert "is prevented in account 333333333333" in message
    assert "add it to prevention.instanceTypes of Pulumi.foundation-prod.yaml" in message
    types = "[ml.m5.large, ml.c5.large]"
    section = f"  mlops-platform:prevention: {{instanceTypes: {types}}}\n  mlops-platform:deployer"
    folder.change("foundation-prod", "  mlops-platform:deployer", section)
    assert check(folder.path) == []


def test_a_type_of_studio_that_a_foundation_prevents_is_refused(folder: Folder) -> None:
    folder.change("dev", "[ml.t3.medium]", "[ml.t3.medium, ml.c5.large]")
    [message] = [str(problem) for problem in check(folder.path)]
    assert "studio.instanceTypes[1] = 'ml.c5.large'" in message
    assert "prevention.instanceTypes of Pulumi.foundation.yaml" in message


@pytest.mark.parametrize(("days", "kept"), [(2557, True), (2922, True), (3288, True), (3287, False), (2558, False)])
def test_flow_logs_are_kept_for_as_long_as_cloudwatch_logs_takes(folder: Folder, days: int, kept: bool) -> None:
    folder.change("staging", "availabilityZones: 2", f"availabilityZones: 2\n    flowLogRetentionDays: {days}")
    assert (check(folder.path) == []) is kept
