"""What AWS gives its own role for the same work, and ours lacks, is reviewed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.roles import ROLES, RoleKind
from policies.access.graph import PolicyGraph
from policies.access.published.managed_policies import managed_policy_actions, review_managed_policies
from policies.access.published.reviewed_policies import COUNTERPARTS, Counterpart, LeftOut

pytestmark = pytest.mark.slow


def lacking(graph: PolicyGraph, action: str) -> PolicyGraph:
    """The graph, with no role that is allowed the action by name."""
    roles = {
        arn: replace(role, inline=tuple(_without(document, action) for document in role.inline))
        for arn, role in graph.roles.items()
    }
    return replace(graph, roles=roles)


def _without(document: object, action: str) -> dict[str, object]:
    assert isinstance(document, dict)
    kept = []
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        kept.append({**statement, "Action": [one for one in actions if one != action]})
    return {**document, "Statement": kept}


def test_every_action_that_a_role_lacks_is_reviewed(graph: PolicyGraph) -> None:
    found = review_managed_policies(graph)
    assert found.problems == []
    # The example's approvers get no links; tests/variants reviews a project whose approvers do.
    elsewhere = {RoleKind.APPROVAL_PAGE, RoleKind.APPROVAL_SENDER}
    assert found.compared == len([each for each in COUNTERPARTS if each.kind not in elsewhere])


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("s3:GetBucketAcl", RoleKind.BUILD),
        ("s3:GetBucketLocation", RoleKind.DEPLOY_TEST),
        ("sagemaker:UpdateEndpointWeightsAndCapacities", RoleKind.STACK_SET_EXECUTION),
        ("codepipeline:StartPipelineExecution", RoleKind.PIPELINE_STARTER),
        ("logs:PutLogEvents", RoleKind.RELEASE_CLEANER),
    ],
)
def test_an_action_that_a_role_loses_is_named(graph: PolicyGraph, action: str, kind: RoleKind) -> None:
    problems = review_managed_policies(lacking(graph, action)).problems
    assert any(problem.startswith(f"{kind} lacks {action}, which AWS gives") for problem in problems)


def test_a_line_that_nothing_needs_and_one_that_says_too_much_are_reported(graph: PolicyGraph) -> None:
    policy = "AmazonSageMakerServiceCatalogProductsEventsServiceRolePolicy"
    for pattern in ("codepipeline:StartPipelineExecution", "codepipeline:*"):
        line = Counterpart(
            policy=policy, kind=RoleKind.PIPELINE_STARTER, left_out=[LeftOut(reason="none", actions=[pattern])]
        )
        (problem,) = review_managed_policies(graph, [line]).problems
        assert "lacks nothing that is" in problem
    wide = LeftOut(reason="none", actions=["logs:*"])
    line = Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.RELEASE_CLEANER, left_out=[wide])
    (problem,) = review_managed_policies(graph, [line]).problems
    assert "logs:* also stands for logs:CreateLogStream" in problem


def test_every_kind_of_role_that_runs_builds_pipelines_or_functions_is_compared() -> None:
    compared = {counterpart.kind for counterpart in COUNTERPARTS}
    running = {kind for kind, spec in ROLES.items() if spec.assumed_by in ("codebuild", "codepipeline", "lambda")}
    assert running <= compared


def test_a_policy_is_read_without_importing_the_package() -> None:
    assert managed_policy_actions("AWSLambdaBasicExecutionRole") == (
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    )
    with pytest.raises(KeyError):
        managed_policy_actions("AmazonMagic")
