"""Reads resources whose properties decide, and who works for which project, from captured stacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.access.graph.declared import TYPES, DeclaredResource
from policies.access.graph.stack_resources import StackResources, mappings, tags_of, texts
from policies.pack.model import StackResource

# The output of a data science stack that says which scientists work for which projects.
_SCIENTISTS = "scientists"


def declared(stacks: Sequence[StackResources]) -> tuple[DeclaredResource, ...]:
    """Resources of the types that theorems read, in the order of the stacks."""
    return tuple(_declared(stack, resource) for stack in stacks for token in TYPES for resource in stack.of(token))


def _declared(stack: StackResources, resource: StackResource) -> DeclaredResource:
    name = resource.props.get("name") or resource.props.get("id") or resource.name
    return DeclaredResource(
        type=resource.type,
        stack=stack.name,
        account=stack.scope.account,
        region=stack.scope.region,
        urn=resource.urn,
        arn=stack.arn(resource),
        name=str(name),
        props=resource.props,
        tags=tags_of(resource),
    )


def members(stacks: Sequence[StackResources]) -> dict[str, frozenset[str]]:
    """Projects that people work for, by the ARN of their role in Studio, as the outputs of stacks say."""
    return {arn: projects for stack in stacks for arn, projects in _members(stack)}


def _members(stack: StackResources) -> Iterator[tuple[str, frozenset[str]]]:
    for scientist in mappings(stack.outputs.get(_SCIENTISTS)):
        role = scientist.get("role")
        if isinstance(role, str):
            yield role, frozenset(texts(scientist.get("projects")))
