"""Small resources to compare, and strategies that draw some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies

from rehearsal.compare.capture import Captured

ROLE, QUEUE, VPC, SUBNET = (
    "aws:iam/role:Role",
    "aws:sqs/queue:Queue",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
)
ENDPOINT, KEY, NAT, ALARM = (
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:kms/key:Key",
    "aws:ec2/natGateway:NatGateway",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
)


def resource(
    name: str,
    type_: str = QUEUE,
    *,
    stack: str = "dev",
    region: str = "us-east-1",
    inputs: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Captured:
    """A resource as a side holds it."""
    return Captured(
        stack=stack,
        account="111111111111",
        region=region,
        urn=f"urn:pulumi:{stack}::mlops-platform::{type_}::{name}",
        type=type_,
        name=name,
        inputs=inputs or {},
        options=options or {},
    )


def record(name: str, type_: str, id_: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    """A resource as the rehearsal writes it down."""
    return {
        "stack": "dev",
        "account": "111111111111",
        "region": "us-east-1",
        "urn": f"urn:pulumi:dev::mlops-platform::{type_}::{name}",
        "type": type_,
        "name": name,
        "custom": True,
        "id": id_,
        "inputs": dict(inputs),
        "outputs": dict(outputs),
        "options": {},
    }


_VALUES = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers(0, 3) | strategies.sampled_from("abc"),
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.sampled_from("xy"), inner),
    max_leaves=5,
)
_INPUTS = strategies.dictionaries(
    strategies.sampled_from(["name", "fifoQueue", "delaySeconds", "policy", "tags"]), _VALUES, max_size=3
)
_RESOURCE = strategies.builds(
    resource,
    strategies.sampled_from(["one", "two", "three"]),
    strategies.sampled_from([ROLE, QUEUE, VPC, KEY, NAT]),
    stack=strategies.sampled_from(["dev", "prod"]),
    region=strategies.sampled_from(["us-east-1", "eu-west-1", "xx-nowhere-9"]),
    inputs=_INPUTS,
    options=strategies.fixed_dictionaries({"protect": strategies.booleans()}),
)
RESOURCES = strategies.lists(_RESOURCE, max_size=6, unique_by=lambda each: each.urn)
