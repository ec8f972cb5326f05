"""Application Auto Scaling. Actions: Service Authorization Reference, "AWS Application Auto Scaling"."""

from __future__ import annotations

from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    arn_template,
    requires,
)
from rehearsal.service_model.service import AwsService

# A target's id is AWS's own; the request names it by what it scales.
TARGET = arn_template("application-autoscaling", "scalable-target/*")

_SCALED = {
    "application-autoscaling:service-namespace": "ServiceNamespace",
    "application-autoscaling:scalable-dimension": "ScalableDimension",
}

_LINKED = "sagemaker.application-autoscaling.amazonaws.com"
_LINKED_ROLE = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"


def _scaling(action: str, resource: str = TARGET, **more: Any) -> RequiredAction:
    return RequiredAction(action=f"application-autoscaling:{action}", resource=resource, context_keys=_SCALED, **more)


@aws_behavior(
    'Application Auto Scaling User Guide, "Service-linked roles for Application Auto Scaling": made with the first '
    "scalable target, as the caller that registers it",
    "resource schema of AWS::ApplicationAutoScaling::ScalableTarget: iam:CreateServiceLinkedRole",
)
def scaling_makes_its_role(request: ApiRequest) -> list[Right]:
    """An account's first scalable target of an endpoint makes scaling's service-linked role, as its caller."""
    if request.parameters.get("ServiceNamespace") != "sagemaker" or request.parameters.get("RoleARN"):
        return []
    arn = f"arn:{request.partition}:iam::{request.account}:role/aws-service-role/{_LINKED}/{_LINKED_ROLE}"
    return [Right(action="iam:CreateServiceLinkedRole", resource=arn, context={"iam:AWSServiceName": _LINKED})]


OPERATIONS: Operations = {
    "DeleteScalingPolicy": (_scaling("DeleteScalingPolicy"),),
    "DeregisterScalableTarget": (_scaling("DeregisterScalableTarget"),),
    "DescribeScalableTargets": requires("application-autoscaling:DescribeScalableTargets"),
    "DescribeScalingPolicies": requires("application-autoscaling:DescribeScalingPolicies"),
    "PutScalingPolicy": (_scaling("PutScalingPolicy"),),
    "RegisterScalableTarget": (
        _scaling("RegisterScalableTarget", tags="Tags"),
        RequiredAction(action="application-autoscaling:TagResource", resource=TARGET, tags="Tags", when="Tags"),
        scaling_makes_its_role,
    ),
}

SERVICE = AwsService(
    name="application-autoscaling",
    operations=OPERATIONS,
)
