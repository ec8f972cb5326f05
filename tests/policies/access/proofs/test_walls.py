"""Whoever touches another project's things is found, by whichever action: its roles, and people who work for others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.walls import project_walls, works_for

ACCOUNT, REGION = "111111111111", "eu-west-1"
ARTIFACTS = f"arn:aws:s3:::mlops-dev-artifacts-{ACCOUNT}-{REGION}"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def of_diabetes(graph: PolicyGraph, kind: RoleKind) -> IamRole:
    """The role of a kind that is of one of the two projects, or of the person who works for it."""
    return next(role for role in roles_of_kind(graph, kind) if works_for(graph, role) == frozenset({"diabetes"}))


def able(graph: PolicyGraph, role: IamRole, **elements: Any) -> PolicyGraph:
    """The graph in which a role may do something more, and its boundary limits nothing."""
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "More", "Effect": "Allow", **elements}]}
    changed = replace(role, inline=(*role.inline, policy), boundary=None)
    return replace(graph, roles={**graph.roles, role.arn: changed})


def titles(graph: PolicyGraph) -> list[str]:
    return [finding.title for finding in project_walls(graph).findings]


OTHERS = [
    ("s3:GetObject", f"{ARTIFACTS}/screening/source/*"),
    ("s3:PutObject", f"{ARTIFACTS}/screening-mlops-depl/*"),
    ("s3:GetObject", "arn:aws:s3:::mlops-dev-data-111111111111-eu-west-1/*"),
    ("sagemaker:InvokeEndpoint", arn("sagemaker", "endpoint/mlops-screening-production")),
    ("sagemaker:DescribeModelPackage", arn("sagemaker", "model-package/mlops-screening/*")),
    ("sagemaker:StartPipelineExecution", arn("sagemaker", "pipeline/mlops-*")),
    ("sagemaker:StopTrainingJob", arn("sagemaker", "training-job/*")),
    ("sagemaker:AddTags", arn("sagemaker", "processing-job/*")),
    ("sagemaker:DescribeTrainingJob", "*"),
    ("codebuild:StartBuild", arn("codebuild", "project/mlops-screening-build")),
    ("codebuild:BatchGetBuilds", arn("codebuild", "project/*")),
    ("codepipeline:StopPipelineExecution", arn("codepipeline", "screening-mlops-deploy")),
    ("codepipeline:RetryStageExecution", arn("codepipeline", "*-mlops-*/*")),
    ("logs:GetLogEvents", arn("logs", "log-group:/aws/codebuild/mlops-screening-build:log-stream:*")),
    ("logs:FilterLogEvents", arn("logs", "log-group:/aws/codebuild/*")),
    ("ssm:GetParameter", arn("ssm", "parameter/mlops/dev/projects/screening/keys/data")),
    ("ssm:GetParametersByPath", arn("ssm", "parameter/mlops/dev/projects/*")),
    ("lambda:InvokeFunction", arn("lambda", "function:mlops-screening-pipeline-starter")),
    ("sqs:ReceiveMessage", arn("sqs", "mlops-screening-dead-letters")),
    ("events:DisableRule", arn("events", "rule/screening-mlops-deploy")),
    ("cloudwatch:DeleteAlarms", arn("cloudwatch", "alarm:mlops-screening-*")),
    ("cloudformation:UpdateStackSet", arn("cloudformation", "stackset/mlops-screening-production:*")),
    ("*", "*"),
]


def test_nobody_crosses_the_walls_of_the_example(graph: PolicyGraph) -> None:
    proof = project_walls(graph)
    assert not proof.findings
    assert any("works for diabetes" in line for line in proof.named)
    assert any("deregisterscalabletarget" in line for line in proof.named)


@pytest.mark.parametrize(("action", "resource"), OTHERS)
def test_a_person_who_works_for_another_project_is_found(graph: PolicyGraph, action: str, resource: str) -> None:
    person = of_diabetes(graph, RoleKind.SCIENTIST)
    assert any(person.arn in title for title in titles(able(graph, person, Action=action, Resource=resource)))


@pytest.mark.parametrize(("action", "resource"), OTHERS[::4])
def test_a_role_of_another_project_is_found(graph: PolicyGraph, action: str, resource: str) -> None:
    role = of_diabetes(graph, RoleKind.TEAM_ADMINISTRATOR)
    assert any(role.arn in title for title in titles(able(graph, role, Action=action, Resource=resource)))


def test_what_is_one_s_own_is_nobody_else_s(graph: PolicyGraph) -> None:
    person = of_diabetes(graph, RoleKind.SCIENTIST)
    for action, resource in (
        ("s3:GetObject", f"{ARTIFACTS}/diabetes/*"),
        ("codepipeline:StopPipelineExecution", arn("codepipeline", "diabetes-mlops-deploy")),
        ("logs:GetLogEvents", arn("logs", "log-group:/aws/codebuild/mlops-diabetes-build:log-stream:*")),
    ):
        assert not titles(able(graph, person, Action=action, Resource=resource))


def test_somebody_whom_no_project_lists_works_for_none(graph: PolicyGraph) -> None:
    person = of_diabetes(graph, RoleKind.SCIENTIST)
    unlisted = replace(graph, members={})
    assert works_for(unlisted, person) == frozenset()
    assert any(person.arn in title and "diabetes" in title for title in titles(unlisted))


def test_entering_another_project_s_role_is_found(graph: PolicyGraph) -> None:
    person = of_diabetes(graph, RoleKind.SCIENTIST)
    target = next(role for role in roles_of_kind(graph, RoleKind.PUBLISH) if role.project == "screening")
    admitting = {
        "Sid": "More",
        "Effect": "Allow",
        "Principal": {"AWS": person.arn},
        "Action": "sts:AssumeRole",
    }
    opened = replace(target, trust={**target.trust, "Statement": [*target.trust["Statement"], admitting]})
    both = able(graph, person, Action="sts:AssumeRole", Resource=target.arn)
    found = titles(replace(both, roles={**both.roles, target.arn: opened}))
    assert any("enters mlops-screening-publish" in title for title in found)
    assert not titles(able(graph, person, Action="sts:AssumeRole", Resource=target.arn))
