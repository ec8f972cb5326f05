"""CloudFormation resource types that are made through their own API, as a table.

Property names of CloudFormation are those of the API, so a row holds operations, names and what differs. Which
properties force a replacement and what Ref and GetAtt give: CloudFormation Template Reference, page of each type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.core.utils import get_service_model

Members = Mapping[str, Any]


def _same(properties: Members) -> dict[str, Any]:
    return dict(properties)


@dataclass(frozen=True, kw_only=True)
class Stabilization:
    """How long-running creation is waited for: the describe answer's status member, and what it means."""

    status: str
    good: frozenset[str]
    bad: frozenset[str]
    reason: str
    # A member that must equal the property of the same name once stable: a rollback leaves the old one.
    reached: str


@dataclass(frozen=True, kw_only=True)
class StackTagOperations:
    """How tags of a resource that exists are changed; `arn` is the argument's name, `described` where its value is."""

    tag: str
    untag: str
    arn: str
    described: str


@dataclass(frozen=True, kw_only=True)
class StackResourceType:
    """One CloudFormation resource type; `service` is empty where CloudFormation itself makes it, with nobody's right.

    `identity` gives the arguments of describe and delete from the resource's properties, `reference` the value of
    Ref from properties and the description, `attributes` members of the description for GetAtt. `create_only` is
    None where every property is.
    """

    service: str
    create: str
    describe: str
    delete: str
    identity: Callable[[Members], dict[str, Any]]
    reference: Callable[[Members, Members], str]
    found: Callable[[Members], Members] = lambda answer: answer
    update: str | None = None
    name: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    create_only: frozenset[str] | None = None
    expand: Callable[[Members], dict[str, Any]] = _same
    stabilization: Stabilization | None = None
    tagging: StackTagOperations | None = None
    deletion: Callable[[Members], dict[str, Any]] | None = None


def _sagemaker_tags(described: str) -> StackTagOperations:
    return StackTagOperations(tag="add_tags", untag="delete_tags", arn="ResourceArn", described=described)


def _named(member: str) -> Callable[[Members], dict[str, Any]]:
    return lambda properties: {member: properties[member]}


