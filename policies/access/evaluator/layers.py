"""The layers of policy evaluation (SCPs, resource policy, identity policies …), each with the statements that apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator.caller import NormalizedRequest
from policies.access.evaluator.caller_kinds import SERVICE_LINKED_PATH, PrincipalType
from policies.access.evaluator.grants import grant_match_level
from policies.access.evaluator.match import MatchLevel, NearMiss, applies, near_miss
from policies.access.evaluator.parse import PARSED, parse
from policies.access.evaluator.policy import ParsedPolicy, PolicyKind

# Services whose resources RCPs cover. Source: AWS Organizations User Guide, "Resource control policies (RCPs)".
RCP_SERVICES = frozenset(
    {
        "aoss",
        "appconfig",
        "appstream",
        "autoscaling",
        "autoscaling-plans",
        "budgets",
        "clouddirectory",
        "cloudfront",
        "cloudsearch",
        "cloudtrail-data",
        "codeartifact",
        "codebuild",
        "codecommit",
        "codepipeline",
        "cognito-identity",
        "cognito-idp",
        "comprehend",
        "comprehendmedical",
        "compute-optimizer",
        "cost-optimization-hub",
        "dax",
        "dsql",
        "dynamodb",
        "ecr",
        "ecr-public",
        "events",
        "firehose",
        "fis",
        "fms",
        "gamelift",
        "health",
        "inspector-scan",
        "kendra",
        "kinesisvideo",
        "kms",
        "logs",
        "memorydb",
        "networkmonitor",
        "notifications",
        "opensearch",
        "pca-connector-ad",
        "personalize",
        "polly",
        "pricing",
        "resource-groups",
        "rolesanywhere",
        "s3",
        "secretsmanager",
        "servicediscovery",
        "signin",
        "sqs",
        "sts",
        "support",
        "swf",
        "textract",
        "timestream-influxdb",
        "transcribe",
        "transfer",
        "translate",
        "wafv2",
        "workspaces",
        "xray",
    }
)
# Sources: AWS Organizations User Guide, "Resource control policies (RCPs)"; AWS KMS Developer Guide, "Resource control
# policies in AWS KMS".
_RCP_EXEMPT_ACTIONS = frozenset({"kms:retiregrant"})


@dataclass(frozen=True)
class MatchedStatement:
    """A statement that applies: its Sid or number, the policy it is in and how it matches the caller."""

    sid: str
    policy: str
    match_level: MatchLevel

    def __str__(self) -> str:
        return f"{self.sid} in {self.policy}"


@dataclass(frozen=True)
class Layer:
    """One layer of evaluation. `name` is singular ("the resource policy"); levels of SCPs are a layer each."""

    name: str
    policies: tuple[tuple[str, ParsedPolicy], ...]
    allows: tuple[MatchedStatement, ...]
    denies: tuple[MatchedStatement, ...]

    @property
    def match_level(self) -> MatchLevel:
        """The strongest Allow."""
        return max((found.match_level for found in self.allows), default=MatchLevel.NONE)

    def first_allow(self, least: MatchLevel) -> MatchedStatement:
        """The first Allow of at least this grade; there must be one."""
        return next(found for found in self.allows if found.match_level >= least)

    def nearest(self, normalized: NormalizedRequest) -> tuple[str, NearMiss] | None:
        """The statement that came nearest to allowing, with its policy's name."""
        misses = [(name, miss) for name, policy in self.policies if (miss := near_miss(policy, normalized)) is not None]
        return max(misses, key=lambda pair: pair[1].score, default=None)


def _policy(document: Mapping[str, Any], request: AuthorizationRequest, name: str, kind: PolicyKind) -> ParsedPolicy:
    return PARSED.of(document, kind, lambda: parse(document, f"question {request.id}, {name}", kind))


def review(name: str, policies: Sequence[tuple[str, ParsedPolicy]], normalized: NormalizedRequest) -> Layer:
    """Evaluate the policies of one layer: which of their statements apply to the request."""
    allows: list[MatchedStatement] = []
    denies: list[MatchedStatement] = []
    for policy_name, policy in policies:
        for statement in policy.for_action(normalized.action):
            matched = applies(statement, normalized)
            if matched is not MatchLevel.NONE:
                (allows if statement.allow else denies).append(MatchedStatement(statement.label, policy_name, matched))
    return Layer(name, tuple(policies), tuple(allows), tuple(denies))


