"""Statements and policies as formulas: whom they name, what they cover, and what a policy allows or denies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import z3

from policies.access.encoding.callers import IN_ACCOUNT, CallerType, PrincipalMatch, SymbolicCaller, named
from policies.access.encoding.conditions import ConditionContext, holds
from policies.access.encoding.documents import EncodedPolicy, EncodedStatement
from policies.access.encoding.logic import Formula, both, conjunction, constant, disjunction, negation
from policies.access.encoding.patterns import Style, fits
from policies.access.encoding.request import Slot, SymbolicRequest


class StatementEncoder:
    """Encodes policies as formulas over one request. `bounded`: the caller has a permissions boundary."""

    def __init__(self, request: SymbolicRequest, owner: str, *, bounded: bool) -> None:
        self.request = request
        self.derived: Mapping[str, z3.SeqRef] = request.caller.derived(owner)
        self.bounded = bounded
        known = z3.is_string_value(request.action)
        self._action = str(request.action.py_value()) if known else None
        # By the policy's number: several rules of AWS's ask what the same policy allows.
        self._allowing: dict[int, PrincipalMatch] = {}

    def slots(self, key: str) -> list[Slot]:
        """The request's values of a condition key."""
        return self.request.values(key, self.derived)

    def allowing(self, policy: EncodedPolicy) -> PrincipalMatch:
        """How the Allow statements of `policy` name the caller; one without principals names it directly."""
        known = self._allowing.get(id(policy))
        if known is None:
            known = PrincipalMatch()
            for statement in self._statements_for_action(policy):
                known = known.joined(self._allows(statement)) if statement.allow else known
            self._allowing[id(policy)] = known
        return known

    def denying(self, policy: EncodedPolicy) -> Formula:
        """Whether a Deny statement of `policy` applies."""
        return disjunction(
            self._denies(statement) for statement in self._statements_for_action(policy) if not statement.allow
        )

    def _statements_for_action(self, policy: EncodedPolicy) -> tuple[EncodedStatement, ...]:
        """The statements that speak of a known action; all of them while it is open."""
        if self._action is None:
            return policy.statements
        found = policy.by_action.get(self._action)
        if found is None:
            found = tuple(statement for statement in policy.statements if self._acts(statement) is not False)
            policy.by_action[self._action] = found
        return found

    def _acts(self, statement: EncodedStatement) -> Formula:
        return inverted(disjunction(self.action_is(name) for name in statement.actions), statement.not_action)

    def action_is(self, pattern: str) -> Formula:
        """Whether the action has this form, in any case."""
        if self._action is not None:
            return _known_action(pattern, self._action)
        return fits(pattern.lower(), Style.WILD, self.request.action, "an action")

    def action_among(self, names: tuple[str, ...]) -> Formula:
        """Whether the action is one of these, in any case, as one condition; a name may end with a wildcard."""
        if self._action is not None:
            return any(_known_action(name, self._action) for name in names)
        return z3.InRe(self.request.action, _among(names))

    def resource_is(self, pattern: str) -> Formula:
        """Whether the resource's ARN has this form."""
        return fits(pattern, Style.ARN, self.request.resource, "a resource")

    def _allows(self, statement: EncodedStatement) -> PrincipalMatch:
        match = (
            PrincipalMatch(directly=True) if statement.principals is None else named(statement.principals, self._caller)
        )
        if match.at_all() is False:
            return match
        return match.where(self._covers(statement))

    def _denies(self, statement: EncodedStatement) -> Formula:
        addressed = addresses(statement, self._caller, bounded=self.bounded)
        return False if addressed is False else both(addressed, self._covers(statement))

    def _covers(self, statement: EncodedStatement) -> Formula:
        """Action, resource and conditions, the cheapest first."""
        # Of a known action, only the statements that speak of it come here.
        action = True if self._action is not None else self._acts(statement)
        resource = self._resource(statement)
        if resource is False:
            return False
        reading = ConditionContext(self.request, self.derived, statement)
        return both(action, resource, conjunction(holds(test, reading) for test in statement.tests))

    def _resource(self, statement: EncodedStatement) -> Formula:
        """A resource policy may leave the element out: it is then about its own resource."""
        if statement.resources is None:
            return True
        reading = ConditionContext(self.request, self.derived, statement)
        found = (resource_matches(pattern, reading) for pattern in statement.resources)
        return inverted(disjunction(found), statement.not_resource)

    @property
    def _caller(self) -> SymbolicCaller:
        return self.request.caller


@lru_cache(maxsize=131_072)
def _known_action(pattern: str, action: str) -> Formula:
    """Whether a known action has this form: asked of every statement, and of few actions."""
    return fits(pattern.lower(), Style.WILD, constant(action), "an action")


@lru_cache(maxsize=64)
def _among(names: tuple[str, ...]) -> z3.ReRef:
    return z3.Union(*(_one_of(name.lower()) for name in names))


def _one_of(name: str) -> z3.ReRef:
    begin = z3.Re(constant(name.removesuffix("*")))
    return z3.Concat(begin, z3.Full(z3.ReSort(z3.StringSort()))) if name.endswith("*") else begin


def addresses(statement: EncodedStatement, caller: SymbolicCaller, *, bounded: bool) -> Formula:
    """Whether a Deny is about `caller`."""
    if statement.principals is None:
        return True
    listed = named(statement.principals, caller)
    return negation(excepted(listed, caller, bounded=bounded)) if statement.not_principal else listed.at_all()


def excepted(listed: PrincipalMatch, caller: SymbolicCaller, *, bounded: bool) -> Formula:
    """Whether a NotPrincipal element that names the caller in the ways `listed` leaves the caller out.

    AWS checks the account, then the role, then the session, so each has to be listed; and never leaves out a caller
    with a boundary. Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal".
    """
    if bounded:
        return False
    if listed.anybody or caller.kind not in IN_ACCOUNT:
        return listed.at_all()
    chain = {
        CallerType.ROOT: (listed.by_account,),
        CallerType.ROLE: (listed.by_account, listed.as_role),
        CallerType.SESSION: (listed.by_account, listed.as_role, listed.directly),
    }
    return both(*chain.get(caller.kind, (listed.by_account, listed.directly)))


def inverted(formula: Formula, by_not: bool) -> Formula:
    """The opposite for NotAction and NotResource."""
    return negation(formula) if by_not else formula


def resource_matches(pattern: str, reading: ConditionContext) -> Formula:
    """Whether the resource has this form. Source: IAM User Guide, "IAM JSON policy elements: Resource"."""
    return fits(pattern, Style.RESOURCE, reading.request.resource, reading.statement.where, reading.resolve)
