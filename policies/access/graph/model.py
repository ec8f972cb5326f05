"""Roles, resources and VPC endpoints with their policies, and the authorization requests that follow from them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from catalog.roles import RoleKind
from catalog.scope import Scope
from policies.access.authorization import AuthorizationRequest, Document, RequestContext
from policies.access.graph.declared import DeclaredResource
from policies.access.graph.references import Reference

# An account that no policy mentions stands for all of them: policies tell accounts apart by equality alone.
FOREIGN_ACCOUNT = "999999999999"
# Not a part of an id in hexadecimal digits, such as the end of a key's.
_ACCOUNT_ID = re.compile(r"(?<![0-9a-z])(?<![0-9a-f]{4}-)\d{12}(?![0-9a-z])")


class BadExport(ValueError):
    """A file that is no export of this program, or something in it that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class IamRole:
    """An IAM role. `kind` is what its tag says; `inline` and `managed` are its policies, in the order of their names.

    `stack` made it. `boundary` is None where the role has none, and where no stack here made the one at `boundary_arn`.
    """

    arn: str
    account: str
    name: str
    path: str
    stack: str
    urn: str
    kind: RoleKind
    trust: Document
    inline: tuple[Document, ...] = ()
    managed: tuple[Document, ...] = ()
    boundary: Document | None = None
    boundary_arn: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[Document, ...]:
        """All its identity policies."""
        return (*self.inline, *self.managed)

    @property
    def project(self) -> str | None:
        """Id of the project that it belongs to, if it belongs to one."""
        return self.tags.get("project") or None

    @property
    def user(self) -> str | None:
        """Name of the person that it belongs to, if it belongs to one."""
        return self.tags.get("user") or None


@dataclass(frozen=True, kw_only=True)
class IamUser(IamRole):
    """An IAM user, with its groups' policies among its own: whatever is asked of roles is asked of it.

    Nobody assumes it: its trust admits nobody.
    """

    groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PolicyResource:
    """A resource that can carry a resource policy.

    `kind` is one of bucket, key, repository, group, bus, topic, queue, function, secret, and of an account as a whole
    registry (of images) and logs (its log groups), and log destination. `purpose` is what a bucket or
    a key is for; other kinds have none. `key_arn` is the key that encrypts a bucket's objects; `aliases` are a key's.
    `existing`: somebody else made it, and this stack wrote its policy.
    """

    kind: str
    arn: str
    account: str
    name: str
    stack: str
    urn: str
    policy: Document | None = None
    key_arn: str | None = None
    aliases: tuple[str, ...] = ()
    existing: bool = False
    purpose: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def project(self) -> str | None:
        """Id of the project that it belongs to, if it belongs to one."""
        return self.tags.get("project") or None


