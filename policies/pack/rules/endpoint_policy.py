"""NET-02: a VPC endpoint has a policy that limits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.pack.model import NotApplicable, Rule, Severity, StackResource
from policies.pack.related_resources import attached
from policies.pack.statements import StatementView, parse

POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
CALLER = ("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths")
OWNER = ("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths")
# Endpoint types that take a policy.
# Source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies".
WITH_POLICY = ("Gateway", "Interface")
# Services that take none, each with its source: their endpoints let everything through.
WITHOUT_POLICY = {
    "codepipeline": "aws-samples, data-perimeter-policy-examples, Service-specific guidance: AWS CodePipeline",
}
_BUCKET = re.compile(r"arn:[^:]*:s3:::([^/]*)")


def check(endpoint: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """The policy is there, lets not everything through, and to S3 names buckets or their owner."""
    kind = endpoint.text("vpcEndpointType") or "Gateway"
    if kind not in WITH_POLICY:
        raise NotApplicable(f"an endpoint of type {kind} takes no policy")
    document = _document(endpoint, stack)
    if document in (None, ""):
        service = endpoint.text("serviceName").rpartition(".")[2]
        if service in WITHOUT_POLICY:
            raise NotApplicable(f"the endpoint service {service} takes no policy")
        return ["the endpoint has no policy, and AWS's default lets everything through"]
    storage = endpoint.text("serviceName").endswith(".s3")
    return [
        violation
        for statement in parse(document)
        if statement.allows
        for violation in (_open(statement) + (_open_buckets(statement) if storage else []))
    ]


def _document(endpoint: StackResource, stack: Sequence[StackResource]) -> object:
    own = endpoint.get("policy")
    if own not in (None, ""):
        return own
    apart = attached(endpoint, stack, [POLICY], "vpcEndpointId")
    return apart[0].get("policy") if apart else None


def _open(statement: StatementView) -> list[str]:
    everything = statement.not_actions or any(a == "*" or a.endswith(":*") for a in statement.actions)
    everywhere = statement.not_resources or "*" in statement.resources
    limited = statement.fixes(CALLER) or statement.fixes(OWNER)
    if statement.for_everybody and everything and everywhere and not limited:
        return [f"{statement.label} lets everybody do everything through the endpoint"]
    return []


def _open_buckets(statement: StatementView) -> list[str]:
    if statement.fixes(OWNER):
        return []
    names = [_bucket(resource) for resource in statement.resources]
    return [
        f"{statement.label} reaches buckets called {name} of any account"
        for name in dict.fromkeys(names)
        if re.search(r"[*?]", name)
    ]


def _bucket(resource: str) -> str:
    found = _BUCKET.match(resource)
    return found.group(1) if found else resource


RULE = Rule(
    id="NET-02",
    name="net-endpoint-policy",
    title="VPC endpoints have policies that limit",
    why="Through an open endpoint data leaves to anybody's bucket, with credentials brought along.",
    fix="Hold aws:PrincipalAccount and aws:ResourceAccount to the platform's accounts; name AWS-owned buckets in full.",
    severity=Severity.HIGH,
    types=("aws:ec2/vpcEndpoint:VpcEndpoint",),
    scope="stack",
    related_types=(POLICY,),
    check=check,
)
