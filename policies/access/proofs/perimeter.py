"""Nothing is touched from outside the VPC endpoints, save the exceptions that are named."""

from __future__ import annotations

from collections.abc import Mapping

from policies.access.graph import PolicyGraph, PolicyResource, Role
from policies.access.graph.asking import listed, statements
from policies.access.graph.model import STRANGER, account_of
from policies.access.graph.purposes import endpoints, of, purpose, role_kind, roles_of
from policies.access.proofs.asking import (
    TRUST_ACTIONS,
    Given,
    Pinned,
    Solver,
    none_of,
    not_beneath,
    outsiders_ask,
    within,
    without,
)
from policies.access.proofs.theorem import Finding, Outcome, Theorem

# Buckets and keys inside the perimeter; docs/decisions/0002 says why the others are not.
INSIDE_BUCKETS = ("data", "models")
# What several accounts read.
SHARED = "models"
# Buckets whose objects have a key of the platform's.
KEYED_BUCKETS = ("data", "models", "artifacts", "capture")
# What a request says of encryption. Source: Service Authorization Reference, Amazon S3, condition keys of PutObject.
_ENCRYPTION = "s3:x-amz-server-side-encryption"
_KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
# Kinds of roles that people, or CI, sign in to from roles of their own.
SIGNING_IN = ("administrator", "approver", "auditor", "deployer", "team-administrator")
# Principals that carry no account.
_NO_ACCOUNT = ("Federated", "CanonicalUser")
INSIDE_KEYS = ("data", "models", "capture")
OBJECTS = ("s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:RestoreObject")
LISTS = ("s3:ListBucket*",)
CRYPTOGRAPHY = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
# A caller of its own, not a service on its behalf: such a request carries no endpoint (S3 asking KMS, CloudFormation).
OWN_CALL: Pinned = {"aws:ViaAWSService": "false"}


def objects(graph: PolicyGraph) -> Outcome:
    """Objects of the data and models buckets, from anywhere else than the platform's own S3 endpoints."""
    solver, named = Solver(), ["AWS services that act with their caller's credentials (aws:ViaAWSService)"]
    everybody, paths = [*graph.accounts(), *graph.foreign], graph.organization_paths
    for bucket in of(graph, "bucket", *INSIDE_BUCKETS):
        spared, outside = _spared(graph, bucket), _elsewhere(graph, bucket, "s3")
        named += [f"{arn} lists {bucket.name}" for arn in spared]
        for who, opened in outsiders_ask(everybody, OBJECTS, guard=bucket, pinned=OWN_CALL, paths=paths):
            says = f"{who} touches an object of {bucket.name} from outside the S3 endpoints"
            solver.refute(says, opened, within(f"{bucket.arn}/*"), outside)
        for who, opened in outsiders_ask(
            everybody, LISTS, guard=bucket, resource=bucket.arn, pinned=OWN_CALL, paths=paths
        ):
            says = f"{who} that is no deployer lists {bucket.name} from outside the S3 endpoints"
            solver.refute(says, opened, none_of(*spared), outside)
    others = [each for each in graph.kind("bucket") if purpose(each) not in INSIDE_BUCKETS]
    named += [f"{bucket.name} as a whole (docs/decisions/0002)" for bucket in others]
    return Outcome(findings=solver.findings, named=named, queries=solver.queries)


def _elsewhere(graph: PolicyGraph, guard: PolicyResource, service: str) -> Given:
    """The request came through none of the platform's endpoints of the service.

    Where accounts are not listed, those of the models' home are known by their place in the organization; all others'
    own buckets and keys name the endpoints of their account.
    """
    if graph.organization_paths and purpose(guard) == SHARED:
        return not_beneath("aws:VpceOrgPaths", graph.organization_paths)
    return without("aws:SourceVpce", endpoints(graph, service))


def _spared(graph: PolicyGraph, bucket: PolicyResource) -> list[str]:
    """The deployers that the listing denial spares; anybody else whom it spares lists from outside, and is found."""
    found: list[str] = []
    deployers = {role.arn for role in roles_of(graph, "deployer")}
    for statement in (bucket.policy or {}).get("Statement", []):
        condition = statement.get("Condition", {})
        value = condition.get("ArnNotLike", {}).get("aws:PrincipalArn", [])
        if statement.get("Effect") == "Deny":
            found += [value] if isinstance(value, str) else value
    return sorted(deployers.intersection(found))


