"""CloudWatch alarms of an endpoint: those that roll an update back, and those that last.

Metrics, dimensions and units: SageMaker Developer Guide, page monitoring-cloudwatch. Error metrics are 0 or 1
for each request, so their average is a rate. `ModelLatency` is in microseconds.
"""

from typing import Any

from delivery.endpoint import VARIANT, attribute, tags
from settings.endpoint_instances import VCPUS, scales

_INVOCATIONS = "AWS/SageMaker"
_INSTANCES = "/aws/sagemaker/Endpoints"
_ERROR_RATE = 0.05
# Callers' own mistakes: worth a look only when many of the requests are wrong.
_CALLER_ERROR_RATE = 0.25
_CPU_SHARE = 0.85
_MEMORY_PERCENT = 85
# Capture stops at high disk use: stay under 75 percent. Source: SageMaker Developer Guide, "Capture data from real-time
# endpoint".
_DISK_PERCENT = 75

_LATENCY: dict[str, Any] = {"MetricName": "ModelLatency", "Threshold": {"Ref": "LatencyLimitMicroseconds"}}
_STANDING_LATENCY = _LATENCY | {
    "ExtendedStatistic": "p99",
    # A p99 of a few requests is their maximum.
    "EvaluateLowSampleCountPercentile": "ignore",
}
# A p99 takes 1,000 requests a minute to mean something (CloudWatch User Guide, "Percentile-based alarms and low data
# samples"), which a new fleet's share seldom has: one request in ten above the limit ends an update.
_NEW_FLEET_LATENCY = _LATENCY | {"ExtendedStatistic": "p90", "EvaluateLowSampleCountPercentile": "evaluate"}


def _rate(metric: str, threshold: float = _ERROR_RATE) -> dict[str, Any]:
    return {"MetricName": metric, "Statistic": "Average", "Threshold": threshold}


def _dimensions(*, new_fleet_only: bool = False) -> list[dict[str, Any]]:
    dimensions: list[dict[str, Any]] = [
        {"Name": "EndpointName", "Value": {"Ref": "EndpointName"}},
        {"Name": "VariantName", "Value": VARIANT},
    ]
    if new_fleet_only:
        config = attribute("EndpointConfig", "EndpointConfigName")
        dimensions.append({"Name": "EndpointConfigName", "Value": config})
    return dimensions


def _alarm(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": {"Fn::Sub": f"${{EndpointName}}: {description}"},
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [{"Ref": "AlarmTopicArn"}],
            "OKActions": [{"Ref": "AlarmTopicArn"}],
            "Tags": tags(),
            **properties,
        },
    }


def _rollback(suffix: str, description: str, metric: dict[str, Any]) -> dict[str, Any]:
    """An alarm on the new fleet alone, named after its configuration.

    An alarm that fires because of the old fleet would end the very update that repairs it
    (SageMaker Developer Guide, page deployment-guardrails-configuration), and an updated alarm keeps its state
    (CloudWatch API Reference, "PutMetricAlarm"): so each configuration has alarms of its own.
    """
    # The endpoint's name comes first: by it the execution role may make the alarm, whatever CloudFormation calls the
    # configuration.
    name = {"Fn::Sub": f"${{EndpointName}}-${{EndpointConfig.EndpointConfigName}}-{suffix}"}
    return _alarm(
        description,
        {
            "AlarmName": name,
            "Namespace": _INVOCATIONS,
            "Dimensions": _dimensions(new_fleet_only=True),
            "Period": 60,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            # Without requests there are no data, and no reason to go back.
            "TreatMissingData": "notBreaching",
            **metric,
        },
    )


def _standing(suffix: str, description: str, metric: dict[str, Any]) -> dict[str, Any]:
    return _alarm(
        description,
        {
            "AlarmName": {"Fn::Sub": f"${{EndpointName}}-{suffix}"},
            "Namespace": _INVOCATIONS,
            "Dimensions": _dimensions(),
            "Period": 300,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "TreatMissingData": "notBreaching",
            **metric,
        },
    )


def _utilization(suffix: str, metric: str, threshold: Any) -> dict[str, Any]:
    properties = {
        "Namespace": _INSTANCES,
        "MetricName": metric,
        "Statistic": "Average",
        "Threshold": threshold,
        "TreatMissingData": "missing",  # instances report even when idle: no data means none runs
    }
    return _standing(suffix, f"{metric} of an instance is high", properties)


def rollback_alarms() -> dict[str, Any]:
    """Alarms that SageMaker watches while it updates the endpoint, by logical id (it allows 10)."""
    return {
        "NewFleetServerErrorsAlarm": _rollback("5xx", "the new fleet fails", _rate("Invocation5XXErrors")),
        "NewFleetModelErrorsAlarm": _rollback(
            "model-errors", "the new model does not answer", _rate("InvocationModelErrors")
        ),
        "NewFleetLatencyAlarm": _rollback("latency", "the new model is slow", _NEW_FLEET_LATENCY),
    }


def standing_alarms() -> dict[str, Any]:
    """Alarms on the endpoint as long as it lives, by logical id."""
    cpu = {"Fn::FindInMap": ["Instances", {"Ref": "InstanceType"}, "CpuAlarmPercent"]}
    client = _rate("Invocation4XXErrors", _CALLER_ERROR_RATE)
    return {
        "ServerErrorsAlarm": _standing("5xx", "requests fail", _rate("Invocation5XXErrors")),
        "ClientErrorsAlarm": _standing("4xx", "callers send what the model refuses", client),
        "ModelErrorsAlarm": _standing("model-errors", "the model does not answer", _rate("InvocationModelErrors")),
        "LatencyAlarm": _standing("latency", "the model is slow", _STANDING_LATENCY),
        "CpuAlarm": _utilization("cpu", "CPUUtilization", cpu),
        "MemoryAlarm": _utilization("memory", "MemoryUtilization", _MEMORY_PERCENT),
        "DiskAlarm": _utilization("disk", "DiskUtilization", _DISK_PERCENT),
    }


def instances() -> dict[str, dict[str, int | str]]:
    """`Mappings` entry by instance type: the CPU alarm's threshold in percent of one core, and whether it scales."""
    return {
        name: {"CpuAlarmPercent": round(_CPU_SHARE * 100 * count), "Scales": "yes" if scales(name) else "no"}
        for name, count in VCPUS.items()
    }
