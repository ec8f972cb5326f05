"""Policies of what no stack makes, since every account has it: its registry, its default event bus, its log groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.access.graph.grants import BUS_PERMISSION, permissions_of
from policies.access.graph.model import PolicyResource
from policies.access.graph.policy_documents import document, statements
from policies.access.graph.stack_resources import StackResources
from policies.pack.model import StackResource

BUS_POLICY = "aws:cloudwatch/eventBusPolicy:EventBusPolicy"
# Type -> kind, service, the last part of the ARN, and the property with the policy. Source: Service Authorization
# Reference, "Amazon Elastic Container Registry", PutRegistryPolicy; "Amazon CloudWatch Logs", PutResourcePolicy.
_POLICIES: Mapping[str, tuple[str, str, str, str]] = {
    "aws:ecr/registryPolicy:RegistryPolicy": ("registry", "ecr", "repository/*", "policy"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ("logs", "logs", "log-group:*", "policyDocument"),
}
# The bus that each account has.
DEFAULT_BUS = "default"


def account_policies(stack: StackResources) -> Iterator[PolicyResource]:
    """What a stack says of its account's registry, default bus and log groups; nothing of those that it leaves."""
    for token, (kind, service, ending, text) in _POLICIES.items():
        found = stack.of(token)
        policies = [document(one.props.get(text), f"{stack.name}: {one.name}") for one in found]
        if found:
            yield _resource(stack, kind, service, ending, found, [s for policy in policies for s in statements(policy)])
    of_bus = [one for token in (BUS_POLICY, BUS_PERMISSION) for one in stack.of(token) if names_default_bus(one)]
    if of_bus:
        policies = [document(one.props.get("policy"), one.name) for one in of_bus if one.type == BUS_POLICY]
        every = [statement for policy in policies for statement in statements(policy)]
        bus = f"event-bus/{DEFAULT_BUS}"
        permissions = [one for one in of_bus if one.type == BUS_PERMISSION]
        every += permissions_of(stack, permissions, stack.scope.arn("events", bus))
        yield _resource(stack, "bus", "events", bus, of_bus, every)


def names_default_bus(permission: StackResource) -> bool:
    """Whether a policy or permission is of the bus that every account has, which it names or leaves out."""
    return permission.props.get("eventBusName") in (None, "", DEFAULT_BUS)


def _resource(
    stack: StackResources,
    kind: str,
    service: str,
    ending: str,
    carriers: Sequence[StackResource],
    every: Sequence[Mapping[str, Any]],
) -> PolicyResource:
    return PolicyResource(
        kind=kind,
        arn=stack.scope.arn(service, ending),
        account=stack.scope.account,
        name=f"of {stack.scope.account}" if kind != "bus" else DEFAULT_BUS,
        stack=stack.name,
        urn=carriers[0].urn,
        policy={"Version": "2012-10-17", "Statement": list(every)},
    )