@dataclass(frozen=True, kw_only=True)
class VpcEndpoint:
    """A VPC endpoint. `service` is the last part of its service name, such as `s3` or `sagemaker.api`.

    `existing`: somebody else made it, and its policy is not known here. `exempted`: who answers for what passes through
    it without a limit, and until when; empty where nobody does.
    """

    id: str
    account: str
    vpc: str
    service: str
    stack: str
    urn: str = ""
    policy: Document | None = None
    existing: bool = False
    exempted: str = ""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Something that runs with a role: `kind` is one of those of `RUNNER_ACTIONS` in proofs/escalation/facts.py.

    `source` is the ARN of the object whose content decides what runs, where there is one; `artifacts` is the ARN of
    the folder that a pipeline keeps its artifacts in; `starts` names the builds that a pipeline runs; `parts` are the
    ARNs of its stages and of their actions.
    """

    kind: str
    arn: str
    account: str
    name: str
    role_arn: str
    stack: str
    urn: str
    source: str | None = None
    artifacts: str | None = None
    starts: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PolicyGraph:
    """Everything that was built, by ARN (VPC endpoints by id, runners by URN).

    `stacks`, `stages` and `scopes`: stack -> the account that it was built in, the stage that its account serves models
    for, and what its ARNs and names begin with. `organization_paths` stand for the accounts in policies, as the data
    science stack says; none: policies list them. `equivalent_accounts` are accounts of the platform that were left out
    because they are like one of these. `missing_stacks` are referred to by these and not among them. `references` are
    what properties name outside policies, `vpcs` the ids of the platform's VPCs, and `identifiers` the ARNs, ids and
    URLs of all that stacks made, with those that their outputs name. `declared` are resources whose properties theorems
    read; `members` the projects that people work for, by the ARN of their role.
    """

    roles: Mapping[str, IamRole]
    policy_resources: Mapping[str, PolicyResource]
    endpoints: Mapping[str, VpcEndpoint]
    runners: Mapping[str, Runner]
    stacks: Mapping[str, str]
    stages: Mapping[str, str] = field(default_factory=dict)
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    organization_paths: tuple[str, ...] = ()
    equivalent_accounts: frozenset[str] = frozenset()
    missing_stacks: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    identifiers: frozenset[str] = frozenset()
    vpcs: frozenset[str] = frozenset()
    declared: tuple[DeclaredResource, ...] = ()
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What the names and paths of everything begin with; empty where nothing is tagged with it."""
        return next((scope.prefix for scope in self.scopes.values() if scope.prefix), "")

    @property
    def scope(self) -> Scope:
        """The first stack's scope: its partition and prefix are those of all."""
        return next(iter(self.scopes.values()), Scope(partition="aws", account="", region="", prefix=""))

    def accounts(self) -> list[str]:
        """Account ids, sorted."""
        return sorted(set(self.stacks.values()))

    @cached_property
    def foreign_accounts(self) -> tuple[str, ...]:
        """Accounts that are not the platform's: one that no policy mentions, and each that some policy does."""
        return (FOREIGN_ACCOUNT, *(account for account in self.named_accounts if account != FOREIGN_ACCOUNT))

    @cached_property
    def named_accounts(self) -> tuple[str, ...]:
        """Accounts that some policy mentions and that are not the platform's, sorted."""
        carried = [resource.policy for resource in self.policy_resources.values()]
        carried += [endpoint.policy for endpoint in self.endpoints.values()]
        carried += [role.trust for role in self.roles.values()]
        documents = {id(document): document for document in carried if document}
        mentioned = {account for one in documents.values() for account in _ACCOUNT_ID.findall(json.dumps(one))}
        return tuple(sorted(mentioned - set(self.accounts()) - self.equivalent_accounts))

    def sorted_roles(self) -> list[IamRole]:
        """All roles, by ARN."""
        return sorted(self.roles.values(), key=lambda role: role.arn)

    def resources(self, kind: str) -> list[PolicyResource]:
        """Resources of a kind, by ARN."""
        found = (resource for resource in self.policy_resources.values() if resource.kind == kind)
        return sorted(found, key=lambda resource: resource.arn)

    def declared_of(self, token: str) -> list[DeclaredResource]:
        """Resources of a type whose properties theorems read, by URN."""
        return sorted((one for one in self.declared if one.type == token), key=lambda one: one.urn)

    def named(self, kind: str, ending: str) -> PolicyResource:
        """The one resource of a kind whose name, or one of whose aliases, ends so. Raises KeyError otherwise."""
        found = [one for one in self.resources(kind) if any(n.endswith(ending) for n in (one.name, *one.aliases))]
        if len(found) != 1:
            raise KeyError(f"{len(found)} resources of kind {kind} are named …{ending}")
        return found[0]

    def endpoint(self, account: str, service: str) -> VpcEndpoint | None:
        """An account's VPC endpoint of a service, if it has one."""
        return self._endpoints_by_service.get((account, service))

    @cached_property
    def _endpoints_by_service(self) -> dict[tuple[str, str], VpcEndpoint]:
        """The first by id, where a service has several."""
        return {(e.account, e.service): e for e in sorted(self.endpoints.values(), key=lambda e: e.id, reverse=True)}

    @cached_property
    def projects(self) -> tuple[str, ...]:
        """Ids of all projects that any role belongs to, sorted."""
        return tuple(sorted({role.project for role in self.roles.values() if role.project}))

    @cached_property
    def _groups(self) -> dict[tuple[str, str], PolicyResource]:
        return {(group.account, group.name): group for group in self.resources("group")}

    def policy_resource_of(self, arn: str) -> PolicyResource | None:
        """The resource whose policy decides about an ARN: an object's bucket, a model package's group."""
        if arn in self.policy_resources:
            return self.policy_resources[arn]
        parts = arn.split(":", 5)
        if len(parts) != 6:
            return None
        service, account, rest = parts[2], parts[4], parts[5]
        if service == "s3":
            return self.policy_resources.get(":".join([*parts[:5], rest.split("/", 1)[0]]))
        if service == "sagemaker" and rest.startswith("model-package/"):
            return self._groups.get((account, rest.split("/")[1]))
        if service == "lambda":
            return self.policy_resources.get(":".join([*parts[:5], *rest.split(":")[:2]]))
        return None

    def authorization_request(
        self,
        principal: str,
        action: str,
        resource: str,
        *,
        endpoint: str | None = None,
        context: RequestContext | None = None,
        owner: str | None = None,
        id: str = "",
    ) -> AuthorizationRequest:
        """The request with every policy that applies to it.

        `principal` is the ARN of a role of the graph, or anybody else's; `endpoint` is the id of the VPC endpoint that
        the request passes. `owner` is the account of the resource, needed only where neither the graph nor the ARN
        tells it. `context` adds to, and wins over, the condition keys that follow from role, endpoint and resource.
        """
        role, policy_resource = self.roles.get(principal), self.policy_resource_of(resource)
        vpc_endpoint = self.endpoints.get(endpoint) if endpoint else None
        account = role.account if role else account_of(principal)
        assumed = self.roles.get(resource) if action.lower().startswith("sts:") else None
        owner = owner or (policy_resource.account if policy_resource else account_of(resource)) or account or ""
        resource_policy = policy_resource.policy if policy_resource else None
        return AuthorizationRequest(
            id=id or f"{principal.rsplit('/', 1)[-1]} {action} {resource}",
            principal=principal,
            account=account,
            action=action,
            resource=resource,
            owner=owner,
            identity=role.identity if role else (),
            resource_policy=assumed.trust if assumed else resource_policy,
            endpoint_policy=vpc_endpoint.policy if vpc_endpoint else None,
            boundary=role.boundary if role else None,
            context={
                **_global_keys(role, policy_resource, vpc_endpoint, endpoint),
                **self._organization_keys(account, owner, vpc_endpoint),
                **(context or {}),
            },
        )

    def _organization_keys(
        self, account: str | None, owner: str, vpc_endpoint: VpcEndpoint | None
    ) -> dict[str, str | tuple[str, ...]]:
        """Condition keys that tell where in the organization caller, resource and VPC endpoint are."""
        paths = self.organization_paths[:1]
        if not paths:
            return {}
        keys = {"aws:PrincipalOrgPaths": account, "aws:ResourceOrgPaths": owner}
        if vpc_endpoint:
            keys["aws:VpceOrgPaths"] = vpc_endpoint.account
        found: dict[str, str | tuple[str, ...]] = {
            key: paths for key, member in keys.items() if member in self._member_accounts
        }
        if account in self._member_accounts:
            found["aws:PrincipalOrgID"] = paths[0].partition("/")[0]
        return found

    @cached_property
    def _member_accounts(self) -> frozenset[str]:
        return frozenset(self.stacks.values())


def _global_keys(
    role: IamRole | None, policy_resource: PolicyResource | None, vpc_endpoint: VpcEndpoint | None, endpoint: str | None
) -> dict[str, str | tuple[str, ...]]:
    """Condition keys that follow from who asks, from where, and for what. Every request to AWS is made over TLS."""
    keys: dict[str, str | tuple[str, ...]] = {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}
    if role:
        keys |= {"aws:PrincipalArn": role.arn, **{f"aws:PrincipalTag/{k}": v for k, v in role.tags.items()}}
    if endpoint:
        keys["aws:SourceVpce"] = endpoint
    if vpc_endpoint:
        keys["aws:SourceVpc"] = vpc_endpoint.vpc
    if policy_resource:
        keys |= {f"aws:ResourceTag/{key}": value for key, value in policy_resource.tags.items()}
        if policy_resource.aliases:
            keys["kms:ResourceAliases"] = policy_resource.aliases
    return keys


def account_of(arn: str) -> str | None:
    """The account in an ARN; None for services, for everybody, and for ARNs without one, such as S3's."""
    parts = arn.split(":", 5)
    return parts[4] or None if len(parts) == 6 else None
