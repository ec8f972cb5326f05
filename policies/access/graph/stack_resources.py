"""The resources of one stack, connected as on AWS: policies with the resources that they are of, aliases with keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from catalog.scope import Scope
from policies.access.graph.model import account_of
from policies.pack.model import StackResource

ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ATTACHMENT_OF_MANY = "aws:iam/policyAttachment:PolicyAttachment"
EXCLUSIVE = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
REFERENCE = "pulumi:pulumi:StackReference"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
# Types whose ARN the provider, or an in-memory AWS, leaves out -> service and form of its last part.
_ARN_FORMS = {"ModelPackageGroup": ("sagemaker", "model-package-group/{}"), "Pipeline": ("codepipeline", "{}")}
KEY = "aws:kms/key:Key"
# Types whose names and ids are no two accounts' at once. Source: Amazon S3 User Guide, "Bucket naming rules"; AWS KMS
# Developer Guide, "Key identifiers (KeyId)".
_UNIQUE_BY_NAME = ("aws:s3/bucket:Bucket", KEY)
# Properties by which another resource may name one.
_IDENTIFIERS = ("id", "arn", "name", "bucket", "url", "keyId", "modelPackageGroupName")


class StackResources:
    """The resources of a stack, by type and by the resource that a property names.

    `joined` are all stacks that are read together, this one among them: what one declares may be for another's.
    """

    def __init__(self, name: str, resources: Sequence[StackResource]) -> None:
        self.name = name
        self.joined: Sequence[StackResources] = (self,)
        self._by_type: dict[str, list[StackResource]] = {}
        for resource in resources:
            self._by_type.setdefault(resource.type, []).append(resource)
        self._pointing: dict[tuple[str, str], dict[object, list[StackResource]]] = {}

    @cached_property
    def scope(self) -> Scope:
        """Partition, region and account, as the first regional ARN says them; an S3 ARN says neither of the last."""
        prefix = self.platform_tag or ""
        for resource in (one for many in self._by_type.values() for one in many):
            parts = str(resource.props.get("arn") or "").split(":")
            if len(parts) > 5 and parts[3] and parts[4].isdigit():
                return Scope(partition=parts[1], account=parts[4], region=parts[3], prefix=prefix)
        accounts = [account_of(str(role.props.get("arn"))) for role in self.of("aws:iam/role:Role")]
        account = next((account for account in accounts if account), "")
        return Scope(partition="aws", account=account, region="", prefix=prefix)

    @cached_property
    def platform_tag(self) -> str | None:
        """The tag `platform` of what the stack made: the prefix of all names. None where nothing is tagged."""
        resources = (one for many in self._by_type.values() for one in many)
        tagged = (tags for one in resources if isinstance(tags := one.props.get("tagsAll"), Mapping))
        return next((str(tags["platform"]) for tags in tagged if tags.get("platform")), None)

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        return {key: value for stack in self.of("pulumi:pulumi:Stack") for key, value in stack.props.items()}

    def organization_paths(self) -> list[str]:
        """Organization paths that stand for the accounts in policies: the stack's output `organizationPaths`."""
        return texts(self.outputs.get("organizationPaths"))

    @property
    def stage(self) -> str | None:
        """The stage that the stack's account serves models for: its output `stage`, of workload stacks alone."""
        found = self.outputs.get("stage")
        return found if isinstance(found, str) else None

    def references(self) -> list[str]:
        """Names of the stacks whose outputs this one reads: `<organization>/<project>/<stack>` each."""
        return [str(one.props.get("name") or one.name).rsplit("/", 1)[-1] for one in self.of(REFERENCE)]

    def arn(self, resource: StackResource) -> str:
        """A resource's ARN, put together where the provider gives none."""
        arn = resource.props.get("arn")
        if isinstance(arn, str) and arn.startswith("arn:"):
            return arn
        service, form = _ARN_FORMS.get(resource.type.rsplit(":", 1)[-1], ("unknown", "{}"))
        return self.scope.arn(
            service, form.format(resource.props.get("modelPackageGroupName") or resource.props.get("id"))
        )

    def of(self, token: str) -> list[StackResource]:
        """Resources of a type."""
        return self._by_type.get(token, [])

    def pointing(self, token: str, prop: str, resource: StackResource) -> list[StackResource]:
        """Resources of a type, in any of the joined stacks, whose property names this resource.

        From everywhere by what is unique; by name or id from stacks of its own account; a key by its aliases too.
        """
        return [
            other for stack in self.joined for other in stack._that_name(token, prop, self.names_for(stack, resource))
        ]

    def names_for(self, other: StackResources, resource: StackResource) -> set[str]:
        """What resources of another stack, or this one, may name a resource of this stack by."""
        names = identifiers(resource)
        if resource.type == KEY:
            aliases = self.aliases(resource)
            names |= {*aliases, *(self.scope.arn("kms", alias) for alias in aliases)}
        if resource.type in _UNIQUE_BY_NAME or other.scope.account == self.scope.account:
            return names
        return {name for name in names if ":" in name}

    def _that_name(self, token: str, prop: str, names: set[str]) -> list[StackResource]:
        index = self._pointing.get((token, prop))
        if index is None:
            index = self._pointing[token, prop] = {}
            for other in self.of(token):
                value = other.props.get(prop)
                if isinstance(value, str):
                    index.setdefault(value, []).append(other)
        return [other for name in sorted(names) for other in index.get(name, [])]

    def pointing_elsewhere(self, token: str, prop: str, owner: str) -> list[StackResource]:
        """Resources of a type whose property names no resource of type `owner` that any joined stack made."""
        made = {name for stack in self.joined for one in stack.of(owner) for name in stack.names_for(self, one)}
        named = ((other, other.props.get(prop)) for other in self.of(token))
        return [other for other, name in named if isinstance(name, str) and name not in made]

    def managed_policies(self) -> dict[str, Any]:
        """Documents of the managed policies that the stack made, by ARN."""
        return {str(one.props.get("arn")): one.props.get("policy") for one in self.of("aws:iam/policy:Policy")}

    def attached_policies(self, role: StackResource) -> set[str]:
        """ARNs of managed policies on a role, however they were attached."""
        found = {str(one.props.get("policyArn")) for one in self.pointing(ATTACHMENT, "role", role)}
        found |= set(texts(role.props.get("managedPolicyArns")))
        for one in self.pointing(EXCLUSIVE, "roleName", role):
            found |= set(texts(one.props.get("policyArns")))
        found |= self.attached_at_once("roles", role)
        return {arn for arn in found if arn.startswith("arn:")}

    def attached_at_once(self, prop: str, principal: StackResource) -> set[str]:
        """ARNs of policies that are attached to several at once: roles, users or groups, as the property says."""
        return {
            str(one.props.get("policyArn"))
            for stack in self.joined
            for one in stack.of(ATTACHMENT_OF_MANY)
            if self.names_for(stack, principal).intersection(texts(one.props.get(prop)))
        }

    def bucket_key(self, bucket: StackResource) -> str | None:
        """ARN of the key that a bucket's default encryption names by id, ARN or alias, where that is SSE-KMS.

        As it is named where nobody made it.
        """
        for one in self.pointing(ENCRYPTION, "bucket", bucket):
            for rule in mappings(one.props.get("rules")):
                default = rule.get("applyServerSideEncryptionByDefault")
                if not isinstance(default, Mapping) or default.get("sseAlgorithm") != "aws:kms":
                    continue
                if default.get("kmsMasterKeyId"):
                    return self._key_arn(str(default["kmsMasterKeyId"]))
        return None

    def _key_arn(self, name: str) -> str:
        for stack in self.joined:
            for key in stack.of(KEY):
                if name in stack.names_for(self, key):
                    return str(key.props.get("arn"))
        return name

    def aliases(self, key: StackResource) -> tuple[str, ...]:
        """Aliases of a key."""
        return tuple(sorted({alias for stack in self.joined for alias in stack.aliases_of(identifiers(key))}))

    def aliases_of(self, names: set[str]) -> tuple[str, ...]:
        """Aliases of a key by whatever names it."""
        found = self._that_name("aws:kms/alias:Alias", "targetKeyId", names)
        return tuple(sorted(str(one.props.get("name")) for one in found))

    def function_policy(self, function: StackResource) -> dict[str, Any] | None:
        """The policy that a function's permissions add up to; None without any. Source: Lambda AddPermission."""
        found = self.pointing("aws:lambda/permission:Permission", "function", function)
        statements = [_permission(one, str(function.props.get("arn"))) for one in found]
        return {"Version": "2012-10-17", "Statement": statements} if statements else None


