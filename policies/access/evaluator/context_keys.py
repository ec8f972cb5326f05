"""The condition keys that AWS itself puts into a request, and what a question may not say of them.

Source of each: IAM User Guide, "AWS global condition context keys", Availability and Value type of the key; "IAM policy
elements: Variables and tags", the table of principal key values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator.caller_kinds import CallerIdentity, PrincipalType
from policies.access.evaluator.errors import nearest
from policies.access.evaluator.operators import address, date, number

ROLE, SESSION, USER = PrincipalType.ROLE, PrincipalType.SESSION, PrincipalType.USER
FEDERATED_USER, ROOT, SERVICE = PrincipalType.FEDERATED_USER, PrincipalType.ROOT, PrincipalType.SERVICE
_IDENTITIES = frozenset({ROLE, SESSION, USER, FEDERATED_USER, ROOT})
_ROLES = frozenset({ROLE, SESSION})
_ANYBODY = frozenset(PrincipalType)

# The values of aws:PrincipalType; of a service no page says it.
_TYPES = {
    ROLE: "AssumedRole",
    SESSION: "AssumedRole",
    USER: "User",
    FEDERATED_USER: "FederatedUser",
    ROOT: "Account",
    PrincipalType.ANONYMOUS: "Anonymous",
}
# Services with one endpoint, in us-east-1. Source: IAM User Guide, "IAM JSON policy elements: NotAction".
_GLOBAL = frozenset({"cloudfront", "iam", "organizations", "route53", "support"})
# When this process began: a question that gives no moment is asked now.
_NOW = datetime.now(UTC).replace(microsecond=0)

_BOOLEAN: Callable[[str], bool] = re.compile("true|false", re.IGNORECASE).fullmatch  # type: ignore[assignment]


def _is_date(text: str) -> bool:
    return date(text) is not None


def _is_number(text: str) -> bool:
    return number(text) is not None


def _is_address(text: str) -> bool:
    return address(text) is not None


def _any(_text: str) -> bool:
    return True


# Every global key: the callers whose requests have it, and what its values are.
_KEYS: Mapping[str, tuple[frozenset[PrincipalType], Callable[[str], bool]]] = MappingProxyType(
    {
        "aws:PrincipalArn": (_IDENTITIES, _any),
        "aws:PrincipalAccount": (_ANYBODY, _any),
        "aws:PrincipalOrgID": (_IDENTITIES, _any),
        "aws:PrincipalOrgPaths": (_IDENTITIES, _any),
        "aws:PrincipalTag/": (_IDENTITIES - {ROOT}, _any),
        "aws:PrincipalIsAWSService": (_IDENTITIES | {SERVICE}, _BOOLEAN),
        "aws:PrincipalServiceName": (frozenset({SERVICE}), _any),
        "aws:PrincipalServiceNamesList": (frozenset({SERVICE}), _any),
        "aws:PrincipalType": (_ANYBODY, _any),
        "aws:userid": (_ANYBODY, _any),
        "aws:username": (frozenset({USER}), _any),
        "aws:AssumedRoot": (frozenset({ROOT}), _BOOLEAN),
        "aws:FederatedProvider": (_ROLES | {PrincipalType.FEDERATED}, _any),
        "aws:TokenIssueTime": (_IDENTITIES, _is_date),
        "aws:SignInSessionArn": (_IDENTITIES, _any),
        "aws:MultiFactorAuthAge": (_IDENTITIES, _is_number),
        "aws:MultiFactorAuthPresent": (_IDENTITIES, _BOOLEAN),
        "aws:ChatbotSourceArn": (_ROLES, _any),
        "aws:Ec2InstanceSourceVpc": (_ROLES, _any),
        "aws:Ec2InstanceSourcePrivateIPv4": (_ROLES, _is_address),
        "aws:SourceIdentity": (_ROLES, _any),
        "aws:SourceIp": (_ANYBODY, _is_address),
        "aws:SourceVpc": (_ANYBODY, _any),
        "aws:SourceVpcArn": (_ANYBODY, _any),
        "aws:SourceVpce": (_ANYBODY, _any),
        "aws:VpceAccount": (_ANYBODY, _any),
        "aws:VpceOrgID": (_ANYBODY, _any),
        "aws:VpceOrgPaths": (_ANYBODY, _any),
        "aws:VpcSourceIp": (_ANYBODY, _is_address),
        "aws:ResourceAccount": (_ANYBODY, _any),
        "aws:ResourceOrgID": (_ANYBODY, _any),
        "aws:ResourceOrgPaths": (_ANYBODY, _any),
        "aws:ResourceTag/": (_ANYBODY, _any),
        "aws:CalledVia": (_IDENTITIES, _any),
        "aws:CalledViaFirst": (_IDENTITIES, _any),
        "aws:CalledViaLast": (_IDENTITIES, _any),
        "aws:CalledViaAWSMCP": (_IDENTITIES, _any),
        "aws:ViaAWSService": (_ANYBODY, _BOOLEAN),
        "aws:ViaAWSMCPService": (_IDENTITIES, _BOOLEAN),
        "aws:CurrentTime": (_ANYBODY, _is_date),
        "aws:EpochTime": (_ANYBODY, _is_date),
        "aws:referer": (_ANYBODY, _any),
        "aws:RequestedRegion": (_ANYBODY, _any),
        "aws:RequestTag/": (_ANYBODY, _any),
        "aws:TagKeys": (_ANYBODY, _any),
        "aws:SecureTransport": (_ANYBODY, _BOOLEAN),
        "aws:SourceAccount": (frozenset({SERVICE}), _any),
        "aws:SourceArn": (frozenset({SERVICE}), _any),
        "aws:SourceOrgID": (frozenset({SERVICE}), _any),
        "aws:SourceOrgPaths": (frozenset({SERVICE}), _any),
        "aws:UserAgent": (_ANYBODY, _any),
        "aws:IsMcpServiceAction": (_ANYBODY, _BOOLEAN),
    }
)
_BY_LOWER = MappingProxyType({name.lower(): row for name, row in _KEYS.items()})
_SEVERAL_VALUES = frozenset(
    {
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:vpceorgpaths",
        "aws:resourceorgpaths",
        "aws:calledvia",
        "aws:tagkeys",
        "aws:sourceorgpaths",
    }
)


def fill_in(request: AuthorizationRequest, caller: CallerIdentity, values: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Add to `values`, the keys that a question gives, those that AWS adds; yields the names of the added ones.

    What depends on the request beyond what a question says has its usual value: sent now, over TLS, by the caller
    itself, without MFA. Its address, VPC endpoint and client are unknown, and their keys absent. A role whose
    credentials come from an identity provider has no key about MFA.
    """
    added = _always(caller, request.owner)
    if not _TELLING.isdisjoint(values):
        added = {**added, **_implied(caller, values)}
    federated = "aws:federatedprovider" in values
    for key, value in added.items():
        if key not in values and not (federated and key == "aws:multifactorauthpresent"):
            values[key] = (value,)
            yield key
    region = _region(request)
    if region and "aws:requestedregion" not in values:
        values["aws:requestedregion"] = (region,)
        yield "aws:requestedregion"


