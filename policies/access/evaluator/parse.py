"""From the JSON of a policy document to compiled statements; every defect is reported, not only the first.

Grammar: IAM User Guide, "Grammar of the IAM JSON policy language" and the pages of the elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from policies.access.document_cache import DocumentCache
from policies.access.evaluator.errors import BadPolicy, nearest
from policies.access.evaluator.parse_condition import read_condition
from policies.access.evaluator.parse_principal import read_principals
from policies.access.evaluator.policy import (
    ParsedPolicy,
    ParsedStatement,
    PolicyKind,
    PrincipalElement,
    ResourceElement,
)
from policies.access.evaluator.template import (
    Template,
    WildcardSpan,
    parse_resource,
    parse_template,
    regex_text,
    static,
)

CURRENT_VERSION = "2012-10-17"
_VERSIONS = ("2008-10-17", CURRENT_VERSION)
_TOP = ("Version", "Id", "Statement")
_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_ACTION = re.compile(r"\*|\*:\*|[A-Za-z0-9-]+:[\w*?.-]+", re.ASCII)
# A resource is `*` or an ARN without a wildcard in the service segment.
# Source: IAM User Guide, "IAM JSON policy elements: Resource".
_RESOURCE = re.compile(r"\*|arn:[a-z0-9*?-]+:[A-Za-z0-9-]+:.*", re.DOTALL)
# Policies that belong to one resource may leave Resource out: it is then that resource.
_OWN_RESOURCE = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.KEY})
# Kinds whose Sids must differ; other services have rules of their own.
# Source: IAM User Guide, "IAM JSON policy elements: Sid".
# Source of the characters: the same page.
_UNIQUE_SIDS = frozenset({PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION, PolicyKind.TRUST})

_SID = re.compile(r"[A-Za-z0-9]*")
# Source: AWS Organizations User Guide, "SCP syntax" and "RCP syntax".
_CURRENT_VERSION_ONLY = frozenset({PolicyKind.SCP, PolicyKind.RCP})
# What RCPFullAWSAccess says, the one resource control policy that allows. AWS attaches it to the root, every unit and
# every account, and nobody can detach it. Source: AWS Organizations User Guide, "RCP syntax".
_RCP_FULL_ACCESS = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}

# Documents by the kind that they were read as.
PARSED: DocumentCache[ParsedPolicy] = DocumentCache()


def parse(document: Mapping[str, Any], where: str, kind: PolicyKind) -> ParsedPolicy:
    """Read one document.

    `where` starts every message ("question q1, identity policy 2"). Raises `BadPolicy` with all that is wrong.
    """
    problems: list[str] = []
    if not isinstance(document, Mapping):
        raise BadPolicy([f"{where}: a policy is a JSON object, not {kind_of(document)}; give one with Statement."])
    for name in document:
        if name not in _TOP:
            problems.append(f"{where}: unknown element {name}{nearest(name, _TOP)}; allowed are {', '.join(_TOP)}.")
    version = document.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        problems.append(f"{where}: Version is {version!r}; it must be {CURRENT_VERSION} or {_VERSIONS[0]}.")
    elif kind in _CURRENT_VERSION_ONLY and version != CURRENT_VERSION:
        given = "missing" if "Version" not in document else repr(version)
        problems.append(f"{where}: Version is {given}; in a {kind.value} it must be {CURRENT_VERSION}.")
    statements = _statements(document, where, kind, version == CURRENT_VERSION, problems)
    if problems:
        raise BadPolicy(problems)
    deleted = sorted({entry.text for item in statements for entry in _aws(item) if entry.deleted})
    canonical = sorted({user for item in statements if item.principals for user in item.principals.canonical})
    return ParsedPolicy(kind, statements, tuple(deleted), tuple(canonical))


def _aws(statement: ParsedStatement) -> Sequence[Any]:
    return statement.principals.aws if statement.principals else ()


def _statements(
    document: Mapping[str, Any], where: str, kind: PolicyKind, variables: bool, problems: list[str]
) -> tuple[ParsedStatement, ...]:
    if "Statement" not in document:
        problems.append(f"{where}: there is no Statement; give an object or a list of objects.")
        return ()
    given = document["Statement"]
    if isinstance(given, Mapping):
        given = [given]
    if not isinstance(given, list | tuple):
        problems.append(f"{where}: Statement is {kind_of(given)}; it must be an object or a list of objects.")
        return ()
    found: list[ParsedStatement] = []
    for position, statement in enumerate(given, start=1):
        reader = _PolicyParser(where, kind, variables, problems)
        parsed = reader.statement(statement, position)
        if parsed is not None:
            found.append(parsed)
    if kind in _UNIQUE_SIDS:
        _unique_sids(given, where, problems)
    return tuple(found)


def _unique_sids(statements: Sequence[Any], where: str, problems: list[str]) -> None:
    seen: set[str] = set()
    for statement in statements:
        sid = statement.get("Sid") if isinstance(statement, Mapping) else None
        if isinstance(sid, str) and sid in seen:
            problems.append(f"{where}: two statements have the Sid {sid}; a Sid must be unique in its policy.")
        if isinstance(sid, str) and sid:
            seen.add(sid)


class _PolicyParser:
    """Reads the statements of one document, adding to one list of problems."""

    def __init__(self, where: str, kind: PolicyKind, variables: bool, problems: list[str]) -> None:
        self.where = where
        self.kind = kind
        self.variables = variables
        self.problems = problems

    def statement(self, given: Any, position: int) -> ParsedStatement | None:
        """One statement, or None when it is no object; anything wrong with it is added to the problems."""
        if not isinstance(given, Mapping):
            self.problems.append(f"{self.where}: statement {position} is {kind_of(given)}; it must be an object.")
            return None
        sid = given.get("Sid") or f"statement {position}"
        label = sid if isinstance(sid, str) else f"statement {position}"
        if not isinstance(sid, str):
            self.problems.append(f"{self.where}: the Sid of statement {position} is not text; write it in quotes.")
        elif self.kind in _UNIQUE_SIDS and "Sid" in given and not _SID.fullmatch(sid):
            self.problems.append(
                f"{self.where}: the Sid {sid!r} of statement {position} may hold the letters A to Z and a to z and the "
                "digits alone; rename it."
            )
        self.where_now = f"{self.where}, {label if label.startswith('statement ') else f'statement {label}'}"
        for name in given:
            if name not in _ELEMENTS:
                self._report(f"unknown element {name}{nearest(name, _ELEMENTS)}; allowed are {', '.join(_ELEMENTS)}.")
        if self.kind is PolicyKind.RCP:
            self._organization(given)
        return ParsedStatement(
            label=label,
            allow=self._effect(given) == "Allow",
            principals=self._principals(given),
            matches_action=self._action(given),
            services=_services(given.get("Action")),
            resources=self._resources(given),
            clauses=read_condition(given.get("Condition", {}), self.variables, self._report),
        )

    def _report(self, sentence: str) -> None:
        self.problems.append(f"{self.where_now}: {sentence}")

    def _effect(self, given: Mapping[str, Any]) -> str:
        effect = given.get("Effect")
        if effect not in ("Allow", "Deny"):
            shown = "missing" if effect is None else repr(effect)
            near = nearest(effect, ("Allow", "Deny")) if isinstance(effect, str) else ""
            self._report(f"Effect is {shown}{near}; it must be Allow or Deny.")
        return str(effect)

    def _one_of(self, given: Mapping[str, Any], name: str, *, required: bool) -> str | None:
        present = [candidate for candidate in (name, f"Not{name}") if candidate in given]
        if len(present) > 1:
            self._report(f"both {name} and Not{name} are given; keep one of them.")
        if not present and required:
            self._report(f"neither {name} nor Not{name} is given; add one.")
        return present[0] if present else None

    def _texts(self, given: Mapping[str, Any], name: str) -> list[str]:
        values = given[name]
        values = [values] if isinstance(values, str) else values
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            self._report(f"{name} is {kind_of(given[name])}; it must be text or a list of texts.")
            return []
        return list(values)

    def _principals(self, given: Mapping[str, Any]) -> PrincipalElement | None:
        if not self.kind.names_principals:
            self._no_principal(given)
            return None
        name = self._one_of(given, "Principal", required=True)
        if name is None:
            return None
        negated = name == "NotPrincipal"
        if negated and self.kind in {PolicyKind.TRUST, PolicyKind.RCP}:
            self._report(f"NotPrincipal cannot be used in a {self.kind.value}; name the principals or use a condition.")
        if negated and given.get("Effect") == "Allow":
            self._report("NotPrincipal with Allow lets everybody else in and is not supported; use it with Deny only.")
        principals = read_principals(given[name], name, negated, self._report)
        if self.kind is PolicyKind.RCP and given[name] != "*":
            self._report('the Principal of a resource control policy must be "*"; narrow it with a condition.')
        return principals

    def _organization(self, given: Mapping[str, Any]) -> None:
        """What resource control policies may not hold (AWS Organizations User Guide, "RCP syntax")."""
        if {name: given.get(name) for name in given if name != "Sid"} == _RCP_FULL_ACCESS:
            return
        if given.get("Effect") == "Allow":
            self._report(
                "Effect of a resource control policy must be Deny; only RCPFullAWSAccess, which AWS attaches, allows."
            )
        if "NotAction" in given:
            self._report("a resource control policy has no NotAction; list the actions in Action.")
        if "*" in ([actions] if isinstance(actions := given.get("Action"), str) else actions or ()):
            self._report('Action of a resource control policy names services, such as "s3:*", and not "*".')

    def _no_principal(self, given: Mapping[str, Any]) -> None:
        for name in ("Principal", "NotPrincipal"):
            if name in given:
                self._report(f"a {self.kind.value} has no {name}: it applies to whoever it is attached to; remove it.")

    def _action(self, given: Mapping[str, Any]) -> Callable[[str], bool]:
        # KMS takes a statement without Action and gives it no effect (AWS KMS Developer Guide, "Create a key policy").
        name = self._one_of(given, "Action", required=self.kind is not PolicyKind.KEY)
        if name is None:
            return lambda _action: False
        texts = self._texts(given, name)
        for text in texts:
            if not _ACTION.fullmatch(text):
                self._report(
                    f'{name} {text!r} is not an action; write "service:Name", with * or ? in the name, or "*".'
                )
        patterns = [regex_text(_parts(parse_template(text, variables=False)), WildcardSpan.ANYTHING) for text in texts]
        expression = re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)", re.IGNORECASE | re.ASCII)
        if name == "NotAction":
            return lambda action: expression.fullmatch(action) is None
        return lambda action: expression.fullmatch(action) is not None

    def _resources(self, given: Mapping[str, Any]) -> ResourceElement | None:
        if self.kind is PolicyKind.TRUST and ("Resource" in given or "NotResource" in given):
            self._report("a trust policy has no Resource: it applies to its own role; remove it.")
        name = self._one_of(given, "Resource", required=self.kind not in _OWN_RESOURCE)
        if name is None:
            return None
        texts = self._texts(given, name)
        for text in texts:
            if not _RESOURCE.fullmatch(text):
                self._report(
                    f'{name} {text!r} is not an ARN; write "arn:partition:service:region:account:resource", '
                    f'without a wildcard in the service, or "*".'
                )
        return _compiled_resources(name == "NotResource", texts, self.variables)


def _services(actions: Any) -> frozenset[str]:
    listed = actions if isinstance(actions, list | tuple) else [actions]
    return frozenset(text.partition(":")[0].lower() for text in listed if isinstance(text, str))


def _compiled_resources(negated: bool, texts: Sequence[str], variables: bool) -> ResourceElement:
    templates = [parse_resource(text, variables=variables) for text in texts]
    fixed = [parts for parts in map(static, templates) if parts is not None]
    patterns = "|".join(f"(?:{regex_text(parts, WildcardSpan.SEGMENT)})" for parts in fixed)
    return ResourceElement(
        negated=negated,
        fixed=re.compile(patterns, re.DOTALL) if fixed else None,
        templates=tuple(template for template in templates if static(template) is None),
        texts=tuple(texts),
    )


def _parts(template: Template) -> Any:
    return static(template) or ()


def kind_of(value: object) -> str:
    """How JSON calls a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a Boolean"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "a number"
    return "an object" if isinstance(value, Mapping) else "a list"
