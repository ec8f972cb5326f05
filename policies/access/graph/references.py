"""What properties of resources name outside policies: accounts, buckets, keys, anything with an ARN, hosts, addresses.

Policies decide what comes in; a property can lead out just as well: a bucket that receives copies, a topic that is
told, a role of another account that a pipeline acts with. Whether what is named is the platform's is decided elsewhere.
Properties that are read as policies are not read here again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies.access.graph.closed_world_types import READ
from policies.pack.captured import CapturedStack
from policies.pack.model import StackResource

# Not a part of an id in hexadecimal digits, nor of a longer number.
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])(?<![0-9a-f]{4}-)\d{12}(?![0-9A-Za-z])")
# Amazon S3 User Guide, "Bucket naming rules".
_NAME = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_BUCKET = re.compile(
    rf"(?:arn:[a-z0-9-]+:s3:::|s3://)({_NAME})|(?<![a-z0-9.-])({_NAME})\.s3[.-][a-z0-9.-]*amazonaws\.com"
)
_VPC = re.compile(r"(?<![0-9A-Za-z-])vpc-[0-9a-f]{8,17}(?![0-9A-Za-z])")
# A whole ARN with an account; one with wildcards, or that ends in a colon, is a pattern.
_ARN = re.compile(r"arn:[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]*:\d{12}:[\w+=,.@/:$~-]*[\w+=@/$~-](?![\w+=@/:$~*?{-])")
# Amazon ECR User Guide, "Private registry"; Amazon SQS Developer Guide, "Queue and message identifiers".
_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com[a-z.]*/([a-z0-9][a-z0-9._/-]*)")
_QUEUE = re.compile(r"https://sqs\.[a-z0-9-]+\.amazonaws\.com[a-z.]*/\d{12}/[\w-]+(?:\.fifo)?")
# A host of a URL, or one that a path or an image follows.
_HOST = re.compile(
    r"[a-z][a-z0-9+]*://(?:[^\s/@\"]*@)?([\w-]+(?:\.[\w-]+)+)|(?<![\w.@/-])((?:[\w-]+\.)+[a-z]{2,})/[\w-]", re.I
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Hosts of AWS that an account or a bucket names, which are found as such, or that are a service and nobody's.
_READ_AS_OTHERS = re.compile(
    r"\d{12}\.dkr\.ecr\.|.*\.s3[.-][a-z0-9.-]*amazonaws\.com|[a-z0-9-]+\.[a-z]{2}-[a-z-]+-\d\.amazonaws\.com(\.cn)?$"
)
# Type -> properties that hold patterns of names: what they fit is decided elsewhere.
_PATTERNS: Mapping[str, str] = {
    # Which buckets' events a trail records; it leads nowhere.
    "aws:cloudtrail/trail:Trail": "advancedEventSelectors",
}
# What AWS calls a resource besides its ARN: it names nothing else.
_COMPUTED: Mapping[str, Sequence[str]] = {
    "aws:lambda/function:Function": ("invokeArn", "qualifiedInvokeArn", "qualifiedArn"),
    "aws:sagemaker/domain:Domain": ("singleSignOnApplicationArn", "url"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("dnsEntries",),
    "aws:apigateway/deployment:Deployment": ("executionArn", "invokeUrl"),
    "aws:apigateway/restApi:RestApi": ("executionArn",),
    "aws:apigateway/stage:Stage": ("executionArn", "invokeUrl", "webAclArn"),
}
# Type -> property that says who is let in, in a word of its own: an account, an ARN, or everybody.
_PRINCIPALS: Mapping[str, str] = {
    "aws:ec2/vpcEndpointService:VpcEndpointService": "allowedPrincipals[]",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": "principalArn",
    "aws:ram/principalAssociation:PrincipalAssociation": "principal",
}
_IDENTIFIERS = ("arn", "executionArn", "id", "url", "keyId", "qualifiedArn")
# Where the part of a template stands that is an API (stacks/project_api.py), and the roles that it lets call.
_API = ("aws:s3/bucketObjectv2:BucketObjectv2", "content")
_CALLER = re.compile(r'(?<=")arn:[a-z0-9-]+:iam::\d{12}:role/[\w+=,.@/-]+(?=")')
# Who is told by a topic: a telephone number has no form of its own.
_SUBSCRIBER = ("aws:sns/topicSubscription:TopicSubscription", "endpoint")
# An API by its name.
_API_NAME = ("aws:apigateway/restApi:RestApi", "name")
_BUCKET_PROPERTY = re.compile(r"bucket(name)?$", re.IGNORECASE)
_KEY_PROPERTY = re.compile(r"(kms|encryption|master|volume).*key(id|arn)?$", re.IGNORECASE)
_BUS_PROPERTY = re.compile(r"eventBus(Name)?$")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Something that a property names: `kind` says what, `path` is the property, with its members.

    Kinds: account, bucket, vpc, key (id, ARN or alias), bus (by name), resource (a whole ARN, a queue's URL, an image's
    repository), principal (whom a share or an endpoint service lets in), host, address, api (by name), project (of
    another project: `project_references`), and caller: a role, by its whole ARN, that the part of a project's template
    names which is its API.
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
            for path, text in property_texts(resource):
                for kind, name in _named(resource.type, path, text):
                    reference = Reference(kind=kind, name=name, stack=stack.stack, urn=resource.urn, path=path)
                    found.setdefault((kind, name, resource.urn), reference)
    return tuple(found.values())


def declared_identifiers(stacks: Iterable[CapturedStack]) -> frozenset[str]:
    """ARNs, ids and URLs of what the stacks made, and what their outputs name: what was there before is among those.

    Of a repository of images: its account and name.
    """
    found: set[str] = set()
    for stack in stacks:
        for resource in stack.with_outputs:
            if resource.type == "pulumi:pulumi:Stack":
                found.update(text for _, text in _values("", resource.props))
            found.update(value for prop in _IDENTIFIERS if isinstance(value := resource.props.get(prop), str))
            found.update("/".join(pair) for pair in _IMAGE.findall(str(resource.props.get("repositoryUrl"))))
    return frozenset(found)


def property_texts(resource: StackResource) -> Iterator[tuple[str, str]]:
    """Every text of a custom resource with its path, but for policies, which are read as such, and for tags."""
    if not resource.custom or resource.type.startswith("pulumi:"):
        return
    policies = {*READ.get(resource.type, ())} - {_PRINCIPALS.get(resource.type)}
    passed_over = ("tags", "tagsAll", _PATTERNS.get(resource.type), *_COMPUTED.get(resource.type, ()))
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
    yield from (("resource", arn) for arn in _ARN.findall(text))
    yield from (("resource", url) for url in _QUEUE.findall(text))
    yield from (("resource", f"{account}/{name.split(':')[0]}") for account, name in _IMAGE.findall(text))
    yield from (
        ("host", name) for pair in _HOST.findall(text) if (name := "".join(pair)) and not _READ_AS_OTHERS.match(name)
    )
    yield from (("address", address) for address in _ADDRESS.findall(text))
    yield from _by_property(token, path, text)


def _by_property(token: str, path: str, text: str) -> Iterator[tuple[str, str]]:
    """What a text is by the name of its property."""
    last = path.rpartition(".")[2].removesuffix("[]")
    if _BUCKET_PROPERTY.search(last) and re.fullmatch(_NAME, text):
        yield "bucket", text
    if _KEY_PROPERTY.search(last):
        yield "key", text
    if _BUS_PROPERTY.search(last) and not text.startswith("arn:"):
        yield "bus", text
    if _PRINCIPALS.get(token) == path:
        yield "principal", text
    if (token, path) == _API_NAME:
        yield "api", text
    if (token, path) == _SUBSCRIBER and not text.startswith("arn:"):
        yield "address", text
