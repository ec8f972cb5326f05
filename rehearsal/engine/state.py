"""What the engine knows of each stack: resources with their inputs, outputs and options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.engine.values import shown

SECRET = "[secret]"  # noqa: S105


class StackFailed(Exception):
    """A stack could not be brought up or down. The message is for people."""


def partition(region: str) -> str:
    """The partition of a region, as ARNs have it."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


@dataclass
class Resource:
    """One resource of a stack, as the real engine keeps it in its state.

    `inputs` and `outputs` are plain values under Pulumi's property names; `secrets` names those at the top that
    hold a secret. `options` holds protect, provider, dependsOn, propertyDependencies, aliases, ignoreChanges,
    deleteBeforeReplace, retainOnDelete, replaceOnChanges, additionalSecretOutputs, deletedWith, customTimeouts.
    """

    stack: str
    account: str
    region: str
    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    provider: str = ""
    secrets: frozenset[str] = frozenset()
    generation: int = 0

    @property
    def managed(self) -> bool:
        """Whether something in AWS stands behind it."""
        return self.custom and not self.type.startswith("pulumi:")

    @property
    def needs(self) -> set[str]:
        """URNs that must exist while this does."""
        wanted = {self.parent, self.provider.rpartition("::")[0], *self.options.get("dependsOn", [])}
        for urns in self.options.get("propertyDependencies", {}).values():
            wanted.update(urns)
        return wanted - {""}

    def values(self) -> dict[str, Any]:
        """Every value that a call about this resource may be filled from."""
        return {
            **self.inputs,
            **self.outputs,
            "id": self.id,
            "account": self.account,
            "region": self.region,
            "partition": partition(self.region),
        }


@dataclass
class Stack:
    """A stack's state. `replaced` holds resources that a replacement left behind and the engine has yet to delete."""

    name: str
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_outputs: frozenset[str] = frozenset()
    replaced: list[Resource] = field(default_factory=list)


@dataclass(frozen=True)
class Missing:
    """A resource that AWS does not have, or has otherwise than the state says."""

    stack: str
    urn: str
    account: str
    reason: str


def resources_json(stacks: Mapping[str, Stack]) -> list[dict[str, Any]]:
    """Every resource of every stack, in creation order, secrets hidden: `build/rehearsal/resources.json`."""
    return [_shown(resource) for stack in stacks.values() for resource in stack.resources.values()]


def _shown(resource: Resource) -> dict[str, Any]:
    def hidden(values: Mapping[str, Any]) -> dict[str, Any]:
        return {k: SECRET if k in resource.secrets else shown(v) for k, v in values.items()}

    return {
        "stack": resource.stack,
        "account": resource.account,
        "region": resource.region,
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "custom": resource.custom,
        "id": resource.id,
        "provider": resource.provider,
        "options": {**resource.options, "secrets": sorted(resource.secrets)},
        "inputs": hidden(resource.inputs),
        "outputs": hidden(resource.outputs),
    }


def dependents_first(resources: Mapping[str, Resource]) -> list[Resource]:
    """Order of deletion: whatever needs a resource comes before it; later made first."""
    ordered: list[Resource] = []
    seen: set[str] = set()

    def visit(urn: str) -> None:
        if urn in seen or urn not in resources:
            return
        seen.add(urn)
        for needed in sorted(resources[urn].needs):
            visit(needed)
        ordered.append(resources[urn])

    for urn in resources:
        visit(urn)
    return ordered[::-1]
