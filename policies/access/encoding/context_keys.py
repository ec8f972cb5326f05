"""Which condition keys AWS gives to whose requests, and what they are when a question does not say.

Sources: IAM User Guide, "AWS global condition context keys" (the availability of each), "IAM policy elements: Variables
and tags" (principal key values), "IAM JSON policy elements: NotAction" (services whose endpoint is in us-east-1).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from policies.access.authorization import AuthorizationRequest
from policies.access.encoding.callers import IN_ACCOUNT, CallerType, SymbolicCaller
from policies.access.encoding.logic import known_text
from policies.access.encoding.values import as_date

_ROLES = (CallerType.ROLE, CallerType.SESSION)
# Keys that only these callers' requests have; of a key with a name behind it, as tags are, the part before the name.
_ONLY: Mapping[str, tuple[CallerType, ...]] = {
    "aws:username": (CallerType.USER,),
    "aws:assumedroot": (CallerType.ROOT,),
    "aws:principalisawsservice": (*IN_ACCOUNT, CallerType.SERVICE),
    "aws:principaltag": tuple(kind for kind in IN_ACCOUNT if kind is not CallerType.ROOT),
    "aws:federatedprovider": (*_ROLES, CallerType.PROVIDER),
    **dict.fromkeys(("aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"), IN_ACCOUNT),
    **dict.fromkeys(("aws:tokenissuetime", "aws:multifactorauthage", "aws:multifactorauthpresent"), IN_ACCOUNT),
    **dict.fromkeys(("aws:calledvia", "aws:calledviafirst", "aws:calledvialast"), IN_ACCOUNT),
    **dict.fromkeys(("aws:principalservicename", "aws:principalservicenameslist"), (CallerType.SERVICE,)),
    **dict.fromkeys(("aws:sourcearn", "aws:sourceaccount"), (CallerType.SERVICE,)),
    **dict.fromkeys(("aws:sourceorgid", "aws:sourceorgpaths"), (CallerType.SERVICE,)),
    **dict.fromkeys(("aws:sourceidentity", "aws:chatbotsourcearn"), _ROLES),
    **dict.fromkeys(("aws:ec2instancesourcevpc", "aws:ec2instancesourceprivateipv4"), _ROLES),
}
_ONE_ENDPOINT = ("cloudfront:", "iam:", "organizations:", "route53:", "support:")
# A question without a moment is asked when the process began.
_MOMENT = datetime.now(UTC).replace(microsecond=0)


def lacks(kind: CallerType, key: str) -> bool:
    """Whether no request of such a caller has the key (in lower case)."""
    holders = _ONLY.get(key.split("/", maxsplit=1)[0])
    return holders is not None and kind not in holders


def usual(
    request: AuthorizationRequest, caller: SymbolicCaller, given: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """The keys that every request of the caller has besides those that follow from who it is, as they usually are."""
    begun = given.get("aws:currenttime") or given.get("aws:epochtime") or (_MOMENT.isoformat(),)
    seconds = as_date(begun[0])
    keys = {"aws:securetransport": "true", "aws:viaawsservice": "false"}
    if seconds is not None:
        keys["aws:epochtime"] = str(int(seconds))
        keys["aws:currenttime"] = datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    services = given.get("aws:calledvia")
    if services:
        keys |= {"aws:viaawsservice": "true", "aws:calledviafirst": services[0], "aws:calledvialast": services[-1]}
    if caller.kind in {*_ROLES, CallerType.FEDERATED_USER}:
        keys["aws:tokenissuetime"] = _MOMENT.strftime("%Y-%m-%dT%H:%M:%SZ")
    tokens = caller.kind in _ROLES and "aws:federatedprovider" not in given
    if tokens or (caller.kind is CallerType.USER and "aws:tokenissuetime" in given):
        keys["aws:multifactorauthpresent"] = "false"
    return keys | _region(request)


def _region(request: AuthorizationRequest) -> dict[str, str]:
    segments = request.resource.split(":")
    if len(segments) > 5 and segments[3] and "*" not in segments[3]:
        return {"aws:requestedregion": segments[3]}
    return {"aws:requestedregion": "us-east-1"} if request.action.lower().startswith(_ONE_ENDPOINT) else {}


def contradictory(
    request: AuthorizationRequest, caller: SymbolicCaller, given: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """The keys of the question that AWS would not send, or not with these values."""
    derived = {key: known_text(value) for key, value in caller.derived(request.owner).items()}
    if caller.kind is CallerType.SESSION:
        role = derived.pop("aws:principalarn")
        begin, _, name = role.partition(":role/")
        shown = given.get("aws:principalarn", (role,))[0]
        if not shown.startswith(f"{begin}:role/") or shown.rsplit("/", 1)[-1] != name:
            return ["aws:principalarn"]
    wrong = [key for key, values in given.items() if values and lacks(caller.kind, key)]
    return wrong + [key for key, value in derived.items() if given.get(key, (value,)) != (value,)]
