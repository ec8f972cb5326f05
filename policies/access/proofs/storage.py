"""Buckets and keys by what they are for, and findings where one that must be there, or a bucket's key, is not found."""

from __future__ import annotations

from collections.abc import Iterator

from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.graph.purposes import resources_with_purpose
from policies.access.proofs.emptiness import has_data_science
from policies.access.proofs.theorem import Finding

# Purposes of the buckets, and of the keys, that stacks of each sort have.
_OF_DATA_SCIENCE = {"bucket": ("artifacts", "data", "models"), "key": ("data", "models")}
_OF_WORKLOADS = {"bucket": ("capture",), "key": ("capture",)}


def keyed_buckets(
    graph: PolicyGraph, *purposes: str
) -> tuple[list[tuple[PolicyResource, PolicyResource]], list[Finding]]:
    """Buckets of the purposes with the keys of their default encryption, and what was not found."""
    buckets, findings = stored(graph, "bucket", *purposes)
    pairs = [(bucket, graph.policy_resources.get(bucket.key_arn or "")) for bucket in buckets]
    keyless = [bucket for bucket, key in pairs if key is None or key.kind != "key"]
    findings += [
        Finding(title=f"{bucket.name} encrypts with {bucket.key_arn or 'no key'}, which is no key that was built here")
        for bucket in keyless
    ]
    return [(bucket, key) for bucket, key in pairs if key is not None and bucket not in keyless], findings


def stored(graph: PolicyGraph, kind: str, *purposes: str) -> tuple[list[PolicyResource], list[Finding]]:
    """Buckets or keys of the purposes, and a finding for each that a stack must have and that was not found."""
    found = resources_with_purpose(graph, kind, *purposes)
    return found, [Finding(title=title) for title in _missing(graph, kind, purposes, found)]


def _missing(graph: PolicyGraph, kind: str, purposes: tuple[str, ...], found: list[PolicyResource]) -> Iterator[str]:
    there = {each.purpose for each in found}
    if has_data_science(graph):
        for purpose in sorted({*purposes} & {*_OF_DATA_SCIENCE[kind]} - there):
            yield f"no {kind} of the data science account is for {purpose}"
    by_stack = {(each.stack, each.purpose) for each in found}
    for stack in sorted({*graph.stages} & {*graph.stacks}):
        for purpose in sorted({*purposes} & {*_OF_WORKLOADS[kind]}):
            if (stack, purpose) not in by_stack:
                yield f"no {kind} of {stack} is for {purpose}"
