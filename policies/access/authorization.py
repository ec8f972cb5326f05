"""A request to be authorized, in a vocabulary that decides nothing: the evaluator and the encoding both read it.

Documents stay as the JSON that AWS holds: each reader parses them for itself, so that neither inherits the other's
misreading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]
# One value, or several for a multivalued key. Numbers, dates and Booleans are written as AWS writes them, as text.
RequestContext = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class KmsGrant:
    """A KMS grant: `operations` in the API's spelling (`Decrypt`), `constraints` as CreateGrant takes them.

    `retiring_principal` may retire it, whatever its operations are.
    """

    grantee: str
    operations: Sequence[str]
    constraints: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    retiring_principal: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """May `principal` do `action` to `resource`?

    `principal` is the ARN of a role, role session, user, federated user, account root or identity provider, the
    name of a service (`events.amazonaws.com`) or `*` for somebody without credentials. `account` is the principal's
    account, None for services and anonymous; `owner` is the account that the resource belongs to. A policy that
    does not exist is None: `endpoint_policy` None means outside any VPC endpoint, `boundary` and `session` None
    mean that there is no such limit; a federated user without `session` has no permissions of its own. `scps` and
    `rcps` hold the documents at each level from the root down to the account; an empty sequence means no
    organization. `context` holds condition keys; those that AWS derives from the caller and the resource need not
    be given.
    """

    id: str
    principal: str
    account: str | None
    action: str
    resource: str
    owner: str
    identity: Sequence[Document] = ()
    resource_policy: Document | None = None
    endpoint_policy: Document | None = None
    boundary: Document | None = None
    session: Document | None = None
    scps: Sequence[Sequence[Document]] = ()
    rcps: Sequence[Sequence[Document]] = ()
    grants: Sequence[KmsGrant] = ()
    context: RequestContext = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AuthorizationDecision:
    """Whether it is allowed; `because` names the statement, or the missing one, that decided."""

    id: str
    allowed: bool
    because: str
