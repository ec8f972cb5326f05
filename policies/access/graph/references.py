"""Accounts, buckets and VPCs that properties of resources name, in whichever property it is.

Policies decide what comes in; a property can lead out just as well: a bucket that receives copies, a topic that is
told, a role of another account that a pipeline acts with. Properties that are read as policies are not read here again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policies.access.graph.closed_world_types import READ
from policies.pack.captured import CapturedStack
from policies.pack.model import StackResource

# Not a part of an id in hexadecimal digits, nor of a longer number.
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])(?<![0-9a-f]{4}-)\d{12}(?![0-9A-Za-z])")
# Amazon S3 User Guide, "Bucket naming rules".
_NAME = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_BUCKET = re.compile(rf"(?:arn:[a-z0-9-]+:s3:::|s3://)({_NAME})|https?://({_NAME})\.s3[.-]")
_VPC = re.compile(r"(?<![0-9A-Za-z-])vpc-[0-9a-f]{8,17}(?![0-9A-Za-z])")
# Type -> properties that hold patterns of names: what they fit is decided elsewhere.
_PATTERNS: Mapping[str, str] = {
    # Which buckets' events a trail records; it leads nowhere.
    "aws:cloudtrail/trail:Trail": "advancedEventSelectors",
}
# Where the part of a template stands that is an API (stacks/project_api.py), and the roles that it lets call.
_API = ("aws:s3/bucketObjectv2:BucketObjectv2", "content")
_CALLER = re.compile(r'(?<=")arn:[a-z0-9-]+:iam::\d{12}:role/[\w+=,.@/-]+(?=")')
_BUCKET_PROPERTY = re.compile(r"bucket(name)?$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Something that a property names: `kind` is account, bucket, vpc or caller, `path` the property, with its members.

    A caller is a role, by its whole ARN, that the part of a project's template names which is its API.
    """

    kind: str
    name: str
    stack: str
    urn: str
    path: str


def references(stacks: Iterable[CapturedStack]) -> tuple[Reference, ...]:
    """What the stacks' properties name, each name once for each resource."""
    found: dict[tuple[str, str, str], Reference] = {}
    for stack in stacks:
        for resource in stack.with_outputs:
            for path, text in _texts(resource):
                for kind, name in _named(resource.type, path, text):
                    reference = Reference(kind=kind, name=name, stack=stack.stack, urn=resource.urn, path=path)
                    found.setdefault((kind, name, resource.urn), reference)
    return tuple(found.values())


def _texts(resource: StackResource) -> Iterator[tuple[str, str]]:
    """Every text of a custom resource with its path, but for policies, which are read as such, and for tags."""
    if not resource.custom or resource.type.startswith("pulumi:"):
        return
    policies = {*READ.get(resource.type, ())}
    passed_over = ("tags", "tagsAll", _PATTERNS.get(resource.type))
    for path, text in _values("", resource.props):
        if path not in policies and re.split(r"[.\[]", path, maxsplit=1)[0] not in passed_over:
            yield path, text


def _values(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _values(f"{path}.{key}" if path else str(key), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _values(f"{path}[]", inner)


def _named(token: str, path: str, text: str) -> Iterator[tuple[str, str]]:
    if (token, path) == _API:
        callers = _CALLER.findall(text)
        yield from (("caller", arn) for arn in callers)
        text = _CALLER.sub("", text)
        # Their accounts are the principals of the policy whose condition names them.
        for account in {arn.split(":")[4] for arn in callers}:
            text = text.replace(f":iam::{account}:root", "")
    yield from (("account", account) for account in _ACCOUNT.findall(text))
    yield from (("bucket", first or second) for first, second in _BUCKET.findall(text))
    yield from (("vpc", vpc) for vpc in _VPC.findall(text))
    if _BUCKET_PROPERTY.search(path) and re.fullmatch(_NAME, text):
        yield "bucket", text
