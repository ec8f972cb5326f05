"""What a graph's policies speak of, held against the marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.actions.granted import services_in_use, unmarked_actions
from policies.access.actions.table import SERVICES
from policies.access.graph import IamRole, PolicyGraph

ANYTHING = "*"


def _with(graph: PolicyGraph, kind: RoleKind, *actions: str, **elements: Any) -> tuple[PolicyGraph, IamRole]:
    """The graph with one more statement in the policy of the first role of a kind."""
    role = next(role for role in graph.sorted_roles() if role.kind is kind)
    statement: Mapping[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": ANYTHING, **elements}
    more = replace(role, inline=(*role.inline, {"Version": "2012-10-17", "Statement": [statement]}))
    return replace(graph, roles={**graph.roles, role.arn: more}), more


def test_every_service_in_use_has_its_marks(graph: PolicyGraph) -> None:
    assert services_in_use(graph) - set(SERVICES) == set()


def test_the_platforms_policies_give_nobody_what_is_denied(graph: PolicyGraph) -> None:
    assert [str(found) for found in unmarked_actions(graph)] == []


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_an_action_that_does_not_exist_is_refused(graph: PolicyGraph, effect: str) -> None:
    planted, role = _with(graph, RoleKind.SCIENTIST, "sagemaker:CreateSomethingNew", Effect=effect)
    assert [(found.owner, found.action) for found in unmarked_actions(planted)] == [
        (role.arn, "sagemaker:CreateSomethingNew")
    ]


def test_an_action_of_a_service_that_nobody_has_looked_at_is_refused(graph: PolicyGraph) -> None:
    planted, role = _with(graph, RoleKind.DEPLOYER, "bedrock:InvokeModel")
    assert [(found.owner, found.action) for found in unmarked_actions(planted)] == [(role.arn, "bedrock:InvokeModel")]


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (RoleKind.SCIENTIST, "sagemaker:CreateWorkteam"),
        (RoleKind.SCIENTIST, "sagemaker:StopTrainingJob"),
        (RoleKind.PROCESSING, "secretsmanager:GetSecretValue"),
        (RoleKind.AUDITOR, "ec2:GetPasswordData"),
        (RoleKind.AUDITOR, "ec2:*"),
        (RoleKind.BUILD, "ecr:PutReplicationConfiguration"),
        (RoleKind.TEAM_ADMINISTRATOR, "events:DisableRule"),
        (RoleKind.APPROVER, "logs:*"),
        (RoleKind.TRAINING, "*"),
    ],
)
def test_an_action_in_the_policy_of_a_kind_that_may_not_have_it_is_refused(
    graph: PolicyGraph, kind: RoleKind, action: str
) -> None:
    planted, role = _with(graph, kind, action)
    assert {found.owner for found in unmarked_actions(planted)} == {role.arn}


def test_the_same_action_may_be_a_deployers(graph: PolicyGraph) -> None:
    planted, _ = _with(graph, RoleKind.DEPLOYER, "sagemaker:CreateWorkteam")
    assert unmarked_actions(planted) == []


@pytest.mark.parametrize("action", ["s3:PutBucketPolicy", "s3:PutReplicationConfiguration", "s3:*"])
def test_a_denied_action_that_a_buckets_policy_gives_is_refused(graph: PolicyGraph, action: str) -> None:
    bucket = next(one for one in graph.policy_resources.values() if one.kind == "bucket" and one.policy)
    role = next(role for role in graph.sorted_roles() if role.kind is RoleKind.TRAINING)
    given = {"Effect": "Allow", "Action": action, "Resource": bucket.arn, "Principal": {"AWS": role.arn}}
    more = replace(bucket, policy={**(bucket.policy or {}), "Statement": [*_statements(bucket.policy), given]})
    planted = replace(graph, policy_resources={**graph.policy_resources, bucket.arn: more})
    assert {found.owner for found in unmarked_actions(planted)} == {bucket.arn}


def _statements(policy: Mapping[str, Any] | None) -> list[Any]:
    return list((policy or {}).get("Statement", []))


def test_an_allowance_of_all_but_some_actions_is_refused(graph: PolicyGraph) -> None:
    role = next(role for role in graph.sorted_roles() if role.kind is RoleKind.TRAINING)
    everything_else = {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": ANYTHING}
    more = replace(role, inline=(*role.inline, {"Version": "2012-10-17", "Statement": [everything_else]}))
    planted = replace(graph, roles={**graph.roles, role.arn: more})
    assert {found.owner for found in unmarked_actions(planted)} == {role.arn}


def test_an_action_that_cannot_act_on_the_statements_resources_is_nobodys(graph: PolicyGraph) -> None:
    group = "arn:aws:logs:eu-west-1:111111111111:log-group:/aws/x:*"
    planted, _ = _with(graph, RoleKind.SCIENTIST, "sagemaker:CreateWorkteam", Resource=group)
    assert unmarked_actions(planted) == []
