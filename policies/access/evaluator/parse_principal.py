"""The Principal and NotPrincipal elements (IAM User Guide, "AWS JSON policy elements: Principal")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from policies.access.evaluator.errors import ReportProblem, nearest
from policies.access.evaluator.policy import AwsPrincipal, PrincipalElement

_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:[a-z0-9-]+:iam::(\d{12}):root")
_ARN = re.compile(
    r"arn:[a-z0-9-]+:(iam::(\d{12}|cloudfront):(role|user)/[^*?]+"
    r"|sts::\d{12}:(assumed-role/[^/*?]+/[^/*?]+|federated-user/[^*?]+))"
)
# Unique ids begin so (IAM User Guide, "IAM identifiers"): a saved policy shows one when its user or role is gone.
_UNIQUE_ID = re.compile(r"A(ROA|IDA|GPA|IPA|NPA|SCA)[A-Z0-9]{9,}(:[^*?]*)?")


def read_principals(given: Any, element: str, negated: bool, report: ReportProblem) -> PrincipalElement:
    """Read one element; what is wrong with it goes to `report`, a sentence each."""
    if given == "*":
        return PrincipalElement(negated=negated, everyone=True)
    if not isinstance(given, Mapping):
        report(f'{element} is {given!r}; write "*" or {{"AWS": …}}, {{"Service": …}} or {{"Federated": …}}.')
        return PrincipalElement(negated=negated)
    values: dict[str, list[str]] = {}
    for kind, entry in given.items():
        if kind not in _KINDS:
            report(f"{element} has the unknown kind {kind}{nearest(kind, _KINDS)}; allowed are {', '.join(_KINDS)}.")
            continue
        listed = [entry] if isinstance(entry, str) else entry
        if not isinstance(listed, list | tuple) or not all(isinstance(value, str) for value in listed):
            report(f"{element} {kind} must be text or a list of texts.")
            continue
        values[kind] = list(listed)
    aws = [_aws(text, element, report) for text in values.get("AWS", []) if text != "*"]
    return PrincipalElement(
        negated=negated,
        everyone="*" in values.get("AWS", []),
        aws=tuple(entry for entry in aws if entry is not None),
        services=frozenset(values.get("Service", [])),
        federated=frozenset(values.get("Federated", [])),
        canonical=frozenset(values.get("CanonicalUser", [])),
    )


def _aws(text: str, element: str, report: ReportProblem) -> AwsPrincipal | None:
    if _ACCOUNT.fullmatch(text):
        return AwsPrincipal(text, account=text)
    root = _ROOT.fullmatch(text)
    if root:
        return AwsPrincipal(text, account=root.group(1))
    if _UNIQUE_ID.fullmatch(text):
        return AwsPrincipal(text, deleted=True)
    if _ARN.fullmatch(text):
        return AwsPrincipal(text, arn=text)
    if "*" in text or "?" in text:
        report(
            f"{element} AWS {text!r} has a wildcard inside; a principal is matched whole: "
            'name it, or use "*" with a condition on aws:PrincipalArn.'
        )
    else:
        report(
            f"{element} AWS {text!r} is not a principal; write an account id, or the ARN of an account root, role, "
            "user, role session or federated user."
        )
    return None
