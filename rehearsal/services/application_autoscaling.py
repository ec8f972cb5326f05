"""Application Auto Scaling. Actions: Service Authorization Reference, "AWS Application Auto Scaling"."""

from __future__ import annotations

from typing import Any

from rehearsal.service_model.required_action import Operations, RequiredAction, arn_template, requires
from rehearsal.service_model.service import AwsService

# A target's id is AWS's own; the request names it by what it scales.
TARGET = arn_template("application-autoscaling", "scalable-target/*")

_SCALED = {
    "application-autoscaling:service-namespace": "ServiceNamespace",
    "application-autoscaling:scalable-dimension": "ScalableDimension",
}


def _scaling(action: str, resource: str = TARGET, **more: Any) -> RequiredAction:
    return RequiredAction(action=f"application-autoscaling:{action}", resource=resource, context_keys=_SCALED, **more)


OPERATIONS: Operations = {
    "DeleteScalingPolicy": (_scaling("DeleteScalingPolicy"),),
    "DeregisterScalableTarget": (_scaling("DeregisterScalableTarget"),),
    "DescribeScalableTargets": requires("application-autoscaling:DescribeScalableTargets"),
    "DescribeScalingPolicies": requires("application-autoscaling:DescribeScalingPolicies"),
    "PutScalingPolicy": (_scaling("PutScalingPolicy"),),
    "RegisterScalableTarget": (
        _scaling("RegisterScalableTarget", tags="Tags"),
        RequiredAction(action="application-autoscaling:TagResource", resource=TARGET, tags="Tags", when="Tags"),
    ),
}

SERVICE = AwsService(
    name="application-autoscaling",
    operations=OPERATIONS,
)