def resource_kind(request: AuthorizationRequest) -> PolicyKind:
    """The kind of resource policy that the resource has: roles have trust policies, KMS keys have key policies."""
    parts = request.resource.split(":", 5)
    service, rest = (parts[2], parts[5]) if len(parts) == 6 else ("", "")
    if service == "iam" and rest.startswith("role/") and request.action.lower().startswith("sts:"):
        return PolicyKind.TRUST
    if service == "kms" and rest.startswith("key/"):
        return PolicyKind.KEY
    return PolicyKind.RESOURCE


@dataclass(frozen=True)
class Layers:
    """All layers that apply. A layer that is None or empty does not exist for this caller, resource or network path."""

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


def evaluate_layers(request: AuthorizationRequest, normalized: NormalizedRequest) -> Layers:
    """Parse and review every policy that applies to this caller. Raises `BadPolicy` with the first bad document's
    problems."""
    caller = normalized.caller
    identified = caller.in_account and caller.kind is not PrincipalType.ROOT
    kind = resource_kind(request)
    return Layers(
        scps=_levels(request.scps, PolicyKind.SCP, request, normalized)
        if caller.in_account and not caller.service_linked
        else (),
        rcps=_levels(request.rcps, PolicyKind.RCP, request, normalized) if _rcp_applies(normalized) else (),
        endpoint=_single(request.endpoint_policy, PolicyKind.ENDPOINT, request, normalized),
        resource=_single(request.resource_policy, kind, request, normalized)
        if resource_policy_counts(request, normalized)
        else None,
        identity=_identity(request, normalized) if identified else None,
        boundary=_single(request.boundary, PolicyKind.BOUNDARY, request, normalized) if identified else None,
        session=_single(request.session, PolicyKind.SESSION, request, normalized) if identified else None,
        grants=_grants(request, normalized) if kind is PolicyKind.KEY else None,
    )


def resource_policy_counts(request: AuthorizationRequest, normalized: NormalizedRequest) -> bool:
    """Whether the resource's policy has a say: a key policy has none in who retires a grant, neither way.

    The grant says it, or an IAM policy of the key's account (AWS KMS Developer Guide, "Retiring and revoking grants").
    """
    return normalized.action != "kms:retiregrant" or resource_kind(request) is not PolicyKind.KEY


def _grants(request: AuthorizationRequest, normalized: NormalizedRequest) -> Layer | None:
    """The KMS grants that match the caller, as a layer of their own; None when none does."""
    found = []
    for number, grant in enumerate(request.grants, start=1):
        matched = grant_match_level(grant, normalized, f"question {request.id}, grant {number}")
        if matched is not MatchLevel.NONE:
            found.append(MatchedStatement(f"to {grant.grantee}", f"grant {number}", matched))
    return Layer("the grants", (), tuple(found), ()) if found else None


def _rcp_applies(normalized: NormalizedRequest) -> bool:
    """RCPs bind every caller, services included, of the services that they cover, save service-linked roles.

    Nor do they keep a service from assuming a service-linked role.
    """
    service = normalized.action.partition(":")[0]
    covered = service in RCP_SERVICES and normalized.action not in _RCP_EXEMPT_ACTIONS
    assumes_linked = (
        service == "sts"
        and normalized.caller.kind is PrincipalType.SERVICE
        and SERVICE_LINKED_PATH in normalized.resource
    )
    return covered and not normalized.caller.service_linked and not assumes_linked


def _levels(
    levels: Sequence[Sequence[Mapping[str, Any]]],
    kind: PolicyKind,
    request: AuthorizationRequest,
    normalized: NormalizedRequest,
) -> tuple[Layer, ...]:
    short = "SCP" if kind is PolicyKind.SCP else "RCP"
    found = []
    for level, documents in enumerate(levels, start=1):
        named = [
            (name := f"{short} {number} of level {level}", _policy(document, request, name, kind))
            for number, document in enumerate(documents, start=1)
        ]
        found.append(review(f"the {short}s of level {level}", named, normalized))
    return tuple(found)


def _identity(request: AuthorizationRequest, normalized: NormalizedRequest) -> Layer:
    named = [
        (name := f"identity policy {number}", _policy(document, request, name, PolicyKind.IDENTITY))
        for number, document in enumerate(request.identity, start=1)
    ]
    return review("the identity policies", named, normalized)


def _single(
    document: Mapping[str, Any] | None, kind: PolicyKind, request: AuthorizationRequest, normalized: NormalizedRequest
) -> Layer | None:
    if document is None:
        return None
    policy = _policy(document, request, kind.value, kind)
    name = f"the {kind.value}"
    return review(name, [(name, policy)], normalized)
