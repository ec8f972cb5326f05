"""What registering a scalable target takes."""

from __future__ import annotations

import json

import pytest

from policies.documents.account import AccountScope
from policies.documents.boundaries import platform_boundary
from rehearsal.service_model.required_action import ApiRequest, Right
from rehearsal.services import rights_of
from tests.policies.documents.requests import ACCOUNT, REGION, may
from tests.rehearsal.test_undecided_rights import EXECUTION

DIMENSION = "sagemaker:variant:DesiredInstanceCount"


def made(**more: str) -> list[Right]:
    """The right to make a role, of a registration."""
    given = {"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/e/variant/v", "ScalableDimension": DIMENSION}
    request = ApiRequest(
        service="application-autoscaling",
        operation="RegisterScalableTarget",
        account=ACCOUNT,
        region=REGION,
        parameters={**given, **more},
    )
    return [right for right in rights_of(request) or () if right.action == "iam:CreateServiceLinkedRole"]


def without(document: str, sid: str) -> str:
    parsed = json.loads(document)
    return json.dumps({**parsed, "Statement": [one for one in parsed["Statement"] if one["Sid"] != sid]})


@pytest.mark.aws_behavior("scaling_makes_its_role")
def test_the_first_scalable_target_of_an_account_needs_the_right_to_make_scalings_role() -> None:
    (right,) = made()
    context = {"iam__AWSServiceName": str(right.context["iam:AWSServiceName"])}
    assert may(EXECUTION, right.action, right.resource, **context)
    assert not may(without(EXECUTION, "LetScalingHaveItsRole"), right.action, right.resource, **context)
    assert made(RoleARN="arn:aws:iam::1:role/r") == []


@pytest.mark.aws_behavior("scaling_makes_its_role")
def test_the_boundary_of_the_platforms_roles_lets_them_make_no_other_role() -> None:
    boundary = platform_boundary(AccountScope(partition="aws", account=ACCOUNT, prefix="mlops"))
    (right,) = made()
    name = str(right.context["iam:AWSServiceName"])
    assert may(boundary, right.action, right.resource, iam__AWSServiceName=name)
    assert not may(boundary, right.action, right.resource, iam__AWSServiceName="ecs.amazonaws.com")
    assert not may(boundary, right.action, right.resource)
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"):
        assert not may(boundary, action, f"arn:aws:iam::{ACCOUNT}:role/x")
        assert not may(boundary, action, f"arn:aws:iam::{ACCOUNT}:role/x", iam__AWSServiceName="ecs.amazonaws.com")
