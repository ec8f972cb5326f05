"""CloudWatch logs and alarms, EventBridge."""

from __future__ import annotations

from rehearsal.engine.table.row import Call, Read, Row, put

LOG_GROUP = Row(
    type="aws:cloudwatch/logGroup:LogGroup",
    service="logs",
    told=True,
    create=Call(operation="CreateLogGroup", places={"name": "logGroupName"}),
    id="{name}",
    name="name",
    then=(
        Call(
            operation="PutRetentionPolicy",
            takes=("retentionInDays",),
            fills={"logGroupName": "{name}"},
            when=lambda known: bool(known.get("retentionInDays")),
            unset=Call(operation="DeleteRetentionPolicy", fills={"logGroupName": "{name}"}),
        ),
    ),
    read=Read(
        operation="DescribeLogGroups",
        fills={"logGroupNamePrefix": "{name}"},
        at="logGroups[?logGroupName=='{name}'] | [0]",
    ),
    update=(
        Call(
            operation="AssociateKmsKey",
            takes=("kmsKeyId",),
            fills={"logGroupName": "{name}"},
            unset=Call(operation="DisassociateKmsKey", fills={"logGroupName": "{name}"}),
        ),
    ),
    delete=(
        Call(
            operation="DeleteLogGroup",
            fills={"logGroupName": "{name}"},
            when=lambda known: not known.get("skipDestroy"),
        ),
    ),
    gives={"arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}"},
    ignored={"skipDestroy": "the engine's own: read when the group is deleted"},
)

METRIC_ALARM = Row(
    type="aws:cloudwatch/metricAlarm:MetricAlarm",
    service="cloudwatch",
    told=True,
    **put(
        "PutMetricAlarm",
        places={
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
    replaces=("name",),
    read=Read(operation="DescribeAlarms", fills={"AlarmNames": ["{name}"]}, at="MetricAlarms[0]"),
    delete=(Call(operation="DeleteAlarms", fills={"AlarmNames": ["{name}"]}),),
    gives={"arn": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"},
)

BUS = Row(
    type="aws:cloudwatch/eventBus:EventBus",
    service="events",
    told=True,
    create=Call(operation="CreateEventBus"),
    id="{name}",
    name="name",
    read=Read(operation="DescribeEventBus", fills={"Name": "{name}"}),
    update=(Call(operation="UpdateEventBus"),),
    replaces=("name", "eventSourceName"),
    delete=(Call(operation="DeleteEventBus"),),
    gives={"arn": "EventBusArn"},
)

BUS_POLICY = Row(
    type="aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    service="events",
    told=True,
    **put("PutPermission", defaults={"eventBusName": "default"}),
    id="{eventBusName}",
    replaces=("eventBusName",),
    read=Read(operation="DescribeEventBus", fills={"Name": "{eventBusName}"}, gone="!Policy"),
    delete=(
        Call(
            operation="RemovePermission",
            fills={"EventBusName": "{eventBusName}", "RemoveAllPermissions": True},
        ),
    ),
)

RULE = Row(
    type="aws:cloudwatch/eventRule:EventRule",
    service="events",
    told=True,
    **put("PutRule"),
    id="{name}",
    name="name",
    replaces=("name", "eventBusName"),
    read=Read(operation="DescribeRule", fills={"EventBusName": "{eventBusName}"}),
    delete=(Call(operation="DeleteRule", fills={"EventBusName": "{eventBusName}"}),),
    gives={"arn": "RuleArn"},
    ignored={"forceDestroy": "only rules that AWS manages need force"},
)

_TARGET = {
    "targetId": "Targets.Id",
    "arn": "Targets.Arn",
    "roleArn": "Targets.RoleArn",
    "input": "Targets.Input",
    "inputPath": "Targets.InputPath",
    "inputTransformer": "Targets.InputTransformer",
    "inputTransformer.inputPaths": "InputPathsMap",
    "deadLetterConfig": "Targets.DeadLetterConfig",
    "retryPolicy": "Targets.RetryPolicy",
    "sqsTarget": "Targets.SqsParameters",
    "httpTarget": "Targets.HttpParameters",
    "sagemakerPipelineTarget": "Targets.SageMakerPipelineParameters",
}
TARGET = Row(
    type="aws:cloudwatch/eventTarget:EventTarget",
    service="events",
    told=True,
    **put("PutTargets", places=_TARGET),
    id="{rule}-{targetId}",
    name="targetId",
    replaces=("rule", "targetId", "eventBusName"),
    read=Read(
        operation="ListTargetsByRule",
        fills={"EventBusName": "{eventBusName}"},
        at="Targets[?Id=='{targetId}'] | [0]",
    ),
    delete=(Call(operation="RemoveTargets", fills={"EventBusName": "{eventBusName}", "Ids": ["{targetId}"]}),),
    ignored={"forceDestroy": "only rules that AWS manages need force"},
)

ROWS = (LOG_GROUP, METRIC_ALARM, BUS, BUS_POLICY, RULE, TARGET)
