"""The policies of a question, layer by layer, each with what it says about the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator.caller import CallerKind, Request
from policies.access.evaluator.grants import grant_grade
from policies.access.evaluator.match import Grade, NearMiss, applies, near_miss
from policies.access.evaluator.parse import PARSED, parse
from policies.access.evaluator.policy import Policy, PolicyKind

# Services whose resources RCPs cover: ORG: orgs_manage_policies_rcps, as listed in aws-facts 2.1.
RCP_SERVICES = frozenset(
    {
        "codeartifact",
        "codebuild",
        "codecommit",
        "codepipeline",
        "dynamodb",
        "ecr",
        "events",
        "kms",
        "logs",
        "s3",
        "secretsmanager",
        "sqs",
        "sts",
        "xray",
    }
)
# ORG: orgs_manage_policies_rcps; KMS: resource-control-policies.
_RCP_EXEMPT_ACTIONS = frozenset({"kms:retiregrant"})


@dataclass(frozen=True)
class Found:
    """A statement that applies: its label, the policy it is in and how it reaches the caller."""

    sid: str
    policy: str
    grade: Grade

    def __str__(self) -> str:
        return f"{self.sid} in {self.policy}"


@dataclass(frozen=True)
class Layer:
    """One layer of evaluation. `name` is singular ("the resource policy"); levels of SCPs are a layer each."""

    name: str
    policies: tuple[tuple[str, Policy], ...]
    allows: tuple[Found, ...]
    denies: tuple[Found, ...]

    @property
    def grade(self) -> Grade:
        """The strongest Allow."""
        return max((found.grade for found in self.allows), default=Grade.NONE)

    def by_grade(self, least: Grade) -> Found:
        """The first Allow of at least this grade; there must be one."""
        return next(found for found in self.allows if found.grade >= least)

    def nearest(self, request: Request) -> tuple[str, NearMiss] | None:
        """The statement that came nearest to allowing, with its policy's name."""
        misses = [(name, miss) for name, policy in self.policies if (miss := near_miss(policy, request)) is not None]
        return max(misses, key=lambda pair: pair[1].score, default=None)


def _policy(document: Mapping[str, Any], question: AuthorizationRequest, name: str, kind: PolicyKind) -> Policy:
    return PARSED.of(document, kind, lambda: parse(document, f"question {question.id}, {name}", kind))


def review(name: str, policies: Sequence[tuple[str, Policy]], request: Request) -> Layer:
    """What the policies of one layer say."""
    allows: list[Found] = []
    denies: list[Found] = []
    for policy_name, policy in policies:
        for statement in policy.for_action(request.action):
            reached = applies(statement, request)
            if reached is not Grade.NONE:
                (allows if statement.allow else denies).append(Found(statement.label, policy_name, reached))
    return Layer(name, tuple(policies), tuple(allows), tuple(denies))


def resource_kind(question: AuthorizationRequest) -> PolicyKind:
    """Which kind of resource policy guards the resource: roles and keys have kinds of their own."""
    parts = question.resource.split(":", 5)
    service, rest = (parts[2], parts[5]) if len(parts) == 6 else ("", "")
    if service == "iam" and rest.startswith("role/") and question.action.lower().startswith("sts:"):
        return PolicyKind.TRUST
    if service == "kms" and rest.startswith("key/"):
        return PolicyKind.KEY
    return PolicyKind.RESOURCE


@dataclass(frozen=True)
class Layers:
    """All layers that apply. A layer that is None or empty does not exist for this caller, resource or place."""

    scps: tuple[Layer, ...]
    rcps: tuple[Layer, ...]
    endpoint: Layer | None
    resource: Layer | None
    identity: Layer | None
    boundary: Layer | None
    session: Layer | None
    grants: Layer | None

    def __iter__(self) -> Iterator[Layer]:
        yield from self.scps
        yield from self.rcps
        for layer in (self.endpoint, self.resource, self.grants, self.identity, self.boundary, self.session):
            if layer is not None:
                yield layer


def layers_of(question: AuthorizationRequest, request: Request) -> Layers:
    """Parse and review every policy that applies to this caller. Raises `BadPolicy` with the first bad document's
    problems."""
    caller = request.caller
    identified = caller.in_account and caller.kind is not CallerKind.ROOT
    kind = resource_kind(question)
    return Layers(
        scps=_levels(question.scps, PolicyKind.SCP, question, request)
        if caller.in_account and not caller.service_linked
        else (),
        rcps=_levels(question.rcps, PolicyKind.RCP, question, request) if _rcp_applies(request) else (),
        endpoint=_single(question.endpoint_policy, PolicyKind.ENDPOINT, question, request),
        resource=_single(question.resource_policy, kind, question, request),
        identity=_identity(question, request) if identified else None,
        boundary=_single(question.boundary, PolicyKind.BOUNDARY, question, request) if identified else None,
        session=_single(question.session, PolicyKind.SESSION, question, request) if identified else None,
        grants=_grants(question, request) if kind is PolicyKind.KEY else None,
    )


def _grants(question: AuthorizationRequest, request: Request) -> Layer | None:
    """The KMS grants that reach the caller, as a layer of their own; None when none does."""
    found = []
    for number, grant in enumerate(question.grants, start=1):
        reached = grant_grade(grant, request, f"question {question.id}, grant {number}")
        if reached is not Grade.NONE:
            found.append(Found(f"to {grant.grantee}", f"grant {number}", reached))
    return Layer("the grants", (), tuple(found), ()) if found else None


def _rcp_applies(request: Request) -> bool:
    """RCPs bind every caller, services included, of the services that they cover, save service-linked roles."""
    service = request.action.partition(":")[0]
    covered = service in RCP_SERVICES and request.action not in _RCP_EXEMPT_ACTIONS
    return covered and not request.caller.service_linked


def _levels(
    levels: Sequence[Sequence[Mapping[str, Any]]], kind: PolicyKind, question: AuthorizationRequest, request: Request
) -> tuple[Layer, ...]:
    short = "SCP" if kind is PolicyKind.SCP else "RCP"
    found = []
    for level, documents in enumerate(levels, start=1):
        named = [
            (name := f"{short} {number} of level {level}", _policy(document, question, name, kind))
            for number, document in enumerate(documents, start=1)
        ]
        found.append(review(f"the {short}s of level {level}", named, request))
    return tuple(found)


def _identity(question: AuthorizationRequest, request: Request) -> Layer:
    named = [
        (name := f"identity policy {number}", _policy(document, question, name, PolicyKind.IDENTITY))
        for number, document in enumerate(question.identity, start=1)
    ]
    return review("the identity policies", named, request)


def _single(
    document: Mapping[str, Any] | None, kind: PolicyKind, question: AuthorizationRequest, request: Request
) -> Layer | None:
    if document is None:
        return None
    policy = _policy(document, question, kind.value, kind)
    name = f"the {kind.value}"
    return review(name, [(name, policy)], request)
