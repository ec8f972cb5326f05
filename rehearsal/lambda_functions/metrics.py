"""What Lambda measures of each invocation.

Source: AWS Lambda Developer Guide, "Using CloudWatch metrics with Lambda": dimensions FunctionName, Resource,
ExecutedVersion.
"""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.metrics import put_metrics
from rehearsal.lambda_functions.versions import InvocationTarget
from rehearsal.service_model.aws_behavior import aws_behavior


@aws_behavior('AWS Lambda Developer Guide, "Using CloudWatch metrics with Lambda"')
def metric_dimensions(name: str, qualifier: str, version: str, *, by_alias: bool) -> list[dict[str, str]]:
    """An invocation counts for its function, for the version or alias that was asked for, and for the version that ran.

    The version that ran is told only of invocations through an alias.
    """
    resource = {"FunctionName": name, "Resource": f"{name}:{qualifier}" if qualifier else name}
    found = [{"FunctionName": name}, resource]
    return [*found, {**resource, "ExecutedVersion": version}] if by_alias else found


def put_invocation_metrics(cloud: Cloud, target: InvocationTarget, values: Mapping[str, float]) -> None:
    """Put what was measured."""
    named = target.named
    by = metric_dimensions(named.name, named.qualifier, target.version, by_alias=target.by_alias)
    put_metrics(cloud, named.account, named.region, "AWS/Lambda", values, by)
