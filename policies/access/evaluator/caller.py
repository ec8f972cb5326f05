"""Who asks, and what AWS itself adds to the request's context."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from policies.access.authorization import AuthorizationRequest

_ARN = re.compile(r"arn:(?P<partition>[a-z0-9-]+):(?P<service>iam|sts)::(?P<account>\d{12}|cloudfront):(?P<rest>.+)")
# A role that a service makes for itself: IAM: id_roles_create-service-linked-role.
_SERVICE_LINKED = "/aws-service-role/"
# Callers of these two have no AWS credentials but a token of the named provider (STS API reference).
_FEDERATED_ACTIONS = frozenset({"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"})


class CallerKind(enum.Enum):
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
class Caller:
    """`principal` as given. A session's `role_arn` lacks the role's path unless `role_known`, from aws:PrincipalArn."""

    kind: CallerKind
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
class Request:
    """A question in the form that statements are matched with: the action and all keys in lower case.

    `values` holds every key's values; `single` those that are single-valued, which alone may be policy variables.
    """

    caller: Caller
    action: str
    resource: str
    values: Mapping[str, tuple[str, ...]]
    single: Mapping[str, str]
    bounded: bool


def request_of(question: AuthorizationRequest) -> Request:
    """Classify the caller and complete the context."""
    values: dict[str, tuple[str, ...]] = {}
    single: dict[str, str] = {}
    absent: set[str] = set()
    for key, value in question.context.items():
        lower = key.lower()
        if isinstance(value, str):
            single[lower] = value
            values[lower] = (value,)
        elif value:
            values[lower] = tuple(value)
        else:
            absent.add(lower)
    caller = _caller(question, single.get("aws:principalarn"))
    # A key that is given without a value is absent, whatever follows from the caller.
    for key, value in _derived(caller, question.owner).items():
        if key not in values and key not in absent:
            single[key] = value
            values[key] = (value,)
    return Request(caller, question.action.lower(), question.resource, values, single, question.boundary is not None)


def _caller(question: AuthorizationRequest, principal_arn: str | None) -> Caller:
    caller = classify(question.principal)
    if caller.kind is CallerKind.SERVICE and question.action.lower() in _FEDERATED_ACTIONS:
        return replace(caller, kind=CallerKind.FEDERATED)
    if caller.kind is CallerKind.SESSION and principal_arn is not None:
        linked = _SERVICE_LINKED in principal_arn
        return replace(caller, role_arn=principal_arn, role_known=True, service_linked=linked)
    return caller


@lru_cache(maxsize=4096)
def classify(principal: str) -> Caller:
    """The kind of a principal by its text alone; its account is the one in its ARN."""
    if principal == "*":
        return Caller(CallerKind.ANONYMOUS, principal, None)
    found = _ARN.fullmatch(principal)
    if found is None:
        federated = principal.startswith("arn:")
        return Caller(CallerKind.FEDERATED if federated else CallerKind.SERVICE, principal, None)
    owner, rest = found["account"], found["rest"]
    if found["service"] == "iam":
        return _iam_caller(principal, owner, rest)
    if rest.startswith("assumed-role/"):
        name = rest.split("/")[1]
        return Caller(
            kind=CallerKind.SESSION,
            principal=principal,
            account=owner,
            role_arn=f"arn:{found['partition']}:iam::{owner}:role/{name}",
            role_name=name,
            # The names of service-linked roles begin so, and IAM reserves their path, which a session does not show.
            service_linked=name.startswith("AWSServiceRoleFor"),
        )
    return Caller(CallerKind.FEDERATED_USER, principal, owner)


def _iam_caller(principal: str, account: str, rest: str) -> Caller:
    if rest == "root":
        return Caller(CallerKind.ROOT, principal, account)
    if rest.startswith("role/"):
        name = rest.rsplit("/", 1)[1]
        linked = _SERVICE_LINKED in principal
        return Caller(CallerKind.ROLE, principal, account, principal, name, role_known=True, service_linked=linked)
    if rest.startswith("user/"):
        return Caller(CallerKind.USER, principal, account)
    return Caller(CallerKind.FEDERATED, principal, None)


# aws:PrincipalType by kind (IAM: reference_policies_variables, the table of principal keys). A service has none.
_TYPES = {
    CallerKind.ROLE: "AssumedRole",
    CallerKind.SESSION: "AssumedRole",
    CallerKind.USER: "User",
    CallerKind.FEDERATED_USER: "FederatedUser",
    CallerKind.ROOT: "Account",
    CallerKind.ANONYMOUS: "Anonymous",
}


@lru_cache(maxsize=4096)
def _derived(caller: Caller, owner: str) -> Mapping[str, str]:
    """The keys that every such request has (IAM: reference_policies_condition-keys)."""
    keys = {"aws:resourceaccount": owner}
    if caller.kind in _TYPES:
        keys["aws:principaltype"] = _TYPES[caller.kind]
    if caller.account is not None:
        keys["aws:principalaccount"] = caller.account
        keys["aws:principalarn"] = caller.role_arn or caller.principal
        keys["aws:principalisawsservice"] = "false"
    elif caller.kind is CallerKind.SERVICE:
        keys["aws:principalisawsservice"] = "true"
        keys["aws:principalservicename"] = caller.principal
    elif caller.kind is CallerKind.ANONYMOUS:
        keys["aws:principalaccount"] = "anonymous"
    return keys
