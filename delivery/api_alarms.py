"""Alarms of an API: those that stop the deployment of a version of its function, and those that last.

Metrics and dimensions: Amazon API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics"; AWS Lambda
Developer Guide, "Types of metrics for Lambda functions". `4XXError` and `5XXError` are 0 or 1 for each request.
"""

from __future__ import annotations

from typing import Any

from delivery.api_names import ALIAS, STAGE, ApiNames, tags
from delivery.endpoint import attribute
from settings.api import ApiSettings

_ERROR_RATE = 0.05
# Callers' own mistakes, throttled ones among them: worth a look only when many of the requests are wrong.
_CALLER_ERROR_RATE = 0.5


def alarms(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """Alarms by logical id. The gateway's names are all of the endpoint's, whose alarms the execution role keeps."""
    slow = {
        "MetricName": "Duration",
        "ExtendedStatistic": "p99",
        "Threshold": settings.latency_limit_ms,
        "EvaluateLowSampleCountPercentile": "ignore",
    }
    late = {
        "MetricName": "Latency",
        "ExtendedStatistic": "p99",
        "Threshold": settings.latency_limit_ms,
        "EvaluateLowSampleCountPercentile": "ignore",
    }
    failing = {"MetricName": "Errors", "Statistic": "Sum", "Threshold": 0}
    return {
        "ApiVersionErrorsAlarm": _version("errors", "a new version of the API's function fails", names, failing),
        "ApiVersionDurationAlarm": _version("duration", "a new version of the API's function is slow", names, slow),
        "ApiServerErrorsAlarm": _gateway("5xx", "the API's requests fail", names, _rate("5XXError", _ERROR_RATE)),
        "ApiClientErrorsAlarm": _gateway(
            "4xx", "callers of the API send what it refuses", names, _rate("4XXError", _CALLER_ERROR_RATE), seconds=300
        ),
        "ApiLatencyAlarm": _gateway("latency", "the API is slow", names, late, seconds=300),
    }


def _rate(metric: str, threshold: float) -> dict[str, Any]:
    return {"MetricName": metric, "Statistic": "Average", "Threshold": threshold}


def _alarm(description: str, properties: dict[str, Any], seconds: int) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": {"Fn::Sub": f"${{EndpointName}}: {description}"},
            "ComparisonOperator": "GreaterThanThreshold",
            "Period": seconds,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            # Without requests there are no data.
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "AlarmTopicArn"}],
            "OKActions": [{"Ref": "AlarmTopicArn"}],
            "Tags": tags(),
            **properties,
        },
    }


def _version(suffix: str, description: str, names: ApiNames, metric: dict[str, Any]) -> dict[str, Any]:
    """On one version behind the alias, and named after it: an updated alarm keeps its state (CloudWatch API Reference,
    "PutMetricAlarm"), and the version before is no reason to go back."""
    properties = {
        "AlarmName": {"Fn::Sub": f"{names.name}-${{ApiVersion.Version}}-{suffix}"},
        "Namespace": "AWS/Lambda",
        "Dimensions": [
            {"Name": "FunctionName", "Value": names.function()},
            {"Name": "Resource", "Value": f"{names.function()}:{ALIAS}"},
            {"Name": "ExecutedVersion", "Value": attribute("ApiVersion", "Version")},
        ],
        **metric,
    }
    return _alarm(description, properties, 60)


def _gateway(
    suffix: str, description: str, names: ApiNames, metric: dict[str, Any], *, seconds: int = 60
) -> dict[str, Any]:
    properties = {
        "AlarmName": f"{names.name}-{suffix}",
        "Namespace": "AWS/ApiGateway",
        "Dimensions": [{"Name": "ApiName", "Value": names.name}, {"Name": "Stage", "Value": STAGE}],
        **metric,
    }
    return _alarm(description, properties, seconds)
