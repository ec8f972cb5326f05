"""The resources that stacks declared, as the deployer of their account makes, changes and removes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from catalog.roles import RoleKind
from catalog.scope import Scope
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.existing import KEY_POLICY
from policies.access.graph.purposes import roles_of_kind
from policies.access.graph.stack_resources import StackResources, tags_of
from policies.access.published.cloudformation_types import TYPES, WITHOUT_SCHEMA
from policies.access.published.handled_resources import HandledResources
from policies.pack.captured import CapturedStack
from policies.pack.model import StackResource

# How EC2 begins the ids of its resources -> the kind in their ARNs.
_IDS = {
    "eipalloc": "elastic-ip",
    "fl": "vpc-flow-log",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
_EC2_ID = re.compile(rf"({'|'.join(sorted(_IDS, key=len, reverse=True))})-[0-9a-f]{{8,}}")
_VPC = "aws:ec2/vpc:Vpc"
# What an owner tags before the platform may use it.
_MARKED_BY_OWNER = ("route-table", "security-group", "subnet", "vpc")
_STUDIO = {"elasticfilesystem:Encrypted": "true", "elasticfilesystem:CreateAction": "CreateFileSystem"}
# Action -> the service for which a service-linked role is made, by the type that needs it.
_CHANNEL = "AWS::Chatbot::SlackChannelConfiguration"
_LINKED = {
    _CHANNEL: ("management.chatbot.amazonaws.com", "AWSServiceRoleForAWSChatbot"),
    "AWS::SageMaker::Domain": ("sagemaker.amazonaws.com", "AWSServiceRoleForAmazonSageMakerNotebooks"),
}
# Services whose ARNs have no Region.
_GLOBAL = ("chatbot", "iam")
# Types that some settings declare, such as NAT, and the captured stacks may not -> the ends of their own ARN, if they
# have one, and of what they name.
_OPTIONAL: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    _CHANNEL: (
        ["chatbot chat-configuration/slack-channel/{prefix}-unnamed-alarms"],
        ["iam role/{prefix}/platform/{prefix}-unnamed-chat"],
    ),
    "AWS::EC2::EIP": (["ec2 elastic-ip/eipalloc-0"], []),
    "AWS::EC2::InternetGateway": (["ec2 internet-gateway/igw-0"], ["ec2 vpc/vpc-0"]),
    "AWS::EC2::NatGateway": (["ec2 natgateway/nat-0"], ["ec2 subnet/subnet-0", "ec2 elastic-ip/eipalloc-0"]),
    "AWS::EC2::Route": ([], ["ec2 route-table/rtb-0"]),
    "AWS::SNS::Subscription": (["sns {prefix}-unnamed-alarms"], []),
}


def unmapped_tokens(tokens: Iterable[str]) -> list[str]:
    """Tokens of AWS's provider that have neither a type of CloudFormation's nor a reason to have none, sorted."""
    return sorted({token for token in tokens if token.startswith("aws:")} - set(TYPES) - set(WITHOUT_SCHEMA))


def deployed_resources(graph: PolicyGraph, stacks: Sequence[CapturedStack]) -> Iterator[HandledResources]:
    """Every type that a stack declared, with the deployer of the stack's account.

    A foundation's own resources are left out: whoever owns the account makes them, and the deployer with them.
    """
    deployers = {role.account: role for role in roles_of_kind(graph, RoleKind.DEPLOYER)}
    made_with = {role.stack for role in deployers.values()}
    for stack in stacks:
        resources = StackResources(stack.stack, stack.with_outputs)
        deployer = deployers.get(resources.scope.account)
        if deployer is not None and stack.stack not in made_with:
            declared = _Declared(graph, deployer, resources, stack.with_outputs)
            yield from declared.types()
            yield from declared.optional_types()


class _Declared:
    """One stack's resources, with what they name."""

    def __init__(
        self, graph: PolicyGraph, deployer: IamRole, stack: StackResources, resources: Sequence[StackResource]
    ) -> None:
        self.deployer, self.scope = deployer, stack.scope
        self.resources = [resource for resource in resources if resource.type in TYPES]
        self.own = {resource.urn: _own_arns(stack, resource) for resource in self.resources}
        self.tags: dict[str, Mapping[str, str]] = {
            arn: tags for each in self.resources for arn in self.own[each.urn] if (tags := tags_of(each))
        }
        self.tags |= {arn: key.tags for arn, key in graph.policy_resources.items() if key.tags}
        existing = (*self._existing_network(), *self._existing_keys())
        self.tags |= {arn: {"platform": stack.scope.prefix} for arn in existing}
        self.names = dict(self._names())

    def _existing_network(self) -> Iterator[str]:
        """What a stack without a VPC of its own names of a network: `stacks/existing_network.py` asks for its tag."""
        if any(resource.type == _VPC for resource in self.resources):
            return
        made = {arn for arns in self.own.values() for arn in arns}
        for resource in self.resources:
            for text in _texts(resource.props):
                yield from (
                    arn for arn in _ec2_arns(self.scope, text) if arn not in made and _kind(arn) in _MARKED_BY_OWNER
                )

    def _existing_keys(self) -> Iterator[str]:
        """Keys of which the stack makes the policy alone: `stacks/existing_storage.py` asks for their tag."""
        for resource in self.resources:
            if resource.type == KEY_POLICY:
                yield from self.own[resource.urn]

    def _names(self) -> Iterator[tuple[str, str]]:
        """Names and ids by which other resources name one -> its ARN."""
        for resource in self.resources:
            for value in (resource.props.get(key) for key in ("id", "name", "bucket", "keyId")):
                if isinstance(value, str) and self.own[resource.urn] and not value.startswith("arn:"):
                    yield value, self.own[resource.urn][0]

    def types(self) -> Iterator[HandledResources]:
        """What the stack declares, by type."""
        by_type: dict[str, list[StackResource]] = {}
        for resource in self.resources:
            by_type.setdefault(TYPES[resource.type], []).append(resource)
        for type_name, resources in sorted(by_type.items()):
            yield self._of(type_name, resources)

    def optional_types(self) -> Iterator[HandledResources]:
        """What other settings would declare in the same account."""
        there = {TYPES[resource.type] for resource in self.resources}
        for type_name, (own, named) in _OPTIONAL.items():
            if type_name not in there:
                arns, others = ([self._arn(end) for end in ends] for ends in (own, named))
                platform = {"platform": self.scope.prefix}
                linked, conditions = self._linked(type_name)
                yield HandledResources(
                    type_name=type_name,
                    role=self.deployer,
                    scope=self.scope,
                    arns=arns,
                    named=others,
                    tags=dict.fromkeys((*arns, *others), platform),
                    conditions={"ec2:CreateTags": {"ec2:CreateAction": _create_action(type_name)}, **conditions},
                    resources=linked,
                )

    def _linked(self, type_name: str) -> tuple[dict[str, Sequence[str]], dict[str, Mapping[str, str]]]:
        """The service-linked role that a type needs, and the condition keys of making it."""
        if type_name not in _LINKED:
            return {}, {}
        (service, name), action = _LINKED[type_name], "iam:CreateServiceLinkedRole"
        role = self.scope.arn("iam", f"role/aws-service-role/{service}/{name}", region="")
        return {action: [role]}, {action: {"iam:AWSServiceName": service}}

    def _arn(self, end: str) -> str:
        service, _, rest = end.partition(" ")
        region = "" if service in _GLOBAL else None
        return self.scope.arn(service, rest.format(prefix=self.scope.prefix), region=region)

    def _of(self, type_name: str, resources: Sequence[StackResource]) -> HandledResources:
        own = list(dict.fromkeys(arn for each in resources for arn in self.own[each.urn]))
        texts = {text for resource in resources for text in _texts(resource.props)}
        # What callers of an API are granted is no resource of the API's own calls.
        named = {text for text in texts if text.startswith("arn:") and ":execute-api:" not in text} | {
            self.names[text] for text in texts if text in self.names
        }
        named |= {arn for text in texts for arn in _ec2_arns(self.scope, text)}
        boundary = next((str(each.props["permissionsBoundary"]) for each in resources if _bounded(each)), "")
        bounded = boundary or self._boundary(named)
        conditions: dict[str, Mapping[str, str]] = {
            f"iam:{verb}": {"iam:PermissionsBoundary": bounded} for verb in _WITH_BOUNDARY if bounded
        }
        conditions |= {f"elasticfilesystem:{verb}": _STUDIO for verb in ("CreateFileSystem", "TagResource")}
        conditions["ec2:CreateTags"] = {"ec2:CreateAction": _create_action(type_name)}
        conditions["lambda:AddPermission"] = {"lambda:Principal": _principal(resources)}
        linked, of_linked = self._linked(type_name)
        return HandledResources(
            type_name=type_name,
            role=self.deployer,
            scope=self.scope,
            arns=own,
            named=sorted(named - set(own)),
            tags=self.tags,
            conditions={**conditions, **of_linked},
            resources=linked,
        )

    def _boundary(self, named: Iterable[str]) -> str:
        """The boundary of a role that is named, as a role's policy names its role."""
        for resource in self.resources:
            if _bounded(resource) and {*self.own[resource.urn]} & {*named}:
                return str(resource.props["permissionsBoundary"])
        return ""


