"""Sizes of endpoints: what a file does not say has the defaults of its stage."""

from __future__ import annotations

import pytest

from settings.check import check
from settings.endpoint_instances import scales
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
    [message] = deploying(folder, f"{{production: {{{given}}}}}")
    assert "deployments.production.maxInstances" in message
    assert part in message


@pytest.mark.parametrize(
    ("instance_type", "may"),
    [("ml.t2.medium", False), ("ml.t3.large", False), ("ml.trn1.2xlarge", True), ("ml.trn2.48xlarge", True)],
)
def test_only_families_of_t_and_a_digit_are_burstable(instance_type: str, may: bool) -> None:
    assert scales(instance_type) is may
