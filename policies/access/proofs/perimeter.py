"""Nothing is touched from outside the VPC endpoints, save the exceptions that are named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.names import macie_role_arn
from catalog.roles import ROLES, RoleKind, kinds
from catalog.scope import Scope
from policies.access.authorization import Document
from policies.access.encoding import CallerType
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.model import account_of
from policies.access.graph.policy_documents import as_list, statements
from policies.access.graph.purposes import endpoint_ids, roles_of_kind
from policies.access.proofs.callers import (
    EVERY_KIND,
    NamedPrincipals,
    PinnedKeys,
    account_patterns,
    other_accounts,
    unknown_principals,
)
from policies.access.proofs.emptiness import NO_DATA_SCIENCE, NO_STORAGE
from policies.access.proofs.requests import (
    TRUST_ACTIONS,
    Constraint,
    none_of,
    not_beneath,
    requests_of_everybody,
    within,
    without,
)
from policies.access.proofs.solver import Solver
from policies.access.proofs.storage import stored
from policies.access.proofs.theorem import Finding, ProofOutcome, Theorem

# Buckets and keys inside the perimeter; docs/decisions/0002 says why the others are not.
PERIMETER_BUCKETS = ("data", "models")
# Purpose of the bucket and key that several accounts use.
SHARED_PURPOSE = "models"
# On whose behalf services act, services-from-home says; providers and sessions are refused wherever they are named.
_STRANGERS = EVERY_KIND - {CallerType.SERVICE, CallerType.PROVIDER, CallerType.SESSION}
PERIMETER_KEYS = ("data", "models", "capture")
READS = ("s3:GetObject*",)
WRITES = ("s3:PutObject*", "s3:RestoreObject")
DELETIONS = ("s3:DeleteObject*",)
LISTS = ("s3:ListBucket*",)
# Kinds of roles that the denial of listing may exempt, and that of deleting: an account is emptied when its stack is
# destroyed, where the settings agree to it.
_LISTERS = kinds(lambda spec: spec.declares_stacks or spec.clears_accounts)
_REMOVERS = kinds(lambda spec: spec.clears_accounts)
# That of reading: SageMaker fetches the models of serverless endpoints from outside any VPC.
_SERVERLESS = frozenset({RoleKind.MODEL})
CRYPTOGRAPHY = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
# A caller of its own, not a service on its behalf: such a request carries no endpoint (S3 asking KMS, CloudFormation).
OWN_CALL: PinnedKeys = {"aws:ViaAWSService": "false"}


def objects(graph: PolicyGraph) -> ProofOutcome:
    """Objects of the data and models buckets, from anywhere else than the platform's own S3 endpoints."""
    solver, named = Solver(), ["AWS services that act with their caller's credentials (aws:ViaAWSService)"]
    buckets, findings = stored(graph, "bucket", *PERIMETER_BUCKETS)
    for bucket in buckets:
        deployers, outside = _exempt(graph, bucket, LISTS, _LISTERS), _outside(graph, bucket, "s3")
        removers, inspectors = _exempt(graph, bucket, DELETIONS, _REMOVERS), inspecting_roles(bucket)
        serverless = _exempt(graph, bucket, READS, _SERVERLESS)
        named += [f"{arn} reads {bucket.name}" for arn in inspectors]
        named += [f"{arn} reads {bucket.name}, since it serves without servers" for arn in serverless]
        named += [f"{arn} lists {bucket.name}" for arn in deployers]
        named += [f"{arn} empties {bucket.name}" for arn in removers]
        for family, exempt in ((READS, (*inspectors, *serverless)), (WRITES, ())):
            for who, open_request in requests_of_everybody(graph, family, policy_resource=bucket, pinned=OWN_CALL):
                title = f"{who} touches an object of {bucket.name} from outside the S3 endpoints"
                solver.refute(title, open_request, none_of(*exempt), within(f"{bucket.arn}/*"), outside)
        for who, open_request in requests_of_everybody(graph, DELETIONS, policy_resource=bucket, pinned=OWN_CALL):
            title = f"{who} that does not clear the account deletes from {bucket.name} from outside the S3 endpoints"
            solver.refute(title, open_request, within(f"{bucket.arn}/*"), none_of(*removers), outside)
        for who, open_request in requests_of_everybody(
            graph, LISTS, policy_resource=bucket, resource=bucket.arn, pinned=OWN_CALL
        ):
            title = (
                f"{who} that neither deploys nor clears the account lists {bucket.name} from outside the S3 endpoints"
            )
            solver.refute(title, open_request, none_of(*deployers, *inspectors), outside)
    others = [bucket for bucket in graph.resources("bucket") if bucket.purpose not in PERIMETER_BUCKETS]
    named += [f"{bucket.name} as a whole (docs/decisions/0002)" for bucket in others]
    return ProofOutcome(findings=[*findings, *solver.findings], named=named, queries=solver.queries)


