"""What AWS does not take as a policy of each kind.

Sources: IAM User Guide, "Grammar of the IAM JSON policy language" and the pages of the elements; AWS Organizations User
Guide, "SCP syntax" and "RCP syntax"; AWS KMS Developer Guide, "Create a key policy".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ELEMENTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
_ACTION = re.compile(r"\*(:\*)?|[a-zA-Z0-9-]+:[a-zA-Z0-9_.*?-]+")
_RESOURCE = re.compile(r"\*|arn:[^:]+:[a-zA-Z0-9-]+:.*", re.DOTALL)
# What `AWS` may name: everybody, an account, a user, role, session or federated user, or one that was deleted.
_NAMED = re.compile(
    r"\*|\d{12}|arn:[^:*?]+:iam::(\d{12}|cloudfront):(root|(user|role)/[^*?]+)"
    r"|arn:[^:*?]+:sts::\d{12}:(assumed-role/[^/*?]+/[^/*?]+|federated-user/[^*?]+)"
    r"|A(ROA|IDA|GPA|IPA|NPA|SCA)[A-Z0-9]{9,}(:[^*?]*)?"
)
_SIGNS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_OPERATORS = frozenset(
    {
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        *("StringLike", "StringNotLike", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
        *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress"),
        *(f"{kind}{sign}" for kind in ("Numeric", "Date") for sign in _SIGNS),
    }
)
_FULL_ACCESS = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


@dataclass(frozen=True)
class Kind:
    """A kind of document: whether its statements name principals, and which elements they need or must not have."""

    name: str
    principals: bool = False
    # "needed", or "optional" where a policy belongs to one resource, or "none".
    resource: str = "needed"
    action_needed: bool = True
    # Only A to Z, a to z and 0 to 9 in a Sid, and each Sid once.
    plain_sids: bool = False
    not_principal: bool = True
    current_version: bool = False


IDENTITY = Kind("identity policy", plain_sids=True)
BOUNDARY = Kind("permissions boundary", plain_sids=True)
SESSION = Kind("session policy", plain_sids=True)
SCP = Kind("SCP", current_version=True)
RCP = Kind("RCP", principals=True, not_principal=False, current_version=True)
ENDPOINT = Kind("endpoint policy", principals=True)
RESOURCE = Kind("resource policy", principals=True, resource="optional")
TRUST = Kind("trust policy", principals=True, resource="none", plain_sids=True, not_principal=False)
KEY = Kind("key policy", principals=True, resource="optional", action_needed=False)


def kind_of_resource_policy(action: str, resource: str) -> Kind:
    """A role's is its trust policy, a key's its key policy."""
    if action.lower().startswith("sts:") and re.fullmatch("arn:[^:]+:iam:[^:]*:[^:]*:role/.*", resource):
        return TRUST
    return KEY if re.fullmatch("arn:[^:]+:kms:[^:]*:[^:]*:key/.*", resource) else RESOURCE


def defects(document: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    """What is wrong with a document whose parts are well formed, a few words each."""
    yield from (f"{name} is no element of a policy" for name in set(document) - {"Version", "Id", "Statement"})
    if kind.current_version and document.get("Version") != "2012-10-17":
        yield "Version must be 2012-10-17"
    if "Statement" not in document:
        yield "there is no Statement"
    statements = document.get("Statement")
    entries = statements if isinstance(statements, list) else [statements]
    sids = [entry.get("Sid") for entry in entries if isinstance(entry, Mapping) and entry.get("Sid")]
    if kind.plain_sids and len(set(map(str, sids))) != len(sids):
        yield "a Sid is given twice"
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, Mapping):
            yield from (f"statement {number}: {defect}" for defect in _of_statement(entry, kind))


def _of_statement(entry: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    yield from (f"{name} is no element of a statement" for name in set(entry) - _ELEMENTS)
    sid = entry.get("Sid", "")
    if not isinstance(sid, str) or (kind.plain_sids and not re.fullmatch("[A-Za-z0-9]*", sid)):
        yield f"the Sid {sid!r} is not of letters and digits"
    yield from _of_conditions(entry.get("Condition"))
    yield from _of_actions(entry, kind)
    yield from _of_resources(entry, kind)
    if kind is RCP:
        yield from _of_rcp(entry)
    named = [name for name in ("Principal", "NotPrincipal") if name in entry]
    if not kind.principals:
        yield from (f"a {kind.name} has no {name}" for name in named)
    elif not named:
        yield "neither Principal nor NotPrincipal"
    else:
        yield from _of_principals(named[0], entry[named[0]], kind)


def _of_actions(entry: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    given = [name for name in ("Action", "NotAction") if name in entry]
    if not given and kind.action_needed:
        yield "neither Action nor NotAction"
    for name in given:
        yield from (f"{text!r} is no action" for text in _listed(entry[name]) if not _is(_ACTION, text))


def _of_resources(entry: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    given = [name for name in ("Resource", "NotResource") if name in entry]
    if kind.resource == "none":
        yield from (f"a {kind.name} has no {name}" for name in given)
    if kind.resource == "needed" and not given:
        yield "neither Resource nor NotResource"
    for name in given:
        yield from (f"{text!r} is no ARN" for text in _listed(entry[name]) if not _is(_RESOURCE, text))


def _of_principals(element: str, given: Any, kind: Kind) -> Iterator[str]:
    if element == "NotPrincipal" and not kind.not_principal:
        yield f"a {kind.name} has no NotPrincipal"
    if not isinstance(given, Mapping):
        return
    for group, names in given.items():
        if group not in {"AWS", "Service", "Federated", "CanonicalUser"}:
            yield f"{group} is no kind of principal"
        elif group == "AWS":
            yield from (f"{name!r} is no principal" for name in _listed(names) if not _is(_NAMED, name))


def _of_rcp(entry: Mapping[str, Any]) -> Iterator[str]:
    """RCPFullAWSAccess alone allows; what others write only denies, and names services."""
    if {name: value for name, value in entry.items() if name != "Sid"} == _FULL_ACCESS:
        return
    if entry.get("Effect") != "Deny":
        yield "an RCP can only Deny"
    if entry.get("Principal") != "*":
        yield 'the Principal of an RCP is "*"'
    if "NotAction" in entry:
        yield "an RCP has no NotAction"
    if "*" in _listed(entry.get("Action", [])):
        yield "the Action of an RCP names a service"


def _of_conditions(block: Any) -> Iterator[str]:
    for given, keys in block.items() if isinstance(block, Mapping) else ():
        name = given.removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
        if given == "Null":
            values = [value for found in keys.values() for value in _listed(found)]
            yield from (f"Null is {value!r}" for value in values if str(value).lower() not in {"true", "false"})
        elif name.removesuffix("IfExists") not in _OPERATORS:
            yield f"there is no condition operator {given}"


def _listed(found: Any) -> list[Any]:
    return list(found) if isinstance(found, list | tuple) else [found]


def _is(form: re.Pattern[str], text: Any) -> bool:
    return isinstance(text, str) and form.fullmatch(text) is not None
