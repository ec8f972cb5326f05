"""KMS grants: a third source of permission for a key, besides its key policy and identity policies.

A grantee uses a grant as if the permission came from a key policy or an IAM policy (AWS KMS Developer Guide, "Grants in
AWS KMS"); constraints are those of AWS Key Management Service API Reference, "GrantConstraints". A grant only allows:
explicit denies elsewhere still count. AWS does not state that a grant to a principal of another account makes an
identity policy there needless: that follows from the first sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

from policies.access.authorization import KmsGrant
from policies.access.evaluator.caller import NormalizedRequest
from policies.access.evaluator.errors import BadPolicy, allowed, nearest
from policies.access.evaluator.match import MatchLevel, principal_match_level

_PREFIX = "kms:encryptioncontext:"
_CONSTRAINTS = ("EncryptionContextEquals", "EncryptionContextSubset")
# API Reference, "GrantConstraints": operations without an encryption context are not constrained. CreateGrant's own
# rule (the new grant must be as strict) is about the grant that is made, which a request does not hold.
_WITHOUT_CONTEXT = frozenset({"describekey", "retiregrant", "getpublickey", "creategrant"})


def grant_match_level(grant: KmsGrant, request: NormalizedRequest, where: str) -> MatchLevel:
    """How a grant matches the caller for this action; NONE when operation, grantee or constraints do not match.

    Raises `BadPolicy` for a constraint that is not known.
    """
    for name in grant.constraints:
        if name not in _CONSTRAINTS:
            raise BadPolicy(
                [f"{where}: unknown grant constraint {name}{nearest(name, _CONSTRAINTS)}; use {allowed(_CONSTRAINTS)}."]
            )
    service, _, operation = request.action.partition(":")
    retiring = MatchLevel.NONE
    if request.action == "kms:retiregrant" and grant.retiring_principal is not None:
        retiring = _match_level(grant.retiring_principal, request)
    return max(retiring, _grantee_match_level(grant, service, operation, request))


def _grantee_match_level(grant: KmsGrant, service: str, operation: str, request: NormalizedRequest) -> MatchLevel:
    if service != "kms" or operation not in {name.lower() for name in grant.operations}:
        return MatchLevel.NONE
    if operation not in _WITHOUT_CONTEXT and not _constraints_hold(grant, request):
        return MatchLevel.NONE
    return _match_level(grant.grantee, request)


def _match_level(principal: str, request: NormalizedRequest) -> MatchLevel:
    account = principal.split(":")[4] if principal.endswith(":root") else None
    return principal_match_level(account, None if account else principal, request.caller)


def _constraints_hold(grant: KmsGrant, request: NormalizedRequest) -> bool:
    given = {key.removeprefix(_PREFIX): value for key, value in request.single.items() if key.startswith(_PREFIX)}
    equals = grant.constraints.get("EncryptionContextEquals")
    subset = grant.constraints.get("EncryptionContextSubset")
    if equals is not None and _lower(equals) != given:
        return False
    return subset is None or _lower(subset).items() <= given.items()


def _lower(pairs: Mapping[str, str]) -> dict[str, str]:
    """Keys compare without case in a constraint, values with it."""
    return {key.lower(): value for key, value in pairs.items()}
