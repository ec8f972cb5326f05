"""What the other theorems rest on stays as it was declared: resource policies, session tags, services' sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.encoding import SymbolicCaller
from policies.access.encoding.logic import Formula, negation
from policies.access.graph import PolicyGraph, PolicyResource, Role
from policies.access.graph.asking import listed, statements
from policies.access.graph.purposes import role_kind
from policies.access.proofs.actions import may_be_allowed
from policies.access.proofs.asking import Asked, Given, Open, Pinned, Solver, outsiders_ask, role_asks, within
from policies.access.proofs.reading import may_touch
from policies.access.proofs.theorem import Outcome, Theorem

# Kind of resource -> what changes who may use it. Source: Service Authorization Reference, each service's actions of
# access level "Permissions management", and those that set a policy as an attribute (SQS, SNS).
CHANGING: Mapping[str, tuple[str, ...]] = {
    "bucket": (
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutEncryptionConfiguration",
    ),
    "bus": ("events:PutPermission", "events:RemovePermission"),
    "function": (
        "lambda:AddPermission",
        "lambda:CreateFunctionUrlConfig",
        "lambda:DeleteResourcePolicy",
        "lambda:PutResourcePolicy",
        "lambda:RemovePermission",
        "lambda:UpdateFunctionUrlConfig",
    ),
    "group": ("sagemaker:DeleteModelPackageGroupPolicy", "sagemaker:PutModelPackageGroupPolicy"),
    # Aliases and tags decide too: policies name keys by them.
    "key": (
        "kms:CreateAlias",
        "kms:DeleteAlias",
        "kms:PutKeyPolicy",
        "kms:ReplicateKey",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateAlias",
    ),
    "queue": ("sqs:AddPermission", "sqs:RemovePermission", "sqs:SetQueueAttributes"),
    "repository": ("ecr:DeleteRepositoryPolicy", "ecr:SetRepositoryPolicy"),
    "secret": ("secretsmanager:DeleteResourcePolicy", "secretsmanager:PutResourcePolicy"),
    "topic": ("sns:AddPermission", "sns:RemovePermission", "sns:SetTopicAttributes"),
}
GRANTING = "kms:CreateGrant"
# What opens more than one resource, or a way around them.
OPENING = (
    "ec2:CreateVpcEndpoint",
    "ec2:ModifyVpcEndpoint",
    "ecr:DeleteRegistryPolicy",
    "ecr:PutRegistryPolicy",
    "s3:PutAccessPointPolicy",
    "s3:PutAccountPublicAccessBlock",
)
# Who declares resources with their policies.
DECLARING = ("deployer",)
# A service that names nobody on whose behalf it assumes a role; docs/access.md says what follows.
SILENT = frozenset({"lambda.amazonaws.com"})
# Keys of callers that are members of an organization (IAM reference_policies_condition-keys), which no service is.
_IN_NO_ORGANIZATION: Pinned = {"aws:PrincipalOrgID": (), "aws:PrincipalOrgPaths": ()}
# A service that no policy names stands for all of those.
ANY_SERVICE = "other.amazonaws.com"
_SERVICE_NAME = "aws:principalservicename"
_CONTEXT = "kms:encryptioncontext:"


def policies(graph: PolicyGraph) -> Outcome:
    """No role but an account's deployer changes the policy of anything that was built, grants keys on, or endpoints."""
    solver, itself = Solver(), {arn: _given([_alone(one)]) for arn, one in graph.policy_resources.items()}
    for role in sorted(graph.roles.values(), key=lambda each: each.arn):
        if role_kind(role) in DECLARING:
            continue
        solver.refute(f"{role.arn} opens an endpoint, a registry or an account", role_asks(role, OPENING))
        own = _given(role.identity)
        for arn, guard in graph.policy_resources.items():
            _unchanged(solver, role, guard, own | itself[arn])
    named = sorted(role.arn for role in graph.roles.values() if role_kind(role) in DECLARING)
    return Outcome(findings=solver.findings, named=named, queries=solver.queries)


def _given(documents: Sequence[Document]) -> frozenset[str]:
    """Those of the actions that any Allow could speak of."""
    every = (GRANTING, *(action for actions in CHANGING.values() for action in actions))
    return frozenset(action for action in every if may_be_allowed(documents, action.lower()))


def _alone(guard: PolicyResource) -> Document:
    """What a resource's policy may give without anybody's own: a grant to an account leaves that to its policies."""
    policy = guard.policy or {}
    return {**policy, "Statement": [each for each in statements(policy) if not _delegates(each)]}


