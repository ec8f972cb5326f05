"""CloudWatch alarms of an endpoint: those that roll an update back, and those that last.

Metrics, dimensions and units: SageMaker Developer Guide, page monitoring-cloudwatch. Error metrics are 0 or 1
for each request, so their average is a rate. `ModelLatency` is in microseconds.
"""

from typing import Any

from catalog.names import ENDPOINT_METRICS
from delivery.endpoint import VARIANT, attribute, tags
from settings.endpoint_instances import VCPUS, scales

_INVOCATIONS = "AWS/SageMaker"
_INSTANCES = "/aws/sagemaker/Endpoints"
_ERROR_RATE = 0.05
# Callers' own mistakes: worth a look only when many of the requests are wrong.
_CALLER_ERROR_RATE = 0.25
# A model that refuses what callers have always sent refuses nearly all of it, a renamed column for one. Callers' own
# mistakes come to old and new fleet alike: at twice the share at which they are looked at they still end no update.
_REFUSED_RATE = 2 * _CALLER_ERROR_RATE
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


# What the endpoint checker counts (`functions.endpoint_checker.metrics`), by the version that answered. Answers are
# compared bit by bit, so that there is no noise to allow for: one that differs is wrong, whatever the others are.
_WRONG_ANSWERS: dict[str, Any] = {
    "Namespace": ENDPOINT_METRICS,
    "MetricName": "WrongAnswers",
    "Statistic": "Sum",
    "Threshold": 0,
}


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


def _checked(*, new_version_only: bool = False) -> list[dict[str, Any]]:
    """Dimensions of what the endpoint checker counts."""
    dimensions: list[dict[str, Any]] = [{"Name": "EndpointName", "Value": {"Ref": "EndpointName"}}]
    if new_version_only:
        # …:model-package/<group>/<version>
        version = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "ModelPackageArn"}]}]}
        dimensions.append({"Name": "ModelPackageVersion", "Value": version})
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
        "NewFleetClientErrorsAlarm": _rollback(
            "4xx", "the new model refuses most requests", _rate("Invocation4XXErrors", _REFUSED_RATE)
        ),
        "NewFleetWrongAnswersAlarm": _rollback("wrong-answers", "the new model answers wrongly", _new_wrong_answers()),
        "NewFleetMissingAlarm": _rollback("missing", "no request reaches the new model", _new_missing()),
    }


def _new_wrong_answers() -> dict[str, Any]:
    """One wrong answer in one minute of three.

    An update is checked with 60 requests a minute (`functions.endpoint_checker.asking`). Of a new fleet that has a
    share s of the traffic and answers a share f of its requests wrongly, m minutes miss it with (1 - s f)^(60 m):
    a canary of a tenth that is always wrong 2 times in 1,000 after one minute, never in practice after two (3 in
    1,000,000); one flawed answer in 60 at all of the traffic 37 times in 100 after one minute, 7 in 1,000 after five.
    Where old and new fleet serve one version, as when only the instance type changes, this speaks of both.
    """
    return _WRONG_ANSWERS | {"Dimensions": _checked(new_version_only=True), "DatapointsToAlarm": 1}


def _new_missing() -> dict[str, Any]:
    """Three minutes in which the new fleet had its share of the traffic and answered none of the check's requests.

    SageMaker's `Invocations` cannot tell: a fleet that is being started has none either, and an alarm for which missing
    data are bad would end each update before it began. The endpoint checker says 1 or 0 only while SageMaker waits for
    alarms (`functions.endpoint_checker.metrics`). A fleet with a twentieth of the traffic, the least that there is,
    answers none of 60 requests in 5 minutes of 100, and in three minutes one after another in 1 case of 10,000.
    """
    return {
        "Namespace": ENDPOINT_METRICS,
        "MetricName": "MissingVersions",
        "Dimensions": _checked(new_version_only=True),
        "Statistic": "Minimum",
        "Threshold": 0,
        "DatapointsToAlarm": 3,
    }


def _nothing_answers() -> dict[str, Any]:
    """Five minutes in which each check came to nothing, or in which nobody checked.

    The checker stands in the account before the first delivery and says of each minute that nothing is unanswered, of
    an endpoint that is not there or is being made too. So this alarm has data when it is made, and missing data mean
    that the checker or its schedule stands still.
    """
    return {
        "Namespace": ENDPOINT_METRICS,
        "MetricName": "UnansweredChecks",
        "Dimensions": _checked(),
        "Statistic": "Minimum",
        "Threshold": 0,
        "Period": 60,
        "EvaluationPeriods": 5,
        "DatapointsToAlarm": 5,
        "TreatMissingData": "breaching",
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
        "WrongAnswersAlarm": _standing(
            "wrong-answers",
            "the model answers wrongly",
            _WRONG_ANSWERS | {"Dimensions": _checked(), "DatapointsToAlarm": 1},
        ),
        "NoAnswersAlarm": _standing("no-answers", "nothing answers, or nobody checks", _nothing_answers()),
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
