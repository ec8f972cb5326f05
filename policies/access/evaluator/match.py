"""Whether a statement applies to a request, and if it does not, which of its elements fail to match."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from policies.access.evaluator.caller import NormalizedRequest
from policies.access.evaluator.caller_kinds import CallerIdentity, PrincipalType
from policies.access.evaluator.operators import ValueTest
from policies.access.evaluator.policy import (
    ConditionClause,
    Operand,
    ParsedPolicy,
    ParsedStatement,
    PrincipalElement,
    Quantifier,
    ResourceElement,
)
from policies.access.evaluator.template import Resolved, Template, WildcardSpan, compiled, resolve


class MatchLevel(enum.IntEnum):
    """How a Principal element matches the caller, and so which implicit denies still limit what it grants.

    Sources: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access", the table for
    one account; "AWS JSON policy elements: Principal": naming an account delegates, it grants to nobody in it.
    """

    NONE = 0
    ACCOUNT = 1  # an identity policy must still allow
    ROLE = 2  # permissions boundary and session policy still limit
    DIRECT = 3  # nothing but explicit denies limits


@dataclass(frozen=True)
class NearMiss:
    """The statement that came nearest to allowing; `score` orders them, `reason` says what failed."""

    score: int
    label: str
    reason: str


def match_level(principals: PrincipalElement, caller: CallerIdentity) -> MatchLevel:
    """How a Principal element (not NotPrincipal) matches the caller."""
    if principals.everyone:
        return MatchLevel.DIRECT
    if caller.kind is PrincipalType.SERVICE:
        return MatchLevel.DIRECT if caller.principal in principals.services else MatchLevel.NONE
    if caller.kind is PrincipalType.FEDERATED:
        return MatchLevel.DIRECT if caller.principal in principals.federated else MatchLevel.NONE
    if caller.kind is PrincipalType.ANONYMOUS:
        return MatchLevel.NONE
    return max(
        (principal_match_level(entry.account, entry.arn, caller) for entry in principals.aws), default=MatchLevel.NONE
    )


def principal_match_level(account: str | None, arn: str | None, caller: CallerIdentity) -> MatchLevel:
    """How one AWS principal, an account or an ARN, matches the caller."""
    if account is not None:
        return MatchLevel.ACCOUNT if account == caller.account else MatchLevel.NONE
    if arn is None:
        return MatchLevel.NONE
    if arn == caller.principal:
        return MatchLevel.ROLE if caller.kind is PrincipalType.ROLE else MatchLevel.DIRECT
    if caller.kind is PrincipalType.SESSION and _is_role_of(arn, caller):
        return MatchLevel.ROLE
    return MatchLevel.NONE


def _is_role_of(arn: str, caller: CallerIdentity) -> bool:
    """A session's ARN lacks its role's path: any role of that name and account, unless the role's ARN is known."""
    if arn == caller.role_arn:
        return True
    if caller.role_arn is None or caller.role_known:
        return False
    start = caller.role_arn.partition(":role/")[0] + ":role/"
    return arn.startswith(start) and arn.rsplit("/", 1)[1] == caller.role_name


def excepted(principals: PrincipalElement, request: NormalizedRequest) -> bool:
    """Whether a NotPrincipal element leaves the caller out of its denial.

    The caller's whole chain must be listed (account, role, session): AWS checks one after the other. A caller with a
    permissions boundary is never left out. IAM User Guide, "AWS JSON policy elements: NotPrincipal".
    """
    caller = request.caller
    if caller.in_account and request.bounded:
        return False
    if principals.everyone:
        return True
    if not caller.in_account:
        return match_level(principals, caller) is MatchLevel.DIRECT
    match_levels = {principal_match_level(entry.account, entry.arn, caller) for entry in principals.aws}
    return _CHAINS[caller.kind] <= match_levels


# What NotPrincipal must list for a caller of each kind, in the levels by which the entries match it.
_CHAINS = {
    PrincipalType.ROOT: {MatchLevel.ACCOUNT},
    PrincipalType.USER: {MatchLevel.ACCOUNT, MatchLevel.DIRECT},
    PrincipalType.FEDERATED_USER: {MatchLevel.ACCOUNT, MatchLevel.DIRECT},
    PrincipalType.ROLE: {MatchLevel.ACCOUNT, MatchLevel.ROLE},
    PrincipalType.SESSION: {MatchLevel.ACCOUNT, MatchLevel.ROLE, MatchLevel.DIRECT},
}


def statement_match_level(statement: ParsedStatement, request: NormalizedRequest) -> MatchLevel:
    """How the statement's Principal or NotPrincipal matches the caller; without either it matches directly."""
    principals = statement.principals
    if principals is None:
        return MatchLevel.DIRECT
    if principals.negated:
        return MatchLevel.NONE if excepted(principals, request) else MatchLevel.DIRECT
    return match_level(principals, request.caller)