def _delegates(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = [str(one) for one in listed(principal.get("AWS"))] if isinstance(principal, Mapping) else ["*"]
    return all(name.endswith(":root") or name.isdigit() for name in named)


def _unchanged(solver: Solver, role: Role, guard: PolicyResource, given: frozenset[str]) -> None:
    """`given` are the actions that the role's policies or the resource's could allow: no other is put to the solver."""
    actions = [action for action in CHANGING[guard.kind] if action in given]
    if not may_touch(role, guard, guard.arn.split(":")[2] + ":") or not (actions or GRANTING in given):
        solver.queries += 1
        return
    says = f"{role.arn} changes the policy of {guard.kind} {guard.name}"
    solver.refute(says, role_asks(role, actions, guard=guard, resource=guard.arn))
    if guard.kind == "function":
        # An alias or a version has a policy of its own.
        solver.refute(says, role_asks(role, actions, guard=guard), within(f"{guard.arn}:*"))
    if guard.kind == "key" and GRANTING in given:
        # A grant for an AWS resource is made by the service that the role asks, and goes with the resource.
        for of_its_own in ("false", ()):
            pinned: Pinned = {"kms:GrantIsForAWSResource": of_its_own}
            granted = role_asks(role, [GRANTING], guard=guard, resource=guard.arn, pinned=pinned)
            solver.refute(f"{role.arn} grants key {guard.name} on", granted)


def tags(graph: PolicyGraph) -> Outcome:
    """A session's tags would stand before those of its role, by which policies tell projects apart."""
    solver = Solver()
    everybody = [*graph.accounts(), *graph.foreign]
    for role in sorted(graph.roles.values(), key=lambda each: each.arn):
        asking = outsiders_ask(
            everybody, ["sts:TagSession"], trust_of=role, resource=role.arn, paths=graph.organization_paths
        )
        for who, opened in (*asking, *_services_ask(role.trust, role.arn, role.account, ["sts:TagSession"])):
            solver.refute(f"{who} chooses the tags of a session of {role.name}", opened)
    return Outcome(findings=solver.findings, queries=solver.queries)


def sources(graph: PolicyGraph) -> Outcome:
    """What an AWS service may do here it does on behalf of the platform's accounts: the confused deputy."""
    solver, named = Solver(), set[str]()
    abroad = _on_behalf_of_others(graph.accounts())
    for guard in sorted(graph.policy_resources.values(), key=lambda each: each.arn):
        for service, opened in _services_ask(guard.policy or {}, None, guard.account, ["*"]):
            says = f"{service} has access to {guard.kind} {guard.name} on behalf of a foreign account"
            solver.refute(says, opened, abroad)
    for role in sorted(graph.roles.values(), key=lambda each: each.arn):
        for service, opened in _services_ask(role.trust, role.arn, role.account, ["sts:AssumeRole*"]):
            if service in SILENT:
                named.add(f"{service} assumes {role.arn}")
            else:
                solver.refute(f"{service} assumes {role.arn} on behalf of a foreign account", opened, abroad)
    return Outcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _services_ask(policy: Document, resource: str | None, owner: str, family: list[str]) -> Iterator[tuple[str, Open]]:
    """Each AWS service that a policy names, with what it may ask for by that policy alone."""
    for service in sorted(_services(policy)):
        spoken = {**policy, "Statement": [each for each in statements(policy) if _concerns(each, service)]}
        question = AuthorizationRequest(
            id="", principal=service, account=None, action="", resource="", owner=owner, resource_policy=spoken
        )
        yield service, Open(question, SymbolicCaller.of(service, None), family, resource, _IN_NO_ORGANIZATION)


def _concerns(statement: Mapping[str, Any], service: str) -> bool:
    """Whether a statement could matter to a service: any denial, and what does not name others alone."""
    principal = statement.get("Principal")
    if statement.get("Effect") != "Allow" or not isinstance(principal, Mapping):
        return True
    return service in listed(principal.get("Service")) or "*" in listed(principal.get("AWS"))


def _services(policy: Document) -> set[str]:
    """Services that the policy names; where it allows everybody something, those of its conditions, and any other."""
    found: set[str] = set()
    for statement in statements(policy):
        principal = statement.get("Principal")
        found |= {str(one) for one in listed(principal.get("Service"))} if isinstance(principal, Mapping) else set()
        everybody = principal == "*" or (isinstance(principal, Mapping) and "*" in listed(principal.get("AWS")))
        if everybody and statement.get("Effect") == "Allow":
            keys = [keys for keys in (statement.get("Condition") or {}).values() if isinstance(keys, Mapping)]
            named = [one for each in keys for key, one in each.items() if key.lower() == _SERVICE_NAME]
            found |= {ANY_SERVICE, *(str(text) for one in named for text in listed(one))}
    return found


def _on_behalf_of_others(accounts: Iterable[str]) -> Given:
    """Nothing that the request says of where it comes from leads to the accounts: no account, no ARN, no log group.

    Source: IAM confused-deputy, aws:SourceAccount and aws:SourceArn; a service that encrypts for somebody says so in
    the encryption context instead (CloudWatch Logs encrypt-log-data-kms).
    """
    known = list(accounts)
    ours = [f"arn:*:*:*:{account}:*" for account in known]

    def given(asked: Asked) -> list[Formula]:
        contexts = sorted(key for key in asked.request.keys if key.startswith(_CONTEXT) and key.endswith(":arn"))
        return [
            asked.key_not_in("aws:SourceAccount", known),
            *(negation(asked.key_arn_like(key, ours)) for key in ("aws:SourceArn", *contexts)),
        ]

    return given


THEOREMS = (
    Theorem(
        id="policies-stay",
        says="No role but the printed deployers changes the policy of a resource or an endpoint, or grants a key on.",
        row="B8",
        prove=policies,
    ),
    Theorem(
        id="tags-stay",
        says="Nobody chooses the tags of a session, by which policies tell projects apart.",
        row="B8",
        prove=tags,
    ),
    Theorem(
        id="services-from-home",
        says="AWS services act here on behalf of the platform's accounts alone, save the printed ones that do not say.",
        row="B7",
        prove=sources,
    ),
)
