"""A refusal leads back to the setting that it comes from, with its file and line, and never to a wider policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.access.authorization import RequestContext
from policies.access.evaluator import explain
from policies.access.graph import PolicyGraph
from rehearsal.authorization.resource_facts import ResourceFacts
from rehearsal.authorization.settings_at_fault import DEFECT, settings_at_fault
from tests.example_files import copy_example
from tests.rehearsal.authorization.project_requests import DEV, STAGING, ProjectRequests

TOO_LARGE = "ml.p4d.24xlarge"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's stack files, to be changed."""
    copy_example(tmp_path)
    return tmp_path


def at_fault(
    graph: PolicyGraph, folder: Path, principal: str, action: str, resource: str, context: RequestContext | None = None
) -> tuple[str, ...]:
    question = graph.authorization_request(principal, action, resource, context=context)
    explanation = explain(question)
    assert not explanation.allowed
    return settings_at_fault(question, explanation, graph, folder)


def line_with(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_an_instance_type_that_is_not_admitted_leads_to_the_list_that_admits_others(
    facts: ResourceFacts, journey: ProjectRequests, folder: Path
) -> None:
    told = at_fault(
        facts.graph,
        folder,
        journey.role("mlops-screening-pipeline"),
        "sagemaker:CreateTrainingJob",
        f"arn:aws:sagemaker:eu-west-1:{DEV}:training-job/mlops-screening-one",
        {"sagemaker:InstanceTypes": (TOO_LARGE,)},
    )
    (line,) = told
    assert line.startswith("Pulumi.foundation.yaml: prevention.instanceTypes, which admits ml.t3.medium, ")
    assert line.endswith(f"and not {TOO_LARGE}")


def test_a_value_that_a_stack_file_asks_for_is_named_with_its_line(
    facts: ResourceFacts, journey: ProjectRequests, folder: Path
) -> None:
    asking = "ml.m5.4xlarge"
    dev = folder / "Pulumi.dev.yaml"
    dev.write_text(
        dev.read_text(encoding="utf-8").replace(
            "mlops-platform:studio:\n", f"mlops-platform:studio:\n    instanceTypes: [{asking}]\n"
        ),
        encoding="utf-8",
    )
    told = at_fault(
        facts.graph,
        folder,
        journey.role("mlops-screening-pipeline"),
        "sagemaker:CreateTrainingJob",
        f"arn:aws:sagemaker:eu-west-1:{DEV}:training-job/mlops-screening-one",
        {"sagemaker:InstanceTypes": (asking,)},
    )
    assert f"Pulumi.dev.yaml:{line_with(dev, asking)}: studio.instanceTypes[0] is {asking}" in told


def test_an_account_that_is_not_admitted_leads_to_the_list_of_workloads(facts: ResourceFacts, folder: Path) -> None:
    dev = folder / "Pulumi.dev.yaml"
    dev.write_text(dev.read_text(encoding="utf-8").replace("[staging, prod]", "[prod]"), encoding="utf-8")
    bucket = facts.graph.named("bucket", f"-models-{DEV}-eu-west-1")
    told = at_fault(
        facts.graph,
        folder,
        f"arn:aws:iam::{STAGING}:role/mlops/projects/screening/mlops-staging-screening-model",
        "s3:GetObject",
        f"{bucket.arn}/screening/run/model.tar.gz",
    )
    line = line_with(dev, "mlops-platform:workloads")
    assert f"Pulumi.dev.yaml:{line}: workloads, which does not list staging" in told


def test_a_project_that_an_account_does_not_serve_leads_to_its_list(
    facts: ResourceFacts, journey: ProjectRequests, folder: Path
) -> None:
    staging = folder / "Pulumi.staging.yaml"
    text = staging.read_text(encoding="utf-8").splitlines()
    kept = ["  mlops-platform:projects: [diabetes]" if "projects:" in line else line for line in text]
    staging.write_text("\n".join(kept) + "\n", encoding="utf-8")
    told = at_fault(
        facts.graph,
        folder,
        journey.role("mlops-screening-deploy"),
        "sagemaker:DescribeEndpoint",
        f"arn:aws:sagemaker:eu-west-1:{STAGING}:endpoint/mlops-staging-screening",
    )
    assert any(one.startswith("Pulumi.staging.yaml:") and "does not list screening" in one for one in told)


def test_somebody_who_may_not_sign_in_leads_to_the_list_of_those_who_may(facts: ResourceFacts, folder: Path) -> None:
    stranger = f"arn:aws:iam::{DEV}:role/stranger"
    told = at_fault(
        facts.graph, folder, stranger, "sts:AssumeRole", f"arn:aws:iam::{DEV}:role/mlops/people/mlops-dev-approver"
    )
    line = line_with(folder / "Pulumi.dev.yaml", "mlops-platform:approvers")
    assert told == (f"Pulumi.dev.yaml:{line}: approvers, which does not list {stranger}",)


def test_what_no_setting_causes_is_a_defect_to_report(
    facts: ResourceFacts, journey: ProjectRequests, folder: Path
) -> None:
    told = at_fault(
        facts.graph,
        folder,
        journey.role("mlops-screening-build"),
        "codeguru:DescribeCodeReview",
        f"arn:aws:codeguru-reviewer:eu-west-1:{DEV}:codereview/one",
    )
    assert told == (DEFECT,)
    assert "neither boundary nor policy is to be widened" in DEFECT
