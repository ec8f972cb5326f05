"""Steps that need no passing of a role: whoever has one more statement comes to act as another, or sets it to work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.graph import IamRole, PolicyGraph, Runner
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.proofs.escalation.facts import RUNNER_ACTIONS, STARTING_ACTIONS
from policies.access.proofs.escalation.reach import may_be_started, memberships_of
from policies.access.proofs.escalation.steps import EscalationSteps
from policies.access.proofs.escalation.undeclared import run_by_others
from policies.access.proofs.solver import Solver

K = RoleKind


def of_project(graph: PolicyGraph, kind: RoleKind, project: str = "") -> IamRole:
    """A role of a kind, of a project where one is named."""
    return next(role for role in roles_of_kind(graph, kind) if project in ("", role.project))


def steps_with(graph: PolicyGraph, role: IamRole, actions: list[str], **elements: Any) -> set[tuple[str | None, bool]]:
    """Targets of the steps that a role has with one more statement and has not without, and whether they only start."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*", **elements}
    more = replace(role, inline=(*role.inline, {"Version": "2012-10-17", "Statement": [statement]}))
    changed = replace(graph, roles={**graph.roles, role.arn: more})
    before = {(step.target, step.starts) for step in EscalationSteps(graph, Solver()).of(role)}
    return {(step.target, step.starts) for step in EscalationSteps(changed, Solver()).of(more)} - before


@pytest.mark.parametrize("action", ["CreateApp", "CreateSpace", "StartSession", "UpdateSpace", "UpdateUserProfile"])
def test_whoever_changes_spaces_or_profiles_of_another_acts_as_that_one(graph: PolicyGraph, action: str) -> None:
    one, other = roles_of_kind(graph, K.SCIENTIST)[:2]
    assert (other.arn, False) in steps_with(graph, one, [f"sagemaker:{action}"])


def test_own_spaces_and_profiles_lead_nowhere(graph: PolicyGraph) -> None:
    one, other = roles_of_kind(graph, K.SCIENTIST)[:2]
    assert other.arn not in {step.target for step in EscalationSteps(graph, Solver()).of(one)}


@pytest.mark.parametrize(
    ("action", "target", "starts"),
    [
        ("cloudformation:UpdateStackInstances", K.STACK_SET_ADMINISTRATION, False),
        ("codebuild:RetryBuild", K.BUILD, True),
        ("codebuild:StartBuild", K.BUILD, False),
        ("codepipeline:PutApprovalResult", K.DEPLOY_PIPELINE, True),
        ("codepipeline:RetryStageExecution", K.DEPLOY_PIPELINE, True),
        ("codepipeline:StartPipelineExecution", K.BUILD_PIPELINE, True),
        ("sagemaker:RetryPipelineExecution", K.PIPELINE, True),
        ("sagemaker:SendPipelineExecutionStepSuccess", K.PIPELINE, False),
        ("sagemaker:StartPipelineExecution", K.PIPELINE, True),
        ("sagemaker:UpdatePipelineExecution", K.PIPELINE, False),
    ],
)
def test_another_projects_work_is_commanded_or_started(
    graph: PolicyGraph, action: str, target: RoleKind, starts: bool
) -> None:
    role = of_project(graph, K.TEAM_ADMINISTRATOR, "diabetes")
    assert (of_project(graph, target, "screening").arn, starts) in steps_with(graph, role, [action])


def test_one_stage_is_enough_to_start_a_pipelines_work(graph: PolicyGraph) -> None:
    pipeline = next(one for one in graph.runners.values() if one.kind == "pipeline" and one.name.endswith("-deploy"))
    stage = next(part for part in pipeline.parts if part.count("/") == 1)
    role = of_project(graph, K.PUBLISH)
    found = steps_with(graph, role, ["codepipeline:RetryStageExecution"], Resource=stage)
    assert found == {(pipeline.role_arn, True)}


@pytest.mark.parametrize("kind", sorted({*RUNNER_ACTIONS, *STARTING_ACTIONS}))
def test_a_runner_of_each_kind_is_commanded_and_started(graph: PolicyGraph, kind: str) -> None:
    """The deployer, whose boundary is widened, over a runner that the platform itself need not have."""
    target = of_project(graph, K.TRAINING)
    arn = f"arn:aws:some:eu-west-1:{target.account}:{kind.replace(' ', '-')}/one"
    runner = Runner(
        kind=kind,
        arn=arn,
        account=target.account,
        name="one",
        role_arn=target.arn,
        stack=target.stack,
        urn=f"urn:{kind}",
    )
    role = replace(of_project(graph, K.PROCESSING), boundary=None, boundary_arn=None)
    planted = replace(graph, runners={runner.urn: runner}, roles={**graph.roles, role.arn: role})
    for actions, starts in ((RUNNER_ACTIONS, False), (STARTING_ACTIONS, True)):
        for action in actions.get(kind, ()):
            found = steps_with(planted, role, [action], Resource=arn)
            assert (target.arn, starts) in found, action


def test_a_pipeline_that_no_stack_declares_runs_with_its_projects_role(graph: PolicyGraph) -> None:
    found = {(runner.kind, runner.role_arn) for runner in run_by_others(graph)}
    for role in roles_of_kind(graph, K.PIPELINE):
        assert ("training pipeline", role.arn) in found
    for role in roles_of_kind(graph, K.STACK_SET_ADMINISTRATION):
        assert ("stack set", role.arn) in found


@pytest.mark.parametrize("key", ["_image/source/model.zip", "_image/uri", "screening/code/train.py"])
def test_whoever_writes_what_jobs_and_builds_run_acts_with_their_roles(graph: PolicyGraph, key: str) -> None:
    """The boundary keeps the image's folder from all but its build; without it the step is there."""
    (bucket,) = resources_with_purpose(graph, "bucket", "artifacts")
    role = replace(of_project(graph, K.PUBLISH, "diabetes"), boundary=None)
    free = replace(graph, roles={**graph.roles, role.arn: role})
    target = of_project(graph, K.IMAGE_BUILD) if "source" in key else of_project(graph, K.TRAINING, "screening")
    assert (target.arn, False) in steps_with(free, role, ["s3:PutObject"], Resource=f"{bucket.arn}/{key}")


def test_a_scientist_may_start_the_work_of_own_projects_alone(graph: PolicyGraph) -> None:
    memberships = memberships_of(graph)
    for scientist in roles_of_kind(graph, K.SCIENTIST):
        own = memberships[scientist.arn]
        started = {
            role.project
            for role in roles_of_kind(graph, K.BUILD_PIPELINE)
            if may_be_started(memberships, scientist, role)
        }
        assert started == set(own)
