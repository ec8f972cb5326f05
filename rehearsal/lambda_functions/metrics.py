"""What Lambda measures of each invocation.

Source: AWS Lambda Developer Guide, "Using CloudWatch metrics with Lambda": dimensions FunctionName, Resource,
ExecutedVersion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rehearsal.lambda_functions.versions import InvocationTarget
from rehearsal.service_model.aws_behavior import aws_behavior

# Takes account, region, namespace, dimensions and values.
Report = Callable[[str, str, str, Mapping[str, str], Mapping[str, float]], None]


@aws_behavior('AWS Lambda Developer Guide, "Using CloudWatch metrics with Lambda"')
def metric_dimensions(name: str, qualifier: str, version: str, *, by_alias: bool) -> list[dict[str, str]]:
    """An invocation counts for its function, for the version or alias that was asked for, and for the version that ran.

    The version that ran is told only of invocations through an alias.
    """
    resource = {"FunctionName": name, "Resource": f"{name}:{qualifier}" if qualifier else name}
    found = [{"FunctionName": name}, resource]
    return [*found, {**resource, "ExecutedVersion": version}] if by_alias else found


def report_invocation(report: Report, target: InvocationTarget, values: Mapping[str, float]) -> None:
    """Report what was measured."""
    named = target.named
    for dimensions in metric_dimensions(named.name, named.qualifier, target.version, by_alias=target.by_alias):
        report(named.account, named.region, "AWS/Lambda", dimensions, values)


def no_report(*_: object) -> None:
    """Measures nothing."""