def keys(graph: PolicyGraph) -> Outcome:
    """Keys used directly, without a service in between, from anywhere else than the platform's KMS endpoints."""
    solver, everybody, paths = Solver(), [*graph.accounts(), *graph.foreign], graph.organization_paths
    for key in of(graph, "key", *INSIDE_KEYS):
        outside = _elsewhere(graph, key, "kms")
        for who, opened in outsiders_ask(
            everybody, CRYPTOGRAPHY, guard=key, resource=key.arn, pinned=OWN_CALL, paths=paths
        ):
            says = f"{who} uses key {key.aliases[0]} directly from outside the KMS endpoints"
            solver.refute(says, opened, outside)
    named = ["AWS services that act with their caller's credentials (aws:ViaAWSService)"]
    return Outcome(findings=solver.findings, named=named, queries=solver.queries)


def encrypted(graph: PolicyGraph) -> Outcome:
    """Objects are written with their bucket's key: no request that names another key, or another encryption, passes."""
    solver = Solver()
    for bucket in of(graph, "bucket", *KEYED_BUCKETS):
        others: dict[str, Pinned] = {
            "another key": {_KEY_ID: f"arn:aws:kms:eu-west-1:{STRANGER}:key/another"},
            "another encryption": {_ENCRYPTION: "AES256", _KEY_ID: ()},
        }
        for what, pinned in others.items():
            for who, opened in outsiders_ask([bucket.account], ["s3:PutObject"], guard=bucket, pinned=pinned):
                says = f"{who} writes to {bucket.name} with {what}"
                solver.refute(says, opened, within(f"{bucket.arn}/*"))
    return Outcome(findings=solver.findings, queries=solver.queries)


def strangers(graph: PolicyGraph) -> Outcome:
    """Callers of no account of the platform, on every resource that carries a policy and every role's trust.

    Who signs in may have a role in an account for identities: those that trusts name are printed.
    """
    solver, named = Solver(), set[str]()
    for guard in sorted(graph.policy_resources.values(), key=lambda each: each.arn):
        for who, opened in outsiders_ask(graph.foreign, ["*"], guard=guard, paths=graph.organization_paths):
            solver.refute(f"{who} (a foreign account) has access to {guard.kind} {guard.name}", opened)
    for role in sorted(graph.roles.values(), key=lambda each: each.arn):
        doors = _doors(graph, role)
        named |= {f"{door} signs in as {role.arn}" for door in doors}
        for who, opened in outsiders_ask(
            graph.foreign, TRUST_ACTIONS, trust_of=role, resource=role.arn, paths=graph.organization_paths
        ):
            solver.refute(f"{who} (a foreign account) assumes {role.name}", opened, none_of(*doors))
    findings = [*solver.findings, *_without_account(graph)]
    return Outcome(findings=findings, named=sorted(named), queries=solver.queries)


def _doors(graph: PolicyGraph, role: Role) -> list[str]:
    """Roles of foreign accounts, each by its whole ARN, that the trust of somebody who signs in names."""
    if role_kind(role) not in SIGNING_IN:
        return []
    principals = [statement.get("Principal") for statement in statements(role.trust)]
    arns = {str(arn) for one in principals if isinstance(one, Mapping) for arn in listed(one.get("AWS"))}
    return sorted(arn for arn in arns if ":role/" in arn and account_of(arn) in graph.foreign)


def _without_account(graph: PolicyGraph) -> list[Finding]:
    """Callers that are named and asked about by nobody else: identities of a provider, canonical users, sessions.

    Source: IAM reference_policies_elements_principal; a canonical user id stands for an account without saying which.
    """
    guards = [(f"{each.kind} {each.name}", each.policy) for each in graph.policy_resources.values() if each.policy]
    trusts = [(f"the trust of {role.name}", role.trust) for role in graph.roles.values()]
    return [
        Finding(says=f"{kind} {name} has access by {where}")
        for where, document in sorted([*guards, *trusts], key=lambda pair: pair[0])
        for statement in statements(document)
        if statement.get("Effect") == "Allow" and isinstance(statement.get("Principal"), Mapping)
        for kind, names in statement["Principal"].items()
        for name in listed(names)
        if kind in _NO_ACCOUNT or ":sts::" in str(name)
    ]


THEOREMS = (
    Theorem(
        id="objects-through-endpoints",
        says="No object of the data and models buckets is touched, or listed, from outside the VPC endpoints.",
        row="B15",
        prove=objects,
    ),
    Theorem(
        id="keys-through-endpoints",
        says="No key of data, models or captures is used directly from outside the VPC endpoints.",
        row="B15",
        prove=keys,
    ),
    Theorem(
        id="objects-under-their-key",
        says="No object of data, models, artifacts or captures is written with another key or another encryption.",
        row="B15",
        prove=encrypted,
    ),
    Theorem(
        id="no-strangers",
        says="Nobody outside the platform's accounts has any access to anything that was built.",
        row="B15",
        prove=strangers,
    ),
)
