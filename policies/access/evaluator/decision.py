"""AWS's decision: explicit denies first, then the limits of organization and endpoint, then who grants.

Sources: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access" for one account,
"Cross-account policy evaluation logic" for two.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.access.authorization import AuthorizationDecision, AuthorizationRequest
from policies.access.evaluator.caller import NormalizedRequest, normalize
from policies.access.evaluator.caller_kinds import PrincipalType
from policies.access.evaluator.layers import Layer, Layers, evaluate_layers, resource_kind, resource_policy_counts
from policies.access.evaluator.match import MatchLevel
from policies.access.evaluator.policy import PolicyKind
from policies.access.evaluator.service_rules import always_allowed, never_allowed, unlocked_by_root


@dataclass(frozen=True)
class LayerResult:
    """The statements of one layer that apply to the request, as "Sid in policy"."""

    layer: str
    allows: tuple[str, ...]
    denies: tuple[str, ...]


@dataclass(frozen=True)
class MissingAllow:
    """A layer that had to allow and did not; `nearest` names the statement that came nearest and what it failed on."""

    layer: str
    nearest: str | None


@dataclass(frozen=True)
class Explanation:
    """The decision with its reasons.

    `decisive` names the statements that decided ("Sid in policy"), `missing` the layers that lack an Allow, all of
    them and not only the first; `steps` what every layer said, in AWS's order.
    """

    id: str
    allowed: bool
    because: str
    decisive: tuple[str, ...]
    missing: tuple[MissingAllow, ...]
    steps: tuple[LayerResult, ...]


@dataclass(frozen=True)
class _Verdict:
    """`reasons` are the statements that decided; `missing` names the layers without an Allow, with the layer if any."""

    allowed: bool
    reasons: tuple[str, ...]
    missing: tuple[tuple[str, Layer | None], ...] = ()


def decide(request: AuthorizationRequest) -> AuthorizationDecision:
    """Whether a request is allowed, and why. Raises `BadPolicy` when a document cannot be read.

    A document is parsed once for as long as it lives: alter a copy, never a document that was asked about.
    """
    normalized = normalize(request)
    layers = evaluate_layers(request, normalized)
    verdict = _verdict(request, normalized, layers)
    because, _ = _reason(request, normalized, verdict)
    return AuthorizationDecision(id=request.id, allowed=verdict.allowed, because=because)


def allows(request: AuthorizationRequest) -> bool:
    """The same decision without its reasons, which is faster. Raises `BadPolicy`."""
    normalized = normalize(request)
    return _verdict(request, normalized, evaluate_layers(request, normalized)).allowed


def explain(request: AuthorizationRequest) -> Explanation:
    """The decision with the part that every layer has in it. Raises `BadPolicy` when a document cannot be read."""
    normalized = normalize(request)
    layers = evaluate_layers(request, normalized)
    verdict = _verdict(request, normalized, layers)
    because, missing = _reason(request, normalized, verdict)
    steps = tuple(
        LayerResult(layer.name, tuple(map(str, layer.allows)), tuple(map(str, layer.denies))) for layer in layers
    )
    return Explanation(request.id, verdict.allowed, because, verdict.reasons, missing, steps)


def _verdict(request: AuthorizationRequest, normalized: NormalizedRequest, layers: Layers) -> _Verdict:
    if why := always_allowed(normalized):
        return _Verdict(allowed=True, reasons=(why,))
    if why := never_allowed(request, normalized):
        return _Verdict(allowed=False, reasons=(why,))
    lifted = layers.resource if unlocked_by_root(request, normalized) else None
    denies = [f"Deny {found}" for layer in layers if layer is not lifted for found in layer.denies]
    if denies:
        return _Verdict(allowed=False, reasons=tuple(denies))
    # Every level has RCPFullAWSAccess, which cannot be detached, so that RCPs limit by their denials alone.
    limits = [*layers.scps, *([layers.endpoint] if layers.endpoint else [])]
    missing: list[tuple[str, Layer | None]] = [(layer.name, layer) for layer in limits if not layer.allows]
    reasons, without_allow = _granted(request, normalized, layers)
    missing.extend(without_allow)
    if missing:
        return _Verdict(allowed=False, reasons=(), missing=tuple(missing))
    return _Verdict(allowed=True, reasons=tuple(f"Allow {reason}" for reason in reasons))


Granted = tuple[list[str], list[tuple[str, Layer | None]]]


def _granted(request: AuthorizationRequest, normalized: NormalizedRequest, layers: Layers) -> Granted:
    """The statements that grant, or the layers that would have to."""
    resource_name = f"the {resource_kind(request).value}"
    if not normalized.caller.in_account:
        return _resource_only(layers.resource, resource_name)
    if normalized.caller.account != request.owner:
        return _two_accounts(normalized, layers, resource_name)
    return _one_account(request, normalized, layers, resource_name)


def _resource_only(resource: Layer | None, name: str) -> Granted:
    """Services, federated identities and anonymous callers have no policies of their own."""
    if resource is not None and resource.allows:
        return [str(resource.allows[0])], []
    return [], [(name, resource)]


def _one_account(
    request: AuthorizationRequest, normalized: NormalizedRequest, layers: Layers, resource_name: str
) -> Granted:
    resource = _strongest(layers.resource, layers.grants)
    matched = resource.match_level if resource else MatchLevel.NONE
    limits = _layers_without_allow(layers.boundary, layers.session)
    if resource is not None and (matched is MatchLevel.DIRECT or (matched is MatchLevel.ROLE and not limits)):
        return [str(resource.first_allow(matched))], []
    if matched is MatchLevel.ROLE:
        return [], limits
    reasons, missing = _identity_side(normalized, layers)
    if resource_kind(request) is PolicyKind.RESOURCE or not resource_policy_counts(request, normalized):
        return reasons, missing
    # Trust policies and key policies must themselves allow or delegate; others may be silent or absent.
    if resource is None or matched is MatchLevel.NONE:
        return [], [(resource_name, layers.resource), *missing]
    return [*reasons, str(resource.first_allow(matched))], missing


def _two_accounts(normalized: NormalizedRequest, layers: Layers, resource_name: str) -> Granted:
    """Both accounts must allow; a grant to the principal itself stands for both sides, as a key policy does at home."""
    grants = layers.grants
    if grants is not None and grants.match_level > MatchLevel.ACCOUNT:
        limits = (
            [] if grants.match_level is MatchLevel.DIRECT else _layers_without_allow(layers.boundary, layers.session)
        )
        if not limits:
            return [str(grants.first_allow(grants.match_level))], []
    resource = _strongest(layers.resource, grants)
    reasons, missing = _identity_side(normalized, layers)
    if resource is None or not resource.allows:
        return [], [*missing, (resource_name, layers.resource)]
    return [*reasons, str(resource.first_allow(resource.match_level))], missing


def _strongest(resource: Layer | None, grants: Layer | None) -> Layer | None:
    if grants is None or (resource is not None and resource.match_level >= grants.match_level):
        return resource
    return grants


def _identity_side(normalized: NormalizedRequest, layers: Layers) -> Granted:
    """Identity policies with what limits them. The root user needs none.

    A federated user has the user's policies only as far as a session policy hands them on: without one it has no
    permissions (AWS Security Token Service API Reference, "GetFederationToken").
    """
    if normalized.caller.kind is PrincipalType.ROOT:
        return ["full access of the account root"], []
    if normalized.caller.kind is PrincipalType.FEDERATED_USER and layers.session is None:
        return [], [("the session policy of the federated user", None)]
    missing: list[tuple[str, Layer | None]] = []
    reasons = []
    identity = layers.identity
    if identity is not None and identity.allows:
        reasons.append(str(identity.allows[0]))
    else:
        missing.append(("the identity policies", identity))
    return reasons, [*missing, *_layers_without_allow(layers.boundary, layers.session)]


def _layers_without_allow(*layers: Layer | None) -> list[tuple[str, Layer | None]]:
    return [(layer.name, layer) for layer in layers if layer is not None and not layer.allows]


def _reason(
    request: AuthorizationRequest, normalized: NormalizedRequest, verdict: _Verdict
) -> tuple[str, tuple[MissingAllow, ...]]:
    if verdict.reasons:
        return " and ".join(verdict.reasons), ()
    missing = tuple(MissingAllow(name, _nearest(layer, normalized)) for name, layer in verdict.missing)
    what = f"{request.action} on {request.resource}"
    sentences = []
    for missing_allow, (_, layer) in zip(missing, verdict.missing, strict=True):
        if layer is None:
            sentences.append(f"{missing_allow.layer} would have to allow {what}, and there is none")
            continue
        near = f" (nearest: {missing_allow.nearest})" if missing_allow.nearest else ""
        sentences.append(f"no statement of {missing_allow.layer} allows {what}{near}")
    return "; ".join(sentences), missing


def _nearest(layer: Layer | None, normalized: NormalizedRequest) -> str | None:
    found = layer.nearest(normalized) if layer is not None else None
    if found is None:
        return None
    name, miss = found
    return f"{miss.label} in {name} {miss.reason}"