def _principal(resources: Sequence[StackResource]) -> str:
    """Whom a stack's permissions let call a function."""
    return next((str(each.props["principal"]) for each in resources if "principal" in each.props), "")


# What carries the boundary that a role has or is given (Service Authorization Reference, "AWS Identity and Access
# Management (IAM)").
_WITH_BOUNDARY = (
    "AttachRolePolicy",
    "CreateRole",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
)


def _create_action(type_name: str) -> str:
    noun = type_name.rpartition(":")[2]
    return "AllocateAddress" if noun == "EIP" else f"Create{noun}"


def _bounded(resource: StackResource) -> bool:
    return isinstance(resource.props.get("permissionsBoundary"), str)


def _own_arns(stack: StackResources, resource: StackResource) -> list[str]:
    """A resource's ARN; none for what has none, such as a bucket's versioning, which names its bucket."""
    arn = resource.props.get("arn")
    if isinstance(arn, str) and arn.startswith("arn:"):
        return [arn]
    if resource.type == KEY_POLICY:
        return [stack.scope.arn("kms", f"key/{str(resource.props.get('keyId')).rpartition('/')[2]}")]
    if TYPES.get(resource.type) == _CHANNEL:
        return [str(resource.props.get("id"))]
    if resource.type == "aws:apigateway/account:Account":
        # The account's own settings in the Region.
        return [stack.scope.arn("apigateway", "/account", account="")]
    made = stack.arn(resource)
    if ":unknown:" not in made:
        return [made]
    return _ec2_arns(stack.scope, str(resource.props.get("id")))


def _kind(arn: str) -> str:
    return arn.split(":", 5)[5].partition("/")[0]


def _ec2_arns(scope: Scope, text: str) -> list[str]:
    found = _EC2_ID.fullmatch(text)
    return [scope.arn("ec2", f"{_IDS[found[1]]}/{text}")] if found else []


def _texts(value: object) -> Iterator[str]:
    """Every text in the properties, policies and tags left out: what those name is not this resource's."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in ("policy", "assumeRolePolicy", "resourcePolicy", "tags", "tagsAll"):
                yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