# The keys from which others follow.
_TELLING = frozenset(
    {"aws:calledvia", "aws:tokenissuetime", "aws:federatedprovider", "aws:currenttime", "aws:epochtime"}
)


def _implied(caller: CallerIdentity, values: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """What the given keys say of other ones."""
    implied: dict[str, str] = {}
    chain = values.get("aws:calledvia")
    if chain:
        implied |= {"aws:calledviafirst": chain[0], "aws:calledvialast": chain[-1], "aws:viaawsservice": "true"}
    if caller.kind is USER and "aws:tokenissuetime" in values:
        implied["aws:multifactorauthpresent"] = "false"
    if "aws:currenttime" in values or "aws:epochtime" in values:
        implied |= _moment(values)
    return implied


@lru_cache(maxsize=4096)
def _always(caller: CallerIdentity, owner: str) -> Mapping[str, str]:
    keys = {
        "aws:resourceaccount": owner,
        "aws:securetransport": "true",
        "aws:viaawsservice": "false",
        "aws:currenttime": _NOW.isoformat().replace("+00:00", "Z"),
        "aws:epochtime": str(int(_NOW.timestamp())),
        **_of_caller(caller),
    }
    if caller.kind in _ROLES | {FEDERATED_USER}:
        keys["aws:tokenissuetime"] = keys["aws:currenttime"]
    if caller.kind in _ROLES:
        keys["aws:multifactorauthpresent"] = "false"
    return keys


def _of_caller(caller: CallerIdentity) -> dict[str, str]:
    """What follows from who asks."""
    keys: dict[str, str] = {}
    if caller.kind in _TYPES:
        keys["aws:principaltype"] = _TYPES[caller.kind]
    if caller.account is not None:
        keys["aws:principalaccount"] = caller.account
        keys["aws:principalarn"] = caller.role_arn or caller.principal
        keys["aws:principalisawsservice"] = "false"
    name = caller.principal.rsplit("/", 1)[-1]
    if caller.kind is USER:
        keys["aws:username"] = name
    elif caller.kind is ROOT:
        keys["aws:userid"] = str(caller.account)
    elif caller.kind is FEDERATED_USER:
        keys["aws:userid"] = f"{caller.account}:{name}"
    elif caller.kind is SERVICE:
        keys["aws:principalisawsservice"] = "true"
        keys["aws:principalservicename"] = caller.principal
    elif caller.kind is PrincipalType.ANONYMOUS:
        keys["aws:principalaccount"] = keys["aws:userid"] = "anonymous"
    return keys


def _moment(values: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """One moment in both keys."""
    given = (values.get("aws:currenttime") or values["aws:epochtime"])[0]
    seconds = date(given)
    if seconds is None:
        return {}
    return {
        "aws:currenttime": datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z"),
        "aws:epochtime": str(int(seconds)),
    }


def _region(request: AuthorizationRequest) -> str:
    """The Region whose endpoint is called: the resource's, or that of a service with one endpoint."""
    parts = request.resource.split(":", 5)
    if len(parts) == 6 and parts[3] and "*" not in parts[3]:
        return parts[3]
    return "us-east-1" if request.action.partition(":")[0].lower() in _GLOBAL else ""


def contradictions(request: AuthorizationRequest, caller: CallerIdentity) -> list[str]:
    """What a question says of global keys and AWS would not, a sentence each."""
    given = {
        key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in request.context.items()
    }
    given = {key: values for key, values in given.items() if values}
    spelled = {key.lower(): key for key in request.context}
    found = [sentence for key in given for sentence in _of_key(spelled[key], given[key], caller)]
    for key, value in {**_of_caller(caller), "aws:resourceaccount": request.owner}.items():
        if key in given and given[key] != (value,) and not (key == "aws:principalarn" and caller.role_arn):
            said = f"context {spelled[key]} is {', '.join(given[key])}"
            found.append(f"{said}, and AWS gives it the value {value}; leave it out or correct it.")
    if "aws:sourceip" in given and ({"aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip"} & set(given)):
        found.append(
            "context aws:SourceIp is given for a request through a VPC endpoint, which has aws:VpcSourceIp instead; "
            "leave one of them out."
        )
    return [*found, *_session(given, caller)]


def _of_key(key: str, values: tuple[str, ...], caller: CallerIdentity) -> Iterator[str]:
    lower = key.lower()
    name = lower.partition("/")[0] + "/" if "/" in lower else lower
    if name not in _BY_LOWER:
        if lower.startswith("aws:"):
            yield f"context {key} is no global condition key of AWS{nearest(key, _KEYS)}; correct its name."
        return
    kinds, well_formed = _BY_LOWER[name]
    if caller.kind not in kinds:
        yield f"context {key} is given, and no request of this principal ({caller.kind.value}) has it; remove it."
    if len(values) > 1 and name not in _SEVERAL_VALUES:
        yield f"context {key} has {len(values)} values, and the key has one; give one."
    yield from (
        f"context {key} is {value!r}, which is no value of that key; correct it."
        for value in values
        if not well_formed(value)
    )


def _session(given: Mapping[str, tuple[str, ...]], caller: CallerIdentity) -> Iterator[str]:
    """A session's role and id: both end with the names in its ARN."""
    shown = given.get("aws:principalarn", ())
    if caller.role_arn and shown:
        account, role = caller.account, caller.role_name
        if caller.kind is ROLE and shown != (caller.principal,):
            yield f"context aws:PrincipalArn is {shown[0]}, and the principal is {caller.principal}; make them equal."
        elif not re.fullmatch(f"arn:[a-z0-9-]+:iam::{account}:role/(.+/)?{re.escape(str(role))}", shown[0]):
            yield (
                f"context aws:PrincipalArn is {shown[0]}, which is not the role {role} of account {account} that "
                "the session is of; correct it."
            )
    userid = given.get("aws:userid", ())
    session = caller.principal.rsplit("/", 1)[-1]
    if caller.kind is SESSION and userid and not userid[0].endswith(f":{session}"):
        yield f"context aws:userid is {userid[0]}, and the id of this session ends with :{session}; correct it."
