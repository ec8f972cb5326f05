"""What stacks tell each other: written and read in this one place, by name and type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pulumi

Text = pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class WorkloadOutputs:
    """A workload account, as the data science stack needs to know it."""

    account: pulumi.Input[str]
    region: pulumi.Input[str]
    stage: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[str]]
    workload_security_group_id: pulumi.Input[str]
    s3_endpoint_id: pulumi.Input[str]
    kms_endpoint_id: pulumi.Input[str]
    volume_key_arn: pulumi.Input[str]
    capture_bucket: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    event_bus_arn: pulumi.Input[str]
    # Project id -> {"model", "test", "stackset-execution": role ARN}
    project_roles: pulumi.Input[dict[str, dict[str, str]]]
    # ARNs of model roles whose serverless endpoints fetch models from outside the VPC.
    serverless_roles: pulumi.Input[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class DataScienceOutputs:
    """The data science account, as projects need to know it."""

    account: pulumi.Input[str]
    region: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[str]]
    workload_security_group_id: pulumi.Input[str]
    s3_endpoint_id: pulumi.Input[str]
    kms_endpoint_id: pulumi.Input[str]
    data_key_arn: pulumi.Input[str]
    models_key_arn: pulumi.Input[str]
    volume_key_arn: pulumi.Input[str]
    operations_key_arn: pulumi.Input[str]
    data_bucket: pulumi.Input[str]
    models_bucket: pulumi.Input[str]
    artifacts_bucket: pulumi.Input[str]
    image_repository_arn: pulumi.Input[str]
    image_uri: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    studio_domain_id: pulumi.Input[str]
    # One for each scientist: {"name", "role", "projects": [id]}
    scientists: pulumi.Input[list[dict[str, Any]]]
    approver_role_arn: pulumi.Input[str]
    # One for each workload stack: {"stack", "stage", "account", "region", "projects": [id]}
    workloads: pulumi.Input[list[dict[str, Any]]]
    # Project id -> names of who is sent links to approve by; and the ARN of the topic that sends them
    approval_links: pulumi.Input[dict[str, list[str]]]
    approval_topics: pulumi.Input[dict[str, str]]
    # What stands for the workload accounts in policies, where those are too many to be listed.
    organization_paths: pulumi.Input[Sequence[str]]


Outputs = TypeVar("Outputs", WorkloadOutputs, DataScienceOutputs)


def camel(name: str) -> str:
    """Name of a field in a stack's outputs."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def publish(outputs: WorkloadOutputs | DataScienceOutputs) -> None:
    """Export every field of the outputs."""
    for field in fields(outputs):
        pulumi.export(camel(field.name), getattr(outputs, field.name))


def read(kind: type[Outputs], organization: str, stack: str) -> Outputs:
    """The outputs of another stack of this project.

    A missing output raises RunError that says which stack to bring up.
    """
    name = f"{organization}/{pulumi.get_project()}/{stack}"
    outputs = pulumi.StackReference(name).outputs
    values = {field.name: _output(outputs, camel(field.name), stack) for field in fields(kind)}
    return kind(**values)


def _output(outputs: pulumi.Output[Any], name: str, stack: str) -> pulumi.Output[Any]:
    def pick(known: dict[str, Any]) -> Any:
        if name not in known:
            raise pulumi.RunError(f"stack {stack!r} has no output {name!r}: run `pulumi up -s {stack}` first")
        return known[name]

    return outputs.apply(pick)
