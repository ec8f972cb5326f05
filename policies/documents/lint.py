"""What AWS would refuse or ignore in a statement, and what it would take while meaning more than its writer did.

Pure: each check gives sentences, none for a statement that is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from catalog.nearest import nearest
from policies.documents import actions

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]

# IAM User Guide, "IAM JSON policy elements: Condition operators".
OPERATORS = frozenset(
    {
        "ArnEquals",
        "ArnLike",
        "ArnNotEquals",
        "ArnNotLike",
        "BinaryEquals",
        "Bool",
        "DateEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateNotEquals",
        "IpAddress",
        "NotIpAddress",
        "Null",
        "NumericEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericNotEquals",
        "StringEquals",
        "StringEqualsIgnoreCase",
        "StringLike",
        "StringNotEquals",
        "StringNotEqualsIgnoreCase",
        "StringNotLike",
    }
)
_SETS = ("ForAllValues:", "ForAnyValue:")
# IAM User Guide, "AWS global condition context keys"; a slash ends those that name a tag.
GLOBAL_KEYS = frozenset(
    {
        "CalledVia",
        "CalledViaFirst",
        "CalledViaLast",
        "CurrentTime",
        "EpochTime",
        "FederatedProvider",
        "MultiFactorAuthAge",
        "MultiFactorAuthPresent",
        "PrincipalAccount",
        "PrincipalArn",
        "PrincipalIsAWSService",
        "PrincipalOrgID",
        "PrincipalOrgPaths",
        "PrincipalServiceName",
        "PrincipalServiceNamesList",
        "PrincipalTag/",
        "PrincipalType",
        "RequestTag/",
        "RequestedRegion",
        "ResourceAccount",
        "ResourceOrgID",
        "ResourceOrgPaths",
        "ResourceTag/",
        "SecureTransport",
        "SourceAccount",
        "SourceArn",
        "SourceIdentity",
        "SourceIp",
        "SourceOrgID",
        "SourceOrgPaths",
        "SourceVpc",
        "SourceVpcArn",
        "SourceVpce",
        "TagKeys",
        "TokenIssueTime",
        "UserAgent",
        "ViaAWSService",
        "VpcSourceIp",
        "VpceAccount",
        "VpceOrgID",
        "VpceOrgPaths",
        "referer",
        "userid",
        "username",
    }
)
# Keys on which a wildcard would open the perimeter; AWS calls them sensitive (IAM User Guide, "AWS global condition
# context keys").
WHOLE = frozenset(
    f"aws:{name}"
    for name in (
        "PrincipalAccount",
        "PrincipalOrgID",
        "ResourceAccount",
        "ResourceOrgID",
        "SourceAccount",
        "SourceOrgID",
        "SourceVpc",
        "SourceVpce",
        "VpceAccount",
        "VpceOrgID",
    )
)
_PRINCIPAL = re.compile(r"\*|[0-9]{12}|arn:[a-z-]+:(iam|sts)::[0-9]{12}:(root|[a-z-]+/[^*?]+)")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def wrong_actions(given: Sequence[str]) -> Iterator[str]:
    """Actions that no service has."""
    yield from (reason for action in given if (reason := actions.wrong(action)))


def wide_actions(given: Sequence[str]) -> Iterator[str]:
    """Actions that say more than one, and tomorrow perhaps another."""
    yield from (action for action in given if "*" in action or "?" in action)


def wide_resources(given: Sequence[str]) -> Iterator[str]:
    """Resources that are everything, everything of a service, or anybody's: the account or the name is left open.

    All resources of one kind in one account (`…:training-job/*`) are not: services name jobs and interfaces themselves.
    """
    for resource in given:
        parts = resource.split(":", 5)
        if len(parts) < 6 or "*" in parts[4] or set(parts[5]) <= set("*/"):
            yield resource


def wrong_principals(aws: Sequence[str], services: Sequence[str]) -> Iterator[str]:
    """Principals that AWS refuses: with a wildcard in them, or of no form that it knows."""
    for name in aws:
        if not _PRINCIPAL.fullmatch(name):
            yield f"{name} is no principal: an account, a whole ARN without wildcards, or * for everybody"
    yield from (
        f"{name} is no service principal, such as s3.amazonaws.com" for name in services if not _SERVICE.fullmatch(name)
    )


def wrong_conditions(effect: str, conditions: Conditions) -> Iterator[str]:
    """Operators and keys that AWS does not know, empty lists, and conditions that hold where nothing is said."""
    for operator, keys in conditions.items():
        plain = operator
        for prefix in _SETS:
            plain = plain.removeprefix(prefix)
        name = plain.removesuffix("IfExists")
        if name not in OPERATORS or plain == "NullIfExists":
            yield f"{operator} is no condition operator{_meant(name, OPERATORS)}"
        for key, value in keys.items():
            values = [value] if isinstance(value, str) else list(value)
            yield from _wrong_key(key)
            if not values:
                yield f"{operator} of {key} names no value, so that it holds never or always"
            if key in WHOLE and any("*" in _VARIABLE.sub("", one) or "?" in one for one in values):
                yield f"{key} with a wildcard: it is compared as a whole, or the perimeter is open"
            needs_value = "false" in str(conditions.get("Null", {}).get(key, ""))
            if effect == "Allow" and operator.startswith("ForAllValues:") and not needs_value:
                yield f"{operator} holds where {key} is missing: add Null {key} false"


@cache
def _known_key(key: str) -> str | None:
    prefix, colon, name = key.partition(":")
    if colon and prefix == "aws":
        named = name.split("/")[0] + ("/" if "/" in name else "")
        return None if named in GLOBAL_KEYS else f"{key} is no global condition key{_meant(named, GLOBAL_KEYS)}"
    if colon and name and prefix in actions.services():
        return None
    return f"{key} is no condition key of a service that is known here{_meant(prefix, actions.services() | {'aws'})}"


def _wrong_key(key: str) -> Iterator[str]:
    if reason := _known_key(key):
        yield reason


def passes_roles_to_anybody(given: Sequence[str], conditions: Conditions) -> bool:
    """Whether a role may be handed to whichever service: `iam:PassRole`, and no service named."""
    passing = any(_matches(action.lower(), "iam:passrole") for action in given)
    return passing and not any(key.lower() == "iam:passedtoservice" for keys in conditions.values() for key in keys)


def idle_actions(given: Sequence[str], resources: Sequence[str]) -> Iterator[str]:
    """Actions that none of the resources is for: AWS takes such a statement, and it allows nothing."""
    if "*" in resources:
        return
    for action in given:
        kinds = actions.acts_on(action)
        if kinds is None:
            continue
        if not kinds:
            yield f"{action} knows no resource: only * allows it"
        elif not any(_may_meet(resource, kind) for resource in resources for kind in kinds):
            yield f"{action} acts on {' or '.join(kinds)}, and no such resource is named"


@cache
def _may_meet(resource: str, kind: str) -> bool:
    """Whether some ARN fits both patterns. Policy variables may become anything."""
    resource_parts, format_parts = _VARIABLE.sub("*", resource).split(":", 5), kind.split(":", 5)
    if len(resource_parts) < 6 or len(format_parts) < 6:
        return True
    return all(_overlap(one, other) for one, other in zip(resource_parts, format_parts, strict=True))


def _overlap(one: str, other: str) -> bool:
    """Whether some text fits both patterns of `*` and `?`."""
    reached = {(0, 0)}
    while reached:
        follow = set()
        for i, j in reached:
            if i == len(one) and j == len(other):
                return True
            follow |= _steps(one, other, i, j)
        reached = follow
    return False


def _steps(one: str, other: str, i: int, j: int) -> set[tuple[int, int]]:
    first, second = one[i : i + 1], other[j : j + 1]
    found = set()
    if first == "*":
        found |= {(i + 1, j)} | ({(i, j + 1)} if second and second != "*" else set())
    if second == "*":
        found |= {(i, j + 1)} | ({(i + 1, j)} if first and first != "*" else set())
    if first and second and "*" not in (first, second) and (first == second or "?" in (first, second)):
        found.add((i + 1, j + 1))
    return found


def _matches(pattern: str, text: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text))


def _meant(given: str, names: frozenset[str]) -> str:
    found = nearest(given, names)
    return f"; did you mean {found}?" if found else ""