def inspecting_roles(resource: PolicyResource) -> list[str]:
    """Macie's service-linked role of the resource's own account, where the resource's policy names it.

    Nobody but Macie assumes it, and AWS's policy of it changes nothing. Source: Amazon Macie User Guide,
    "Service-linked roles for Macie".
    """
    partition = resource.arn.split(":")[1]
    arn = macie_role_arn(Scope(partition=partition, account=resource.account, region="", prefix=""))
    return [arn] if arn in json.dumps(resource.policy or {}) else []


def _outside(graph: PolicyGraph, policy_resource: PolicyResource, service: str) -> Constraint:
    """The request came through none of the platform's endpoints of the service.

    Where policies do not list the accounts, the models bucket and its key know the endpoints of all accounts by
    organization path; every other bucket and key names the endpoints of its own account.
    """
    if graph.organization_paths and policy_resource.purpose == SHARED_PURPOSE:
        return not_beneath("aws:VpceOrgPaths", graph.organization_paths)
    return without("aws:SourceVpce", endpoint_ids(graph, service))


def _exempt(
    graph: PolicyGraph, bucket: PolicyResource, actions: Sequence[str], role_kinds: frozenset[RoleKind]
) -> list[str]:
    """Roles of the kinds that a denial of these actions, and of no others, exempts; anybody else whom it exempts acts
    from outside, and is found."""
    found: list[str] = []
    meant = {role.arn for role in roles_of_kind(graph, *role_kinds)}
    for statement in statements(bucket.policy or {}):
        value = statement.get("Condition", {}).get("ArnNotLike", {}).get("aws:PrincipalArn", [])
        if statement.get("Effect") == "Deny" and set(map(str, as_list(statement.get("Action")))) <= set(actions):
            found += map(str, as_list(value))
    return sorted(meant.intersection(found))


def keys(graph: PolicyGraph) -> ProofOutcome:
    """Keys used directly, without a service in between, from anywhere else than the platform's KMS endpoints."""
    solver = Solver()
    found, findings = stored(graph, "key", *PERIMETER_KEYS)
    for key in found:
        outside, name = _outside(graph, key, "kms"), key.aliases[0] if key.aliases else key.arn
        for who, open_request in requests_of_everybody(
            graph, CRYPTOGRAPHY, policy_resource=key, resource=key.arn, pinned=OWN_CALL
        ):
            title = f"{who} uses key {name} directly from outside the KMS endpoints"
            solver.refute(title, open_request, outside)
    named = ["AWS services that act with their caller's credentials (aws:ViaAWSService)"]
    return ProofOutcome(findings=[*findings, *solver.findings], named=named, queries=solver.queries)


