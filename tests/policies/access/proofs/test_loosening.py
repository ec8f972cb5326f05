"""Whoever could make what watches blind is found, by whichever action, policy and role."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.graph import PolicyGraph
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.proofs.loosening import nobody_loosens

ACCOUNT = "111111111111"
RULE = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule"
ALARM = f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm"
GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group"
TRAIL_BUCKET = f"arn:aws:s3:::mlops-foundation-trail-{ACCOUNT}-eu-west-1"


def able(graph: PolicyGraph, kind: RoleKind, *, bounded: bool = False, **elements: Any) -> PolicyGraph:
    """The graph in which the first role of a kind may do something more."""
    role = roles_of_kind(graph, kind)[0]
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "More", "Effect": "Allow", **elements}]}
    changed = replace(role, inline=(*role.inline, policy), boundary=role.boundary if bounded else None)
    return replace(graph, roles={**graph.roles, role.arn: changed})


def titles(graph: PolicyGraph) -> list[str]:
    return [finding.title for finding in nobody_loosens(graph).findings]


def test_nobody_loosens_what_watches_over_the_example(graph: PolicyGraph) -> None:
    proof = nobody_loosens(graph)
    assert not proof.findings
    assert any("mlops-administrator (disablerule): diabetes-mlops-build" in line for line in proof.named)
    assert not any("release-decisions" in line or "endpoint-failures" in line for line in proof.named)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudtrail:StopLogging", "*"),
        ("cloudtrail:Put*", "arn:aws:cloudtrail:*:*:trail/mlops-*"),
        ("config:StopConfigurationRecorder", "*"),
        ("guardduty:UpdateDetector", "*"),
        ("securityhub:BatchDisableStandards", "*"),
        ("macie2:DisableMacie", "*"),
        ("access-analyzer:CreateArchiveRule", "*"),
        ("ec2:DeleteFlowLogs", "*"),
        ("events:PutRule", f"{RULE}/mlops-foundation-guard-calls"),
        ("events:RemoveTargets", f"{RULE}/mlops-*"),
        ("cloudwatch:DisableAlarmActions", f"{ALARM}:mlops-foundation-lost-events"),
        ("cloudwatch:SetAlarmState", f"{ALARM}:mlops-diabetes-*"),
        ("logs:DeleteLogGroup", f"{GROUP}:/mlops/dev/flow-logs:*"),
        ("logs:DeleteLogStream", f"{GROUP}:/aws/codebuild/mlops-diabetes-build:log-stream:x"),
        ("logs:PutRetentionPolicy", f"{GROUP}:/aws/*"),
        ("lambda:PutFunctionConcurrency", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:mlops-foundation-guard"),
        ("sqs:PurgeQueue", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:mlops-foundation-dead-letters"),
        ("sns:Unsubscribe", f"arn:aws:sns:eu-west-1:{ACCOUNT}:mlops-foundation-alarms:1"),
        ("sns:SetTopicAttributes", f"arn:aws:sns:eu-west-1:{ACCOUNT}:mlops-dev-alarms"),
        ("s3:PutLifecycleConfiguration", TRAIL_BUCKET),
        ("s3:PutObject", f"{TRAIL_BUCKET}/AWSLogs/*"),
        ("kms:ScheduleKeyDeletion", "*"),
        ("*", "*"),
    ],
)
def test_a_role_that_may_change_what_watches_is_found(graph: PolicyGraph, action: str, resource: str) -> None:
    assert titles(able(graph, RoleKind.TEAM_ADMINISTRATOR, Action=action, Resource=resource))


def test_what_is_left_out_of_a_grant_alone_is_not_granted(graph: PolicyGraph) -> None:
    spared = able(graph, RoleKind.TEAM_ADMINISTRATOR, NotAction=["*"], Resource="*")
    assert not titles(spared)
    assert titles(able(graph, RoleKind.TEAM_ADMINISTRATOR, NotAction=["iam:*"], Resource="*"))


def test_an_administrator_who_silences_more_than_triggers_is_found(graph: PolicyGraph) -> None:
    found = titles(able(graph, RoleKind.ADMINISTRATOR, Action="events:DisableRule", Resource=f"{RULE}/mlops-*"))
    assert found
    assert all("mlops-administrator loosens rule" in title for title in found)


def test_what_the_deployer_may_do_to_the_foundation_is_found(graph: PolicyGraph) -> None:
    assert not titles(graph)
    deployer = roles_of_kind(graph, RoleKind.DEPLOYER)[0]
    assert titles(replace(graph, roles={**graph.roles, deployer.arn: replace(deployer, boundary=None)}))


def test_a_bucket_of_evidence_that_lets_a_role_delete_is_found(graph: PolicyGraph) -> None:
    bucket = resources_with_purpose(graph, "bucket", "trail")[0]
    auditor = roles_of_kind(graph, RoleKind.AUDITOR)[0]
    letting = {
        "Sid": "Clean",
        "Effect": "Allow",
        "Principal": {"AWS": auditor.arn},
        "Action": "s3:PutBucketVersioning",
        "Resource": bucket.arn,
    }
    assert bucket.policy is not None
    changed = replace(bucket, policy={**bucket.policy, "Statement": [*bucket.policy["Statement"], letting]})
    unbounded = {**graph.roles, auditor.arn: replace(auditor, boundary=None)}
    open_graph = replace(graph, roles=unbounded, policy_resources={**graph.policy_resources, bucket.arn: changed})
    assert any("mlops-auditor loosens evidence" in title for title in titles(open_graph))
