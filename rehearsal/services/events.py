"""EventBridge. Actions and condition keys: Service Authorization Reference, "Amazon EventBridge"."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from rehearsal.service_model.emulator import parameters
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    RightsFunction,
    arn_template,
    pass_role,
    requires,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, create_or_update
from rehearsal.service_model.sample import Sample, policy_document
from rehearsal.service_model.schedule_expressions import BadSchedule, rate_seconds
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

BUS = ResourceType(
    type="aws:cloudwatch/eventBus:EventBus",
    read_after_create=False,
    create=ApiCall(operation="CreateEventBus"),
    id="{name}",
    name="name",
    read=ReadCall(operation="DescribeEventBus", parameters={"Name": "{name}"}),
    update=(ApiCall(operation="UpdateEventBus"),),
    replace_on=("name", "eventSourceName"),
    delete=(ApiCall(operation="DeleteEventBus"),),
    outputs={"arn": "EventBusArn"},
    sample=Sample({"name": "sample-bus"}, update={"description": "A sample"}),
)

BUS_POLICY = ResourceType(
    type="aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    read_after_create=False,
    **create_or_update("PutPermission", defaults={"eventBusName": "default"}),
    id="{eventBusName}",
    replace_on=("eventBusName",),
    read=ReadCall(operation="DescribeEventBus", parameters={"Name": "{eventBusName}"}, deleted_when="!Policy"),
    delete=(
        ApiCall(
            operation="RemovePermission",
            parameters={"EventBusName": "{eventBusName}", "RemoveAllPermissions": True},
        ),
    ),
    sample=Sample(
        {
            "eventBusName": "${aws:cloudwatch/eventBus:EventBus.name}",
            "policy": policy_document(
                "events:PutEvents",
                principal={"AWS": "arn:aws:iam::222222222222:root"},
                resource="${aws:cloudwatch/eventBus:EventBus.arn}",
            ),
        },
        update={
            "policy": policy_document(
                "events:PutEvents",
                principal={"AWS": "arn:aws:iam::333333333333:root"},
                resource="${aws:cloudwatch/eventBus:EventBus.arn}",
            )
        },
    ),
)

RULE = ResourceType(
    type="aws:cloudwatch/eventRule:EventRule",
    read_after_create=False,
    **create_or_update("PutRule"),
    id="{name}",
    name="name",
    replace_on=("name", "eventBusName"),
    read=ReadCall(operation="DescribeRule", parameters={"EventBusName": "{eventBusName}"}),
    delete=(ApiCall(operation="DeleteRule", parameters={"EventBusName": "{eventBusName}"}),),
    outputs={"arn": "RuleArn"},
    not_sent={"forceDestroy": "only rules that AWS manages need force"},
    sample=Sample(
        {
            "name": "sample-rule",
            "eventBusName": "${aws:cloudwatch/eventBus:EventBus.name}",
            "eventPattern": json.dumps({"source": ["aws.sagemaker"]}),
            "state": "ENABLED",
        },
        update={"description": "Events of SageMaker"},
    ),
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

TARGET = ResourceType(
    type="aws:cloudwatch/eventTarget:EventTarget",
    read_after_create=False,
    **create_or_update("PutTargets", members=_TARGET),
    id="{rule}-{targetId}",
    name="targetId",
    replace_on=("rule", "targetId", "eventBusName"),
    read=ReadCall(
        operation="ListTargetsByRule",
        parameters={"EventBusName": "{eventBusName}"},
        path="Targets[?Id=='{targetId}'] | [0]",
    ),
    delete=(ApiCall(operation="RemoveTargets", parameters={"EventBusName": "{eventBusName}", "Ids": ["{targetId}"]}),),
    not_sent={"forceDestroy": "only rules that AWS manages need force"},
    sample=Sample(
        {
            "rule": "${aws:cloudwatch/eventRule:EventRule.name}",
            "eventBusName": "${aws:cloudwatch/eventBus:EventBus.name}",
            "targetId": "sample-target",
            "arn": "${aws:sns/topic:Topic.arn}",
            "roleArn": "${aws:iam/role:Role.arn}",
            "inputTransformer": {"inputPaths": {"detail": "$.detail"}, "inputTemplate": '{"model": <detail>}'},
        },
        update={"inputTransformer": {"inputPaths": {"detail": "$.detail"}, "inputTemplate": '{"event": <detail>}'}},
    ),
)

_BUS_ARN = arn_template("events", "event-bus/{Name}")
_PRINCIPAL = "events.amazonaws.com"


def _rule(action: str, member: str = "Name", **more: Any) -> RightsFunction:
    """Rules of the default bus have no bus in their ARN."""

    def rights(request: ApiRequest) -> list[Right]:
        bus = str(request.parameters.get("EventBusName") or "default")
        inner = "" if bus == "default" else f"{bus.rpartition('/')[2]}/"
        return RequiredAction(
            action=f"events:{action}", resource=arn_template("events", f"rule/{inner}{{{member}}}"), **more
        ).rights(request)

    return rights


def _putting(request: ApiRequest) -> list[Right]:
    """Events of one call may go to several buses."""
    entries = request.parameters.get("Entries") or [{}]
    found: dict[str, Right] = {}
    for entry in entries:
        bus = str(entry.get("EventBusName") or "default")
        arn = (
            bus
            if bus.startswith("arn:")
            else f"arn:{request.partition}:events:{request.region}:{request.account}:event-bus/{bus}"
        )
        keys = {"events:source": str(entry.get("Source", "")), "events:detail-type": str(entry.get("DetailType", ""))}
        context = {key: value for key, value in keys.items() if value}
        found[arn + str(context)] = Right(action="events:PutEvents", resource=arn, context=context)
    return list(found.values())


OPERATIONS: Operations = {
    "CreateEventBus": (
        *requires("events:CreateEventBus", _BUS_ARN, tags="Tags"),
        RequiredAction(action="events:TagResource", resource=_BUS_ARN, tags="Tags", when="Tags"),
    ),
    "DeleteEventBus": requires("events:DeleteEventBus", _BUS_ARN),
    "DeleteRule": (_rule("DeleteRule"),),
    "DescribeEventBus": requires("events:DescribeEventBus", _BUS_ARN),
    "DescribeRule": (_rule("DescribeRule"),),
    "DisableRule": (_rule("DisableRule"),),
    "EnableRule": (_rule("EnableRule"),),
    "ListTagsForResource": requires("events:ListTagsForResource", "{ResourceARN}"),
    "ListTargetsByRule": (_rule("ListTargetsByRule", "Rule"),),
    "PutEvents": (_putting,),
    # These know no resource (Service Authorization Reference).
    "PutPermission": requires("events:PutPermission"),
    "RemovePermission": requires("events:RemovePermission"),
    "PutRule": (
        _rule("PutRule", tags="Tags"),
        _rule("TagResource", tags="Tags", when="Tags"),
        pass_role("RoleArn", _PRINCIPAL),
    ),
    "PutTargets": (
        _rule(
            "PutTargets",
            "Rule",
            context_keys={"events:TargetArn": "Targets.Arn"},
            multivalued_keys=("events:TargetArn",),
        ),
        pass_role("Targets.RoleArn", _PRINCIPAL),
    ),
    "RemoveTargets": (_rule("RemoveTargets", "Rule"),),
    "TagResource": requires("events:TagResource", "{ResourceARN}", tags="Tags"),
    "UntagResource": requires("events:UntagResource", "{ResourceARN}", context_keys={"aws:TagKeys": "TagKeys"}),
    "UpdateEventBus": requires("events:UpdateEventBus", _BUS_ARN),
}


def patch(patches: Patches) -> None:
    """Updates of buses, patterns that look into lists of structures, and refusals of schedules, which moto lacks."""
    from moto.events.models import EventPattern, EventsBackend
    from moto.events.responses import EventsHandler

    patches.add(EventsHandler, update_event_bus)
    patches.wrap(EventPattern, "matches_event", _matches)
    patches.wrap(EventsBackend, "put_rule", _put_rule)


def _put_rule(original: Callable[..., Any], backend: Any, name: str, *given: Any, **named: Any) -> Any:
    """Refuse a schedule as EventBridge does; a new one begins with the rule (`rehearsal.eventbridge.schedules`)."""
    from moto.events.exceptions import ValidationException

    expression = named.get("scheduled_expression")
    if expression:
        try:
            rate_seconds(expression)
        except BadSchedule as error:
            raise ValidationException(str(error)) from None
    return original(backend, name, *given, **named)


def _matches(original: Callable[..., bool], instance: Any, event: Any) -> bool:
    """A list of structures matches where one of them does, in all its members.

    Source: EventBridge User Guide, "Using arrays in event patterns".
    """
    return any(original(instance, variant) for variant in _without_lists(event))


def _without_lists(value: Any) -> Iterator[Any]:
    """The value with each list of structures replaced by one of its structures, in every way."""
    if isinstance(value, Mapping):
        for chosen in product(
            *([(name, variant) for variant in _without_lists(inner)] for name, inner in value.items())
        ):
            yield dict(chosen)
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for item in value:
            yield from _without_lists(item)
    else:
        yield value


def update_event_bus(instance: Any) -> tuple[str, dict[str, Any]]:
    """UpdateEventBus: what is given replaces what was."""
    from moto.core.utils import unix_time

    members = parameters(instance)
    bus = instance.events_backend.describe_event_bus(members["Name"])
    bus.description = members.get("Description", bus.description)
    bus.kms_key_identifier = members.get("KmsKeyIdentifier", bus.kms_key_identifier)
    bus.dead_letter_config = members.get("DeadLetterConfig", bus.dead_letter_config)
    bus.last_modified_time = unix_time()
    return json.dumps({"Arn": bus.arn, "Name": bus.name}), instance.response_headers


SERVICE = AwsService(
    name="events",
    operations=OPERATIONS,
    resource_types=(BUS, BUS_POLICY, RULE, TARGET),
    tagging=TagOperations(parameters={"ResourceARN": "{arn}"}),
    patch=patch,
)