def joined(stacks: Sequence[StackResources]) -> Sequence[StackResources]:
    """The stacks, each knowing all."""
    for stack in stacks:
        stack.joined = stacks
    return stacks


def identifiers(resource: StackResource) -> set[str]:
    """Its name, id, ARN and URL."""
    return {value for key in _IDENTIFIERS if isinstance(value := resource.props.get(key), str)}


def principal_element(name: str) -> dict[str, str]:
    """The Principal element for an AWS service, or else for an account or an ARN."""
    return {"Service": name} if name.endswith((".amazonaws.com", ".amazonaws.com.cn")) else {"AWS": name}


def _permission(permission: StackResource, function: str) -> dict[str, Any]:
    props = permission.props
    principal = str(props.get("principal"))
    named = principal_element(principal)
    conditions: dict[str, dict[str, str]] = {}
    if props.get("sourceAccount"):
        conditions["StringEquals"] = {"aws:SourceAccount": str(props["sourceAccount"])}
    if props.get("sourceArn"):
        conditions["ArnLike"] = {"aws:SourceArn": str(props["sourceArn"])}
    if props.get("principalOrgId"):
        conditions.setdefault("StringEquals", {})["aws:PrincipalOrgID"] = str(props["principalOrgId"])
    statement: dict[str, Any] = {
        "Sid": str(props.get("statementId") or permission.name),
        "Effect": "Allow",
        "Principal": named,
        "Action": str(props.get("action")),
        "Resource": function,
    }
    return {**statement, "Condition": conditions} if conditions else statement


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; nothing of anything else."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def texts(value: object) -> list[str]:
    """The texts of a list; nothing of anything else."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def tags_of(resource: StackResource) -> dict[str, str]:
    """A resource's tags, those that its provider adds included."""
    tags = [resource.props.get(prop) for prop in ("tags", "tagsAll")]
    return {str(key): str(value) for found in tags if isinstance(found, Mapping) for key, value in found.items()}