def foreign_callers(graph: PolicyGraph) -> ProofOutcome:
    """Callers of no account of the platform, on every resource that carries a policy and every role's trust.

    Who signs in may have a role in an account for identities: those that trusts name are printed.
    """
    solver, named, strangers = Solver(), set[str](), other_accounts(graph)
    for _, resource in sorted(graph.policy_resources.items()):
        for who, open_request in requests_of_everybody(
            graph, ["*"], policy_resource=resource, accounts=strangers, kinds=_STRANGERS
        ):
            solver.refute(f"{who} (a foreign account) has access to {resource.kind} {resource.name}", open_request)
    for role in graph.sorted_roles():
        sign_in_roles = _sign_in_roles(graph, role)
        named |= {f"{arn} signs in as {role.arn}" for arn in sign_in_roles}
        for who, open_request in requests_of_everybody(
            graph, TRUST_ACTIONS, trust_of=role, resource=role.arn, accounts=strangers, kinds=_STRANGERS
        ):
            title = f"{who} (a foreign account) assumes {role.name}"
            solver.refute(title, open_request, none_of(*sign_in_roles))
    findings = [*solver.findings, *_without_account(graph)]
    return ProofOutcome(findings=findings, named=sorted(named), queries=solver.queries)


def _sign_in_roles(graph: PolicyGraph, role: IamRole) -> list[str]:
    """Roles of foreign accounts, each by its whole ARN, that the trust of a role that people sign in to names.

    A trust names a role as a principal, or its account as one and the role in a condition.
    """
    if not ROLES[role.kind].signs_in:
        return []
    arns = {arn for statement in statements(role.trust) for arn in _named_roles(statement)}
    whole = {arn for arn in arns if ":role/" in arn and not {"*", "?"} & {*arn}}
    return sorted(arn for arn in whole if account_of(arn) in graph.foreign_accounts)


def _named_roles(statement: Mapping[str, Any]) -> Iterator[str]:
    principal, conditions = statement.get("Principal"), statement.get("Condition", {})
    named = as_list(principal.get("AWS")) if isinstance(principal, Mapping) else []
    named += [arn for keys in conditions.values() for arn in as_list(keys.get("aws:PrincipalArn"))]
    yield from map(str, named)


def _without_account(graph: PolicyGraph) -> list[Finding]:
    """Principals that nobody of the platform is, or that no request above stands for: identities of a provider,
    sessions, canonical users and what has no known form."""
    partition = graph.scope.partition
    resources = [(f"{one.kind} {one.name}", one.policy) for one in graph.policy_resources.values() if one.policy]
    endpoints = [(f"endpoint {one.id}", one.policy) for one in graph.endpoints.values() if one.policy]
    trusts = [(f"the trust of {role.name}", role.trust) for role in graph.roles.values()]
    return [
        Finding(title=f"{principal} has access by {where}")
        for where, document in sorted([*resources, *trusts, *endpoints], key=lambda pair: pair[0])
        for principal in _unaccounted(document, partition)
    ]


def _unaccounted(document: Document, partition: str) -> Iterator[str]:
    """Principals in no account, sessions, and those that no kind of caller stands for."""
    named = NamedPrincipals.of(document)
    yield from (f"Federated {name}" for name in named.providers)
    yield from (f"AWS {name}" for name in named.sessions)
    yield from unknown_principals(document, partition)
    yield from (f"whoever has {pattern}" for pattern in account_patterns(document))


THEOREMS = (
    Theorem(
        id="objects-through-endpoints",
        statement="No object of the data and models buckets is touched, or listed, from outside the VPC endpoints; "
        "where the settings agree, what clears the account deletes, and model roles that serve without servers read.",
        prove=objects,
        may_be_empty=NO_DATA_SCIENCE,
    ),
    Theorem(
        id="keys-through-endpoints",
        statement="No key of data, models or captures is used directly from outside the VPC endpoints.",
        prove=keys,
        may_be_empty=NO_STORAGE,
    ),
    Theorem(
        id="no-strangers",
        statement="Nobody outside the platform's accounts has any access to anything that was built.",
        prove=foreign_callers,
    ),
)
