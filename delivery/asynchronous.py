"""An asynchronous endpoint: requests and answers are objects, and there is no instance while there are no requests.

Source: SageMaker Developer Guide, "Asynchronous inference", "Autoscale an asynchronous endpoint".
"""

from __future__ import annotations

from typing import Any

from delivery import alarms, endpoint

_BACKLOG = "ApproximateBacklogSizePerInstance"
_WAITING = "HasBacklogWithoutCapacity"
# Requests that wait for an instance, above which another one is started.
_TARGET = 5


def resources() -> dict[str, Any]:
    """All resources."""
    standing = alarms.standing_alarms()
    return {
        "Model": _model(),
        "EndpointConfig": _config(),
        "Endpoint": _endpoint(),
        "ScalableTarget": _target(),
        "BacklogPolicy": _policy("backlog", "TargetTrackingScaling", _tracking()),
        "FirstInstancePolicy": _policy("first-instance", "StepScaling", _first_instance()),
        "WaitingAlarm": _waiting(),
        **{name: alarm for name, alarm in standing.items() if _has_data(alarm)},
    }


def _model() -> dict[str, Any]:
    """Without rows to check it with: who checks asks for an answer at once."""
    model = endpoint.model()
    (container,) = model["Properties"]["Containers"]
    container["Environment"] = {
        name: value for name, value in container["Environment"].items() if not name.startswith("CHECKS_")
    }
    return model


def _has_data(alarm: dict[str, Any]) -> bool:
    """Whether an alarm makes sense of a fleet that has no instance most of the time, and answers in minutes."""
    return alarm["Properties"]["MetricName"] in ("Invocation5XXErrors", "InvocationModelErrors")


def _config() -> dict[str, Any]:
    config = endpoint.endpoint_config()
    properties = config["Properties"]
    # Requests and answers are objects already: nothing else is captured.
    del properties["DataCaptureConfig"]
    folder = "s3://${CaptureBucket}/${ProjectId}/asynchronous"
    properties["AsyncInferenceConfig"] = {
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": {"Ref": "InvocationsPerInstance"}},
        "OutputConfig": {
            "S3OutputPath": {"Fn::Sub": f"{folder}/answers"},
            "S3FailurePath": {"Fn::Sub": f"{folder}/failures"},
            "KmsKeyId": {"Ref": "CaptureKeyArn"},
            # Whoever waits for answers reads them by the location that the request was answered with.
            "NotificationConfig": {"ErrorTopic": {"Ref": "AlarmTopicArn"}},
        },
    }
    return config


def _endpoint() -> dict[str, Any]:
    """No policy of updates: no request waits for its answer, and the queue holds what comes meanwhile."""
    made = endpoint.endpoint([])
    keep = ("EndpointName", "EndpointConfigName", "Tags")
    return {**made, "Properties": {name: made["Properties"][name] for name in keep}}


def _target() -> dict[str, Any]:
    target = endpoint.scalable_target()
    del target["Condition"]
    target["Properties"] |= {"MinCapacity": 0}
    return target


def _policy(name: str, kind: str, configuration: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
        "Properties": {
            "PolicyName": {"Fn::Sub": f"${{EndpointName}}-{name}"},
            "PolicyType": kind,
            "ScalingTargetId": {"Ref": "ScalableTarget"},
            f"{kind}PolicyConfiguration": configuration,
        },
    }


def _tracking() -> dict[str, Any]:
    return {
        "CustomizedMetricSpecification": {
            "MetricName": _BACKLOG,
            "Namespace": "AWS/SageMaker",
            "Dimensions": [{"Name": "EndpointName", "Value": {"Ref": "EndpointName"}}],
            "Statistic": "Average",
        },
        "TargetValue": _TARGET,
        "ScaleInCooldown": 300,
        "ScaleOutCooldown": 60,
    }


def _first_instance() -> dict[str, Any]:
    """The backlog of an instance is no figure where there is no instance: the first one comes by a step."""
    return {
        "AdjustmentType": "ChangeInCapacity",
        "MetricAggregationType": "Average",
        "Cooldown": 300,
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
    }


def _waiting() -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": {"Fn::Sub": "${EndpointName}-waiting"},
            "AlarmDescription": {"Fn::Sub": "${EndpointName}: requests wait and no instance runs"},
            "Namespace": "AWS/SageMaker",
            "MetricName": _WAITING,
            "Dimensions": [{"Name": "EndpointName", "Value": {"Ref": "EndpointName"}}],
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 2,
            "DatapointsToAlarm": 2,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "missing",
            "AlarmActions": [{"Ref": "FirstInstancePolicy"}],
            "Tags": endpoint.tags(),
        },
    }
