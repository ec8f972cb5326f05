"""A right that a handler needs and its role loses is named, with type, handler, permission and role."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.graph import graph_of
from policies.access.published.cloudformation_types import TYPES, WITHOUT_SCHEMA
from policies.access.published.handler_permissions import EVERY as REVIEWED
from policies.access.published.handler_permissions import HandlerReview, review_handlers
from policies.access.published.resource_schemas import UnknownType, handler_permissions
from policies.access.published.reviewed_permissions import ReviewedPermissions
from policies.documents.deployer import DEPLOYED_TYPES
from policies.pack.captured import CapturedStack, read
from policies.pack.model import StackResource

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stacks(resources: Path) -> list[CapturedStack]:
    return read(resources)


def reviewed(stacks: Sequence[CapturedStack], lines: Sequence[ReviewedPermissions] = REVIEWED) -> HandlerReview:
    return review_handlers(graph_of(stacks), stacks, lines)


def without(stacks: Sequence[CapturedStack], action: str) -> list[CapturedStack]:
    """The stacks, with an action taken out of every policy that allows it by name."""
    return [
        replace(
            stack,
            with_outputs=tuple(replace(one, props=dict(_without(one, action))) for one in stack.with_outputs),
        )
        for stack in stacks
    ]


def _without(resource: StackResource, action: str) -> Iterator[tuple[str, object]]:
    for key, value in resource.props.items():
        policy = key == "policy" and resource.type.startswith("aws:iam/") and isinstance(value, str)
        yield key, _policy(str(value), action) if policy else value


def _policy(text: str, action: str) -> str:
    document: dict[str, Any] = json.loads(text)
    statements: list[Mapping[str, Any]] = []
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        kept = [one for one in actions if one != action] if statement["Effect"] == "Allow" else actions
        statements += [{**statement, "Action": kept}] if kept else []
    return json.dumps({**document, "Statement": statements})


def test_every_handler_of_what_is_delivered_and_deployed_may_do_its_work(stacks: list[CapturedStack]) -> None:
    found = reviewed(stacks)
    assert found.problems == []
    assert found.asked > 400


@pytest.mark.parametrize(
    ("action", "type_name", "handler", "role"),
    [
        ("cloudwatch:ListTagsForResource", "AWS::CloudWatch::Alarm", "create", "mlops-staging-screening-stackset"),
        ("cloudwatch:UntagResource", "AWS::CloudWatch::Alarm", "update", "mlops-production-diabetes-stackset"),
        ("cloudwatch:GetMetricData", "AWS::ApplicationAutoScaling::ScalingPolicy", "create", "stackset-execution"),
        (
            "application-autoscaling:DescribeScheduledActions",
            "AWS::ApplicationAutoScaling::ScalableTarget",
            "read",
            "stackset-execution",
        ),
        (
            "application-autoscaling:UntagResource",
            "AWS::ApplicationAutoScaling::ScalableTarget",
            "update",
            "stackset-execution",
        ),
        ("iam:CreateServiceLinkedRole", "AWS::ApplicationAutoScaling::ScalableTarget", "create", "stackset-execution"),
        ("kms:DescribeKey", "AWS::SageMaker::EndpointConfig", "create", "stackset-execution"),
        ("iam:CreateServiceLinkedRole", "AWS::SageMaker::Domain", "create", "mlops-deployer"),
        ("ec2:CreateSubnet", "AWS::EC2::Subnet", "create", "mlops-deployer"),
        ("ec2:DeleteNatGateway", "AWS::EC2::NatGateway", "delete", "mlops-deployer"),
        ("kms:EnableKeyRotation", "AWS::KMS::Key", "create", "mlops-deployer"),
        ("s3:PutLifecycleConfiguration", "AWS::S3::Bucket", "update", "mlops-deployer"),
        ("sagemaker:DeleteDomain", "AWS::SageMaker::Domain", "delete", "mlops-deployer"),
        ("ssm:AddTagsToResource", "AWS::SSM::Parameter", "create", "mlops-deployer"),
    ],
)
def test_a_right_that_is_taken_away_is_named_with_its_type_handler_and_role(
    stacks: list[CapturedStack], action: str, type_name: str, handler: str, role: str
) -> None:
    denied = reviewed(without(stacks, action)).denied
    hit = [found for found in denied if (found.type_name, found.handler, found.action) == (type_name, handler, action)]
    assert any(role in found.role for found in hit)
    assert all(found.action == action for found in denied)
    assert f"may not {action} on" in str(hit[0])


def test_a_pipeline_that_names_the_administration_role_needs_the_right_to_pass_it(stacks: list[CapturedStack]) -> None:
    denied = reviewed(without(stacks, "iam:PassRole")).denied
    passed = [found.resource for found in denied if found.type_name == "AWS::CodePipeline::Pipeline"]
    assert passed


def test_a_line_of_the_reviewed_list_that_nothing_needs_is_reported(stacks: list[CapturedStack]) -> None:
    line = ReviewedPermissions(
        role=RoleKind.DEPLOYER, types=["AWS::SSM::Parameter"], actions=["ssm:PutParameter"], reason="none"
    )
    (stale,) = reviewed(stacks, [*REVIEWED, line]).stale
    assert "ssm:PutParameter of AWS::SSM::Parameter" in stale


def test_a_permission_that_is_taken_from_the_reviewed_list_is_missing(stacks: list[CapturedStack]) -> None:
    denied = reviewed(stacks, REVIEWED[1:]).denied
    assert {found.action for found in denied} == {*REVIEWED[0].actions}


def test_a_declared_type_without_a_name_in_cloudformation_is_reported(stacks: list[CapturedStack]) -> None:
    last = stacks[-1]
    wand = StackResource(type="aws:magic/wand:Wand", name="wand", urn="urn:wand", props={})
    found = reviewed([*stacks[:-1], replace(last, with_outputs=(*last.with_outputs, wand))])
    assert found.unmapped == ["aws:magic/wand:Wand"]
    assert "aws:magic/wand:Wand" in found.problems[-1]


def test_every_type_that_the_deployer_has_rights_for_has_a_schema_or_a_reason() -> None:
    assert {*DEPLOYED_TYPES} == {*TYPES} | {*WITHOUT_SCHEMA}
    for type_name in {*TYPES.values()}:
        assert handler_permissions(type_name)["create"], type_name


def test_a_type_that_cloudformation_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownType, match="AWS::Magic::Wand"):
        handler_permissions("AWS::Magic::Wand")