def _target(properties: Members) -> dict[str, Any]:
    return {key: properties[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}


def _policy(properties: Members) -> dict[str, Any]:
    """A policy may name its target by the target's Ref: `resource|dimension|namespace`."""
    expanded = {key: value for key, value in properties.items() if key != "ScalingTargetId"}
    if "ScalingTargetId" in properties:
        resource, dimension, namespace = properties["ScalingTargetId"].split("|")
        expanded |= {"ResourceId": resource, "ScalableDimension": dimension, "ServiceNamespace": namespace}
    return expanded


def _policy_identity(properties: Members) -> dict[str, Any]:
    expanded = _policy(properties)
    return {"PolicyNames": [expanded["PolicyName"]], **_target(expanded)}


def _policy_deletion(properties: Members) -> dict[str, Any]:
    expanded = _policy(properties)
    return {"PolicyName": expanded["PolicyName"], **_target(expanded)}


RESOURCE_TYPES: dict[str, StackResourceType] = {
    "AWS::CloudFormation::WaitConditionHandle": StackResourceType(
        service="",
        create="",
        describe="",
        delete="",
        identity=_same,
        reference=lambda *_: "https://cloudformation-waitcondition.s3.amazonaws.com/",
    ),
    "AWS::SageMaker::Model": StackResourceType(
        service="sagemaker",
        create="create_model",
        describe="describe_model",
        delete="delete_model",
        name="ModelName",
        identity=_named("ModelName"),
        reference=lambda _, found: str(found["ModelArn"]),
        tagging=_sagemaker_tags("ModelArn"),
        attributes={"ModelName": "ModelName"},
    ),
    "AWS::SageMaker::EndpointConfig": StackResourceType(
        service="sagemaker",
        create="create_endpoint_config",
        describe="describe_endpoint_config",
        delete="delete_endpoint_config",
        name="EndpointConfigName",
        identity=_named("EndpointConfigName"),
        reference=lambda _, found: str(found["EndpointConfigArn"]),
        tagging=_sagemaker_tags("EndpointConfigArn"),
        attributes={"EndpointConfigName": "EndpointConfigName"},
    ),
    "AWS::SageMaker::Endpoint": StackResourceType(
        service="sagemaker",
        create="create_endpoint",
        describe="describe_endpoint",
        update="update_endpoint",
        delete="delete_endpoint",
        name="EndpointName",
        identity=_named("EndpointName"),
        reference=lambda _, found: str(found["EndpointArn"]),
        tagging=_sagemaker_tags("EndpointArn"),
        attributes={"EndpointName": "EndpointName"},
        create_only=frozenset({"EndpointName"}),
        stabilization=Stabilization(
            status="EndpointStatus",
            good=frozenset({"InService"}),
            bad=frozenset({"Failed", "UpdateRollbackFailed", "OutOfService"}),
            reason="FailureReason",
            reached="EndpointConfigName",
        ),
    ),
    "AWS::CloudWatch::Alarm": StackResourceType(
        service="cloudwatch",
        create="put_metric_alarm",
        update="put_metric_alarm",
        describe="describe_alarms",
        delete="delete_alarms",
        name="AlarmName",
        identity=lambda properties: {"AlarmNames": [properties["AlarmName"]]},
        found=lambda answer: answer["MetricAlarms"][0] if answer["MetricAlarms"] else {},
        reference=lambda properties, _: str(properties["AlarmName"]),
        attributes={"Arn": "AlarmArn"},
        tagging=StackTagOperations(tag="tag_resource", untag="untag_resource", arn="ResourceARN", described="AlarmArn"),
        create_only=frozenset({"AlarmName"}),
    ),
    "AWS::CloudWatch::Dashboard": StackResourceType(
        service="cloudwatch",
        create="put_dashboard",
        update="put_dashboard",
        describe="get_dashboard",
        delete="delete_dashboards",
        name="DashboardName",
        identity=_named("DashboardName"),
        deletion=lambda properties: {"DashboardNames": [properties["DashboardName"]]},
        reference=lambda properties, _: str(properties["DashboardName"]),
        create_only=frozenset({"DashboardName"}),
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": StackResourceType(
        service="application-autoscaling",
        create="register_scalable_target",
        update="register_scalable_target",
        describe="describe_scalable_targets",
        delete="deregister_scalable_target",
        identity=lambda properties: {
            "ServiceNamespace": properties["ServiceNamespace"],
            "ResourceIds": [properties["ResourceId"]],
            "ScalableDimension": properties["ScalableDimension"],
        },
        deletion=_target,
        found=lambda answer: answer["ScalableTargets"][0] if answer["ScalableTargets"] else {},
        reference=lambda p, _: f"{p['ResourceId']}|{p['ScalableDimension']}|{p['ServiceNamespace']}",
        create_only=frozenset({"ResourceId", "ScalableDimension", "ServiceNamespace"}),
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": StackResourceType(
        service="application-autoscaling",
        create="put_scaling_policy",
        update="put_scaling_policy",
        describe="describe_scaling_policies",
        delete="delete_scaling_policy",
        name="PolicyName",
        identity=_policy_identity,
        deletion=_policy_deletion,
        found=lambda answer: answer["ScalingPolicies"][0] if answer["ScalingPolicies"] else {},
        reference=lambda _, found: str(found["PolicyARN"]),
        attributes={"Arn": "PolicyARN"},
        create_only=frozenset({"PolicyName", "ScalingTargetId", "ResourceId", "ScalableDimension", "ServiceNamespace"}),
        expand=_policy,
    ),
}


def api_name(method: str) -> str:
    """The operation of a boto3 method."""
    return "".join(word.title() for word in method.split("_"))


def input_shape(resource_type: StackResourceType, method: str) -> StructureShape:
    """The operation's input in botocore's model."""
    model = get_service_model(resource_type.service)
    return model.operation_model(api_name(method)).input_shape


def unknown_properties(resource_type: StackResourceType, properties: Members) -> list[str]:
    """Properties that neither creation nor update takes."""
    known = set(input_shape(resource_type, resource_type.create).members)
    if resource_type.update:
        known |= set(input_shape(resource_type, resource_type.update).members)
    return sorted(set(resource_type.expand(properties)) - known)


def arguments(resource_type: StackResourceType, method: str, properties: Members) -> dict[str, Any]:
    """The properties that an operation takes, in its types."""
    shape = input_shape(resource_type, method)
    expanded = resource_type.expand(properties)
    return {name: typed(value, shape.members[name]) for name, value in expanded.items() if name in shape.members}


def typed_like(client: Any, method: str, given: Members) -> dict[str, Any]:
    """Arguments of a client's method, in its types. A name that the operation lacks stays for it to refuse."""
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    members = model.input_shape.members if model.input_shape else {}
    return {name: typed(value, members[name]) if name in members else value for name, value in given.items()}


def typed(value: Any, shape: Shape) -> Any:
    """A template's value in the API's type: CloudFormation takes "3" for 3, and tags as a list everywhere."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = shape.members
        return {key: typed(item, members[key]) if key in members else item for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [typed(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, list):
        return {entry["Key"]: str(entry["Value"]) for entry in value}
    if isinstance(value, str):
        return _scalar(value, shape.type_name)
    if isinstance(value, int | float) and not isinstance(value, bool) and shape.type_name == "string":
        return str(value)
    return value


def _scalar(text: str, type_name: str) -> Any:
    try:
        if type_name in ("integer", "long"):
            return int(text)
        if type_name in ("float", "double"):
            return float(text)
    except ValueError:
        return text
    if type_name == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text
