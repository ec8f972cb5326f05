"""What was built, as far as access is concerned, and the questions that can be put to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from policies.access.authorization import AuthorizationRequest, Document, RequestContext

# An account that no policy mentions stands for all of them: policies tell accounts apart by equality alone.
STRANGER = "999999999999"
# Not a part of an id in hexadecimal digits, such as the end of a key's.
_ACCOUNT = re.compile(r"(?<![0-9a-z])(?<![0-9a-f]{4}-)\d{12}(?![0-9a-z])")


class BadExport(ValueError):
    """A file that is no export of this program, or something in it that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """An IAM role. `inline` and `managed` are its policies, in the order of their names; `stack` made it."""

    arn: str
    account: str
    name: str
    path: str
    stack: str
    urn: str
    trust: Document
    inline: tuple[Document, ...] = ()
    managed: tuple[Document, ...] = ()
    boundary: Document | None = None
    # A boundary that is attached but was not built here: its document is not known.
    boundary_arn: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[Document, ...]:
        """All its identity policies."""
        return (*self.inline, *self.managed)


@dataclass(frozen=True, kw_only=True)
class PolicyResource:
    """A resource that may carry a policy of its own.

    `kind` is one of bucket, key, repository, group, bus, topic, queue, function, secret. `key_arn` is the key that
    encrypts a bucket's objects; `aliases` are a key's. `purpose` is what it is for, where its name does not say that.
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
    purpose: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class VpcEndpoint:
    """A VPC endpoint. `service` is the last part of its service name, such as `s3` or `sagemaker.api`.

    `brought`: somebody else made it, and its policy is not known here.
    """

    id: str
    account: str
    vpc: str
    service: str
    stack: str
    policy: Document | None = None
    brought: bool = False


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Something that runs with a role: `kind` is build, pipeline, function, profile, domain or rule.

    `source` is the ARN of the object whose content decides what runs, where there is one; `artifacts` is the ARN of
    the folder that a pipeline keeps its artifacts in; `starts` names the builds that a pipeline runs.
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


@dataclass(frozen=True, kw_only=True)
class PolicyGraph:
    """Everything that was built, by ARN (endpoints by id, runners by urn)."""

    roles: Mapping[str, Role]
    policy_resources: Mapping[str, PolicyResource]
    endpoints: Mapping[str, VpcEndpoint]
    runners: Mapping[str, Runner]
    # Stack -> account that it was built in.
    stacks: Mapping[str, str]
    # Organization paths that stand for the accounts in policies, as the data science stack says; none: all are listed.
    organization_paths: tuple[str, ...] = ()
    # Accounts of the platform that are like one of those above, and were left out.
    alike: frozenset[str] = frozenset()
    # Stacks that these refer to and that are not among them.
    absent: tuple[str, ...] = ()

    def accounts(self) -> list[str]:
        """Account ids, sorted."""
        return sorted(set(self.stacks.values()))

    @cached_property
    def foreign(self) -> tuple[str, ...]:
        """Accounts that are not the platform's: one that no policy mentions, and each that some policy does."""
        carried = [one.policy for one in self.policy_resources.values()] + [
            one.policy for one in self.endpoints.values()
        ]
        documents = {id(one): one for one in (*carried, *(role.trust for role in self.roles.values())) if one}
        mentioned = {each for one in documents.values() for each in _ACCOUNT.findall(json.dumps(one))}
        return (STRANGER, *sorted(mentioned - set(self.accounts()) - self.alike - {STRANGER}))

    def kind(self, kind: str) -> list[PolicyResource]:
        """PolicyResource resources of a kind, by ARN."""
        return sorted((each for each in self.policy_resources.values() if each.kind == kind), key=lambda each: each.arn)

    def named(self, kind: str, ending: str) -> PolicyResource:
        """The one resource of a kind whose name, or one of whose aliases, ends so. Raises KeyError otherwise."""
        found = [each for each in self.kind(kind) if any(n.endswith(ending) for n in (each.name, *each.aliases))]
        if len(found) != 1:
            raise KeyError(f"{len(found)} resources of kind {kind} are named …{ending}")
        return found[0]

    def endpoint(self, account: str, service: str) -> VpcEndpoint | None:
        """An account's endpoint of a service, if it has one."""
        return self._endpoints_by_service.get((account, service))

    @cached_property
    def _endpoints_by_service(self) -> dict[tuple[str, str], VpcEndpoint]:
        """The first by id, where a service has several."""
        return {(e.account, e.service): e for e in sorted(self.endpoints.values(), key=lambda e: e.id, reverse=True)}

    @cached_property
    def projects(self) -> tuple[str, ...]:
        """Ids of all projects that any role belongs to, sorted."""
        return tuple(sorted({role.tags["project"] for role in self.roles.values() if role.tags.get("project")}))

    @cached_property
    def _groups(self) -> dict[tuple[str, str], PolicyResource]:
        return {(each.account, each.name): each for each in self.policy_resources.values() if each.kind == "group"}

    def policy_resource_of(self, resource: str) -> PolicyResource | None:
        """The resource whose policy decides about an ARN: an object's bucket, a package's group."""
        if resource in self.policy_resources:
            return self.policy_resources[resource]
        parts = resource.split(":", 5)
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
        """The question with every policy that was built around it.

        `principal` is a role's ARN, a service or somebody foreign; `endpoint` is the id of the VPC endpoint that the
        request passes. `owner` is needed only where neither the graph nor the ARN tells whose the resource is.
        `context` adds to, and wins over, what follows from the role, the endpoint and the resource.
        """
        role, guard = self.roles.get(principal), self.policy_resource_of(resource)
        gate = self.endpoints.get(endpoint) if endpoint else None
        account = role.account if role else account_of(principal)
        target = self.roles.get(resource) if action.lower().startswith("sts:") else None
        owned_by = owner or (guard.account if guard else account_of(resource)) or account or ""
        return AuthorizationRequest(
            id=id or f"{principal.rsplit('/', 1)[-1]} {action} {resource}",
            principal=principal,
            account=account,
            action=action,
            resource=resource,
            owner=owned_by,
            identity=role.identity if role else (),
            resource_policy=target.trust if target else guard.policy if guard else None,
            endpoint_policy=gate.policy if gate else None,
            boundary=role.boundary if role else None,
            context={
                **_around(role, guard, gate, endpoint),
                **self._places(account, owned_by, gate),
                **(context or {}),
            },
        )

    def _places(self, account: str | None, owner: str, gate: VpcEndpoint | None) -> dict[str, tuple[str, ...]]:
        """Condition keys that tell where in the organization caller, resource and endpoint are."""
        ours = self.organization_paths[:1]
        if not ours:
            return {}
        keys = {"aws:PrincipalOrgPaths": account, "aws:ResourceOrgPaths": owner}
        if gate:
            keys["aws:VpceOrgPaths"] = gate.account
        return {key: ours for key, one in keys.items() if one in self._known_accounts}

    @cached_property
    def _known_accounts(self) -> frozenset[str]:
        return frozenset(self.stacks.values())


def _around(
    role: Role | None, guard: PolicyResource | None, gate: VpcEndpoint | None, endpoint: str | None
) -> dict[str, str | tuple[str, ...]]:
    """Condition keys that follow from who asks, from where, and for what. Everything on AWS is asked for over TLS."""
    found: dict[str, str | tuple[str, ...]] = {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}
    if role:
        found |= {"aws:PrincipalArn": role.arn, **{f"aws:PrincipalTag/{k}": v for k, v in role.tags.items()}}
    if endpoint:
        found["aws:SourceVpce"] = endpoint
    if gate:
        found |= {"aws:SourceVpc": gate.vpc}
    if guard:
        found |= {f"aws:ResourceTag/{key}": value for key, value in guard.tags.items()}
        if guard.aliases:
            found["kms:ResourceAliases"] = guard.aliases
    return found


def account_of(arn: str) -> str | None:
    """The account in an ARN; None for services, for everybody, and for ARNs without one, such as S3's."""
    parts = arn.split(":", 5)
    return parts[4] or None if len(parts) == 6 else None
