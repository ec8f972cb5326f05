"""The order in which a stack's resources are made."""

from __future__ import annotations

import pytest
from moto.cloudformation.exceptions import ValidationError

from rehearsal.cloudformation.dependencies import in_dependency_order


@pytest.mark.aws_behavior("in_dependency_order")
def test_what_is_referred_to_comes_after_what_it_depends_on() -> None:
    resources = {
        "APolicy": {"Properties": {"ScalingTargetId": {"Ref": "Target"}}},
        "Target": {"DependsOn": "Endpoint", "Properties": {"ResourceId": {"Fn::Sub": "endpoint/${Name}"}}},
        "Endpoint": {"Properties": {"Config": {"Fn::GetAtt": ["Config", "Name"]}, "Role": {"Ref": "AWS::Region"}}},
        "Config": {"DependsOn": ["Model"]},
        "Model": {},
    }
    assert in_dependency_order(resources) == ["Model", "Config", "Endpoint", "Target", "APolicy"]


def test_a_circle_is_refused() -> None:
    circle = {"A": {"DependsOn": "B"}, "B": {"Properties": {"Of": {"Fn::Sub": "${A.Arn}"}}}}
    with pytest.raises(ValidationError, match="Circular dependency"):
        in_dependency_order(circle)
