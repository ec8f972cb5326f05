"""A Pulumi program of samples: one resource of each type, in the order in which they refer to each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import pulumi
import pulumi_aws as aws

from rehearsal.engine import schema
from rehearsal.service_model.sample import Sample, SampleArchive
from rehearsal.services import invocations, resource_types

ACCOUNT, REGION = "111111111111", "eu-west-1"
TAGS = {"owner": "samples"}
_REFERENCE = re.compile(r"\$\{(?P<type>[\w:/-]+)\.(?P<output>\w+)\}")
_PSEUDO_PARAMETERS = {"${AWS::AccountId}": ACCOUNT, "${AWS::Region}": REGION}


class UnknownSample(Exception):
    """A sample refers to a type that no module has."""


def samples() -> dict[str, Sample]:
    """The sample of every type, by Pulumi's token."""
    found = {each.type: each.sample for each in resource_types().values()}
    return found | {each.type: each.sample for each in invocations().values()}


def in_order(types: Iterable[str]) -> list[str]:
    """The types, and all that their samples refer to, each after what it needs. Raises UnknownSample, CycleError."""
    graph: dict[str, set[str]] = {}
    pending = list(types)
    while pending:
        type_ = pending.pop()
        if type_ not in graph:
            graph[type_] = needed(type_)
            pending += graph[type_]
    return list(TopologicalSorter(graph).static_order())


def needed(type_: str) -> set[str]:
    """Types that a sample refers to."""
    every = samples()
    sample = every[type_]
    found = {*sample.depends_on, *_referred(sample.inputs), *_referred(sample.update)}
    unknown = sorted(found - every.keys())
    if unknown:
        raise UnknownSample(f"the sample of {type_} refers to {', '.join(unknown)}, of which there is no sample")
    return found


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (match["type"] for match in _REFERENCE.finditer(value))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _referred(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _referred(inner)


def program(types: Iterable[str], *, updated: bool = False) -> Callable[[], None]:
    """Declares the sample of each type; `updated` with the changes that the samples say."""

    def declare() -> None:
        provider = aws.Provider(
            "samples",
            region=REGION,
            allowed_account_ids=[ACCOUNT],
            default_tags=aws.ProviderDefaultTagsArgs(tags=TAGS),
        )
        declared: dict[str, pulumi.CustomResource] = {}
        for type_ in types:
            sample = samples()[type_]
            inputs = {**sample.inputs, **(sample.update if updated else {})}
            options = pulumi.ResourceOptions(
                provider=provider, depends_on=[declared[other] for other in sample.depends_on]
            )
            # Outputs are properties without a value.
            properties: dict[str, Any] = dict.fromkeys(schema.outputs(type_))
            properties |= {name: _resolved(value, declared) for name, value in inputs.items()}
            declared[type_] = pulumi.CustomResource(type_, "sample", properties, options)

    return declare


def _resolved(value: Any, declared: Mapping[str, pulumi.CustomResource]) -> Any:
    """An input with the outputs that it refers to."""
    if isinstance(value, SampleArchive):
        return pulumi.AssetArchive({name: pulumi.StringAsset(text) for name, text in value.files.items()})
    if isinstance(value, Mapping):
        return {key: _resolved(inner, declared) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_resolved(inner, declared) for inner in value]
    return _resolved_text(value, declared) if isinstance(value, str) else value


def _resolved_text(text: str, declared: Mapping[str, pulumi.CustomResource]) -> Any:
    for parameter, constant in _PSEUDO_PARAMETERS.items():
        text = text.replace(parameter, constant)
    references = list(_REFERENCE.finditer(text))
    if not references:
        return text
    outputs = [getattr(declared[match["type"]], match["output"]) for match in references]
    if references[0].group() == text:
        return outputs[0]
    return pulumi.Output.all(*outputs).apply(lambda found: _filled(text, found))


def _filled(text: str, outputs: Iterable[Any]) -> str:
    """The text with its references replaced, in their order."""
    values = iter(outputs)
    return _REFERENCE.sub(lambda _: str(next(values)), text)
