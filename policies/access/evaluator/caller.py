"""A request as statements are matched with it: its principal, and the context keys that AWS adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator.caller_kinds import SERVICE_LINKED_PATH, CallerIdentity, PrincipalType, classify
from policies.access.evaluator.context_keys import contradictions, fill_in

# Callers of these two have no AWS credentials but a token of the named provider.
# Source: AWS Security Token Service API Reference, "AssumeRoleWithWebIdentity" and "AssumeRoleWithSAML".
_FEDERATED_ACTIONS = frozenset({"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"})


@dataclass(frozen=True, eq=False)
class NormalizedRequest:
    """An authorization request as statements are matched with it: the action and all keys in lower case.

    `values` holds every key's values; `single` those that are single-valued, which alone may be policy variables.
    """

    caller: CallerIdentity
    action: str
    resource: str
    values: Mapping[str, tuple[str, ...]]
    single: Mapping[str, str]
    bounded: bool


def normalize(request: AuthorizationRequest) -> NormalizedRequest:
    """The request with its caller classified and with the context keys that AWS itself adds."""
    values: dict[str, tuple[str, ...]] = {}
    single: dict[str, str] = {}
    absent: set[str] = set()
    for key, value in request.context.items():
        lower = key.lower()
        if isinstance(value, str):
            single[lower] = value
            values[lower] = (value,)
        elif value:
            values[lower] = tuple(value)
        else:
            absent.add(lower)
    caller = _caller(request, single.get("aws:principalarn"))
    for key in fill_in(request, caller, values):
        single[key] = values[key][0]
    # A key that is given without a value is absent, whatever AWS says.
    for key in absent:
        values.pop(key, None)
        single.pop(key, None)
    return NormalizedRequest(
        caller, request.action.lower(), request.resource, values, single, request.boundary is not None
    )


def _caller(request: AuthorizationRequest, principal_arn: str | None) -> CallerIdentity:
    caller = classify(request.principal)
    if caller.kind is PrincipalType.SERVICE and request.action.lower() in _FEDERATED_ACTIONS:
        return replace(caller, kind=PrincipalType.FEDERATED)
    if caller.kind is PrincipalType.SESSION and principal_arn is not None:
        linked = SERVICE_LINKED_PATH in principal_arn
        return replace(caller, role_arn=principal_arn, role_known=True, service_linked=linked)
    return caller


def unlike_aws(request: AuthorizationRequest) -> list[str]:
    """What the question's context says and AWS would not, a sentence each."""
    return contradictions(request, _caller(request, None))