def resource_matches(resources: ResourceElement | None, request: NormalizedRequest) -> bool:
    """Whether Resource or NotResource covers the request's resource."""
    if resources is None:
        return True
    fixed = resources.fixed is not None and resources.fixed.fullmatch(request.resource) is not None
    found = fixed or any(_template_matches(template, request) for template in resources.templates)
    return found is not resources.negated


def _template_matches(template: Template, request: NormalizedRequest) -> bool:
    resolved = resolve(template, request.single)
    return resolved is not None and compiled(resolved, WildcardSpan.SEGMENT).fullmatch(request.resource) is not None


def clause_holds(clause: ConditionClause, request: NormalizedRequest) -> bool:
    """Whether the request satisfies one key of one operator.

    Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
    """
    values = request.values.get(clause.key)
    operator = clause.operator
    if operator is None:
        absent = "true" if values is None else "false"
        return any(operand.text == absent for operand in clause.operands)
    if values is None:
        if clause.if_exists or clause.quantifier is Quantifier.ALL:
            return True
        return operator.negated and clause.quantifier is Quantifier.NONE
    tests = list(_tests(clause.operands, operator.build, request.single))
    if clause.quantifier is Quantifier.NONE:
        # Several values without a set operator: AWS requires one and does not say what happens without it. Here the
        # positive operator asks for some match and the negated one for no match (no source).
        return _some(tests, values) is not operator.negated
    # Nothing but empty strings is no value for the set operators.
    # Source: IAM User Guide, "Creating a condition with multiple keys or values".
    present = values if any(values) else ()
    each = (any(test(value) for test in tests) is not operator.negated for value in present)
    return all(each) if clause.quantifier is Quantifier.ALL else any(each)


def _some(tests: Iterable[ValueTest], values: tuple[str, ...]) -> bool:
    return any(test(value) for test in tests for value in values)


def _tests(
    operands: Iterable[Operand], build: Callable[[Resolved], ValueTest], single: Mapping[str, str]
) -> Iterable[ValueTest]:
    """The tests of all values; a value with a variable that has no value matches nothing, so it is left out."""
    for operand in operands:
        if operand.test is not None:
            yield operand.test
            continue
        resolved = resolve(operand.template, single)
        if resolved is not None:
            yield build(resolved)


def applies(statement: ParsedStatement, request: NormalizedRequest) -> MatchLevel:
    """How a statement that matches the action applies to the request: NONE when any other element does not match."""
    if not resource_matches(statement.resources, request):
        return MatchLevel.NONE
    matched = statement_match_level(statement, request)
    if matched is MatchLevel.NONE:
        return matched
    for clause in statement.clauses:
        if not clause_holds(clause, request):
            return MatchLevel.NONE
    return matched


def near_miss(policy: ParsedPolicy, request: NormalizedRequest) -> NearMiss | None:
    """The Allow statement that fails on the fewest elements; of equals, the first.

    A statement for the action comes before any statement for other actions of the same service.
    """
    speaking = [statement for statement in policy.for_action(request.action) if statement.allow]
    service = request.action.partition(":")[0]
    candidates = speaking or [item for item in policy.statements if item.allow and service in item.services]
    if not candidates:
        return None
    best = min(candidates, key=lambda statement: _failed(statement, request))
    failures = _failures(best, request) if speaking else ["does not name the action", *_failures(best, request)]
    return NearMiss(-len(failures), best.label, " and ".join(failures)) if failures else None


def _failed(statement: ParsedStatement, request: NormalizedRequest) -> int:
    """How many elements of the statement do not match."""
    return (
        (statement_match_level(statement, request) is MatchLevel.NONE)
        + (not resource_matches(statement.resources, request))
        + sum(not clause_holds(clause, request) for clause in statement.clauses)
    )


def _failures(statement: ParsedStatement, request: NormalizedRequest) -> list[str]:
    failures = []
    if statement_match_level(statement, request) is MatchLevel.NONE:
        gone = [entry.text for entry in statement.principals.aws if entry.deleted] if statement.principals else []
        named = f" (it names {', '.join(gone)}, a principal that was deleted)" if gone else ""
        failures.append(f"does not name the principal{named}")
    if not resource_matches(statement.resources, request):
        failures.append("does not cover the resource")
    failures.extend(
        f"fails its condition {clause.label} {clause.key_text}{_shown(clause, request)}"
        for clause in statement.clauses
        if not clause_holds(clause, request)
    )
    return failures


def _shown(clause: ConditionClause, request: NormalizedRequest) -> str:
    """What the request has for the key."""
    values = request.values.get(clause.key)
    return " (the key is absent)" if values is None else f" (it is {', '.join(values)})"
