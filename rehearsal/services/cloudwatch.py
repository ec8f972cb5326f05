"""CloudWatch alarms and metrics. Actions: Service Authorization Reference, "Amazon CloudWatch"."""

from __future__ import annotations

from typing import Any

from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import Operations, RequiredAction, arn_template, requires
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, create_or_update
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

METRIC_ALARM = ResourceType(
    type="aws:cloudwatch/metricAlarm:MetricAlarm",
    read_after_create=False,
    **create_or_update(
        "PutMetricAlarm",
        members={
            "name": "AlarmName",
            "metricQueries": "Metrics",
            "metricQueries.metric": "MetricStat",
            "metricQueries.metric.metricName": "Metric.MetricName",
            "metricQueries.metric.namespace": "Metric.Namespace",
            "metricQueries.metric.dimensions": "Metric.Dimensions",
        },
    ),
    id="{name}",
    name="name",
    replace_on=("name",),
    read=ReadCall(operation="DescribeAlarms", parameters={"AlarmNames": ["{name}"]}, path="MetricAlarms[0]"),
    delete=(ApiCall(operation="DeleteAlarms", parameters={"AlarmNames": ["{name}"]}),),
    outputs={"arn": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"},
    sample=Sample(
        {
            "name": "sample-alarm",
            "comparisonOperator": "GreaterThanThreshold",
            "evaluationPeriods": 1,
            "metricName": "Invocation5XXErrors",
            "namespace": "AWS/SageMaker",
            "period": 60,
            "statistic": "Sum",
            "threshold": 0,
            "dimensions": {"EndpointName": "sample", "VariantName": "main"},
            "alarmActions": ["${aws:sns/topic:Topic.arn}"],
            "treatMissingData": "notBreaching",
        },
        update={"threshold": 5},
    ),
)

_ALARM = arn_template("cloudwatch", "alarm:{AlarmName}")

OPERATIONS: Operations = {
    "DeleteAlarms": requires("cloudwatch:DeleteAlarms", arn_template("cloudwatch", "alarm:{AlarmNames}")),
    "DescribeAlarms": requires("cloudwatch:DescribeAlarms", arn_template("cloudwatch", "alarm:{AlarmNames}")),
    "GetMetricData": requires("cloudwatch:GetMetricData"),
    "GetMetricStatistics": requires("cloudwatch:GetMetricStatistics"),
    "ListTagsForResource": requires("cloudwatch:ListTagsForResource", "{ResourceARN}"),
    "PutCompositeAlarm": (
        *requires(
            "cloudwatch:PutCompositeAlarm",
            _ALARM,
            tags="Tags",
            context_keys={"cloudwatch:AlarmActions": "AlarmActions"},
            multivalued_keys=("cloudwatch:AlarmActions",),
        ),
        RequiredAction(action="cloudwatch:TagResource", resource=_ALARM, tags="Tags", when="Tags"),
    ),
    "PutMetricAlarm": (
        *requires(
            "cloudwatch:PutMetricAlarm",
            _ALARM,
            tags="Tags",
            context_keys={"cloudwatch:AlarmActions": "AlarmActions"},
            multivalued_keys=("cloudwatch:AlarmActions",),
        ),
        RequiredAction(action="cloudwatch:TagResource", resource=_ALARM, tags="Tags", when="Tags"),
    ),
    "PutMetricData": requires("cloudwatch:PutMetricData", context_keys={"cloudwatch:namespace": "Namespace"}),
    "TagResource": requires("cloudwatch:TagResource", "{ResourceARN}", tags="Tags"),
    "UntagResource": requires("cloudwatch:UntagResource", "{ResourceARN}", context_keys={"aws:TagKeys": "TagKeys"}),
}


def patch(patches: Patches) -> None:
    """Composite alarms, which moto keeps and has no operation for."""
    from moto.cloudwatch.responses import CloudWatchResponse

    patches.add(CloudWatchResponse, put_composite_alarm)


def put_composite_alarm(instance: Any) -> Any:
    """PutCompositeAlarm."""
    from moto.core.responses import EmptyResult

    backend, get = instance.cloudwatch_backend, instance._get_param
    before = backend.alarms.get(get("AlarmName"))
    alarm = backend.put_metric_alarm(
        name=get("AlarmName"),
        namespace="",
        metric_name="",
        comparison_operator="",
        evaluation_periods=1,
        period=60,
        threshold=0,
        statistic="",
        description=get("AlarmDescription"),
        dimensions=[],
        alarm_actions=get("AlarmActions", []),
        ok_actions=get("OKActions", []),
        insufficient_data_actions=get("InsufficientDataActions", []),
        actions_enabled=get("ActionsEnabled", True),
        rule=get("AlarmRule"),
        tags=get("Tags", []),
    )
    alarm.alarm_rule = get("AlarmRule")
    alarm.state_value = before.state_value if before else "INSUFFICIENT_DATA"
    return EmptyResult()


SERVICE = AwsService(
    name="cloudwatch",
    operations=OPERATIONS,
    patch=patch,
    resource_types=(METRIC_ALARM,),
    tagging=TagOperations(parameters={"ResourceARN": "{arn}"}),
    signing_name="monitoring",
    vpc_endpoint="monitoring",
)
