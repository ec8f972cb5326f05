"""Who makes a request: the kinds of principal, read from its text."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache

_ARN = re.compile(r"arn:(?P<partition>[a-z0-9-]+):(?P<service>iam|sts)::(?P<account>\d{12}|cloudfront):(?P<rest>.+)")
# The path of a role that a service makes for itself. Source: IAM User Guide, "Create a service-linked role".
SERVICE_LINKED_PATH = "/aws-service-role/"


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
