"""One stack's resources, joined as AWS joins them: policies with what carries them, aliases with keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from policies.access.graph.model import account_of
from policies.pack.model import StackResource

ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
EXCLUSIVE = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
REFERENCE = "pulumi:pulumi:StackReference"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
# ARNs that the provider, or an in-memory AWS, leaves out; region, account and name.
_FORMS = {"ModelPackageGroup": "sagemaker:{}:{}:model-package-group/{}", "Pipeline": "codepipeline:{}:{}:{}"}
_IDENTITIES = ("id", "arn", "name", "bucket", "url", "keyId", "modelPackageGroupName")


class Joined:
    """The resources of a stack, found by type and by what they point at."""

    def __init__(self, name: str, resources: Sequence[StackResource]) -> None:
        self.name = name
        self._by_type: dict[str, list[StackResource]] = {}
        for resource in resources:
            self._by_type.setdefault(resource.type, []).append(resource)
        self._pointing: dict[tuple[str, str], dict[object, list[StackResource]]] = {}

    @cached_property
    def _place(self) -> tuple[str, str, str]:
        """Partition, region and account, as the first regional ARN says them; an S3 ARN says neither of the last."""
        for resource in (one for many in self._by_type.values() for one in many):
            parts = str(resource.props.get("arn") or "").split(":")
            if len(parts) > 5 and parts[3] and parts[4].isdigit():
                return parts[1], parts[3], parts[4]
        accounts = [account_of(str(role.props.get("arn"))) for role in self.of("aws:iam/role:Role")]
        return "aws", "", next((account for account in accounts if account), "")

    @property
    def account(self) -> str:
        """The account that the stack was built in."""
        return self._place[2]

    @property
    def partition(self) -> str:
        """The partition that the stack was built in."""
        return self._place[0]

    @cached_property
    def mark(self) -> str | None:
        """The `platform` tag of what the stack made."""
        resources = (one for many in self._by_type.values() for one in many)
        tagged = (tags for one in resources if isinstance(tags := one.props.get("tagsAll"), Mapping))
        return next((str(tags["platform"]) for tags in tagged if tags.get("platform")), None)

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """What the stack tells others."""
        return {key: value for stack in self.of("pulumi:pulumi:Stack") for key, value in stack.props.items()}

    def regional(self, service: str, resource: str) -> str:
        """ARN of something in the stack's account and region."""
        partition, region, account = self._place
        return f"arn:{partition}:{service}:{region}:{account}:{resource}"

    def organization_paths(self) -> list[str]:
        """What the stack says stands for the accounts in policies: its output `organizationPaths`."""
        return texts(self.outputs.get("organizationPaths"))

    def references(self) -> list[str]:
        """Names of the stacks whose outputs this one reads: `<organization>/<project>/<stack>` each."""
        return [str(one.props.get("name") or one.name).rsplit("/", 1)[-1] for one in self.of(REFERENCE)]

    def arn(self, resource: StackResource) -> str:
        """A resource's ARN, put together where the provider gives none."""
        known = resource.props.get("arn")
        if isinstance(known, str) and known.startswith("arn:"):
            return known
        partition, region, account = self._place
        kind = resource.type.rsplit(":", 1)[-1]
        name = resource.props.get("modelPackageGroupName") or resource.props.get("id")
        form = _FORMS.get(kind, "unknown:{}:{}:{}")
        return f"arn:{partition}:" + form.format(region, account, name)

    def of(self, token: str) -> list[StackResource]:
        """Resources of a type."""
        return self._by_type.get(token, [])

    def pointing(self, token: str, prop: str, resource: StackResource) -> list[StackResource]:
        """Resources of a type whose property names this resource, by name, id, ARN or address."""
        return self._naming(token, prop, _identities(resource))

    def _naming(self, token: str, prop: str, names: set[str]) -> list[StackResource]:
        index = self._pointing.get((token, prop))
        if index is None:
            index = self._pointing[token, prop] = {}
            for other in self.of(token):
                value = other.props.get(prop)
                if isinstance(value, str):
                    index.setdefault(value, []).append(other)
        return [other for name in sorted(names) for other in index.get(name, [])]

    def apart(self, token: str, prop: str, owner: str) -> list[StackResource]:
        """Resources of a type whose property names no resource of type `owner` that the stack made."""
        made = {name for one in self.of(owner) for name in _identities(one)}
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
        return {arn for arn in found if arn.startswith("arn:")}

    def bucket_key(self, bucket: StackResource) -> str | None:
        """The key that a bucket's default encryption names."""
        for one in self.pointing(ENCRYPTION, "bucket", bucket):
            for rule in mappings(one.props.get("rules")):
                default = rule.get("applyServerSideEncryptionByDefault")
                if isinstance(default, Mapping) and default.get("kmsMasterKeyId"):
                    return str(default["kmsMasterKeyId"])
        return None

    def aliases(self, key: StackResource) -> tuple[str, ...]:
        """Aliases of a key."""
        return self.aliases_of(_identities(key))

    def aliases_of(self, names: set[str]) -> tuple[str, ...]:
        """Aliases of a key by whatever names it."""
        found = self._naming("aws:kms/alias:Alias", "targetKeyId", names)
        return tuple(sorted(str(one.props.get("name")) for one in found))

    def function_policy(self, function: StackResource) -> dict[str, Any] | None:
        """The policy that a function's permissions add up to; None without any. Source: Lambda AddPermission."""
        found = self.pointing("aws:lambda/permission:Permission", "function", function)
        statements = [_permission(one, str(function.props.get("arn"))) for one in found]
        return {"Version": "2012-10-17", "Statement": statements} if statements else None


def _identities(resource: StackResource) -> set[str]:
    """What other resources name it by: its name, id, ARN or address."""
    return {value for key in _IDENTITIES if isinstance(value := resource.props.get(key), str)}


def _permission(permission: StackResource, function: str) -> dict[str, Any]:
    props = permission.props
    principal = str(props.get("principal"))
    named = (
        {"Service": principal} if principal.endswith((".amazonaws.com", ".amazonaws.com.cn")) else {"AWS": principal}
    )
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
