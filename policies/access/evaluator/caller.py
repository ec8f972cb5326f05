"""The principal that makes a request, and the context keys that AWS derives from it."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from policies.access.authorization import AuthorizationRequest

_ARN = re.compile(r"arn:(?P<partition>[a-z0-9-]+):(?P<service>iam|sts)::(?P<account>\d{12}|cloudfront):(?P<rest>.+)")
# The path of a role that a service makes for itself. Source: IAM User Guide, "Create a service-linked role".
SERVICE_LINKED_PATH = "/aws-service-role/"
# Callers of these two have no AWS credentials but a token of the named provider.
# Source: AWS Security Token Service API Reference, "AssumeRoleWithWebIdentity" and "AssumeRoleWithSAML".
_FEDERATED_ACTIONS = frozenset({"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"})


class PrincipalType(enum.Enum):
    """The kinds of principal that policy evaluation tells apart."""

    ROLE = "role"
    SESSION = "role session"
    USER = "user"
    FEDERATED_USER = "federated user session"
    ROOT = "account root"
    SERVICE = "service"
    FEDERATED = "federated identity"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class CallerIdentity:
    """`principal` as given. A session's `role_arn` lacks the role's path unless `role_known`, from aws:PrincipalArn."""

    kind: PrincipalType
    principal: str
    account: str | None
    role_arn: str | None = None
    role_name: str | None = None
    role_known: bool = False
    service_linked: bool = False

    @property
    def in_account(self) -> bool:
        """Whether it is an identity of an AWS account, so that identity policies and SCPs apply."""
        return self.account is not None


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
    # A key that is given without a value is absent, whatever follows from the caller.
    for key, value in _derived(caller, request.owner).items():
        if key not in values and key not in absent:
            single[key] = value
            values[key] = (value,)
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


@lru_cache(maxsize=4096)
def classify(principal: str) -> CallerIdentity:
    """The kind of a principal by its text alone; its account is the one in its ARN."""
    if principal == "*":
        return CallerIdentity(PrincipalType.ANONYMOUS, principal, None)
    found = _ARN.fullmatch(principal)
    if found is None:
        federated = principal.startswith("arn:")
        return CallerIdentity(PrincipalType.FEDERATED if federated else PrincipalType.SERVICE, principal, None)
    owner, rest = found["account"], found["rest"]
    if found["service"] == "iam":
        return _iam_caller(principal, owner, rest)
    if rest.startswith("assumed-role/"):
        name = rest.split("/")[1]
        return CallerIdentity(
            kind=PrincipalType.SESSION,
            principal=principal,
            account=owner,
            role_arn=f"arn:{found['partition']}:iam::{owner}:role/{name}",
            role_name=name,
            # The names of service-linked roles begin so, and IAM reserves their path, which a session does not show.
            service_linked=name.startswith("AWSServiceRoleFor"),
        )
    return CallerIdentity(PrincipalType.FEDERATED_USER, principal, owner)


def _iam_caller(principal: str, account: str, rest: str) -> CallerIdentity:
    if rest == "root":
        return CallerIdentity(PrincipalType.ROOT, principal, account)
    if rest.startswith("role/"):
        name = rest.rsplit("/", 1)[1]
        linked = SERVICE_LINKED_PATH in principal
        return CallerIdentity(
            PrincipalType.ROLE, principal, account, principal, name, role_known=True, service_linked=linked
        )
    if rest.startswith("user/"):
        return CallerIdentity(PrincipalType.USER, principal, account)
    return CallerIdentity(PrincipalType.FEDERATED, principal, None)


# The values of aws:PrincipalType; a service has none.
# Source: IAM User Guide, "IAM policy elements: Variables and tags", the table of principal key values.
_TYPES = {
    PrincipalType.ROLE: "AssumedRole",
    PrincipalType.SESSION: "AssumedRole",
    PrincipalType.USER: "User",
    PrincipalType.FEDERATED_USER: "FederatedUser",
    PrincipalType.ROOT: "Account",
    PrincipalType.ANONYMOUS: "Anonymous",
}


@lru_cache(maxsize=4096)
def _derived(caller: CallerIdentity, owner: str) -> Mapping[str, str]:
    """The keys that every such request has (IAM User Guide, "AWS global condition context keys")."""
    keys = {"aws:resourceaccount": owner}
    if caller.kind in _TYPES:
        keys["aws:principaltype"] = _TYPES[caller.kind]
    if caller.account is not None:
        keys["aws:principalaccount"] = caller.account
        keys["aws:principalarn"] = caller.role_arn or caller.principal
        keys["aws:principalisawsservice"] = "false"
    elif caller.kind is PrincipalType.SERVICE:
        keys["aws:principalisawsservice"] = "true"
        keys["aws:principalservicename"] = caller.principal
    elif caller.kind is PrincipalType.ANONYMOUS:
        keys["aws:principalaccount"] = "anonymous"
    return keys
