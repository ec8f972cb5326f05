"""Open questions to the solver: a caller, the policies around a resource, and what is known of the request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import z3

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.encoding import CallerType, Policies, SymbolicCaller, SymbolicRequest, encode, find
from policies.access.encoding.logic import Formula, as_term, both, negation
from policies.access.encoding.patterns import Style, fits
from policies.access.graph import PolicyGraph, PolicyResource, Role
from policies.access.graph.asking import EVERYTHING
from policies.access.graph.model import STRANGER
from policies.access.graph.purposes import of
from policies.access.proofs.actions import classes, may_be_allowed
from policies.access.proofs.theorem import Finding

# A resource's policy that lets everybody do everything: what is left to limit is the other side.
OPEN_TO_ALL: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Everybody", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
# What a trust policy decides about. Source: IAM reference_policies_iam-condition-keys, STS actions on a role.
TRUST_ACTIONS = ("sts:AssumeRole*",)
Pinned = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Asked:
    """A request of one action, and the formula that it is allowed. `always` is true of its caller."""

    formula: Formula
    request: SymbolicRequest
    always: tuple[Formula, ...] = ()

    def resource_like(self, *patterns: str) -> Formula:
        """The resource fits one of the patterns as a Resource element reads them."""
        return _any(fits(pattern, Style.RESOURCE, self.request.resource, "a resource") for pattern in patterns)

    def caller_like(self, *patterns: str) -> Formula:
        """The caller's ARN fits one of the patterns as ArnLike reads them."""
        return _any(_arn_like(self.request.caller.arn, pattern) for pattern in patterns)

    def key_in(self, key: str, values: Sequence[str]) -> Formula:
        """The key is present with one of the values."""
        return self._some_value(key, lambda text: _any(text == z3.StringVal(value) for value in values))

    def key_not_in(self, key: str, values: Sequence[str]) -> Formula:
        """The key is absent, or has another value."""
        return negation(self.key_in(key, values))

    def key_beneath(self, key: str, paths: Sequence[str]) -> Formula:
        """The key is present with a value that lies at or below one of the organization paths."""
        return self._some_value(key, lambda text: _any(_begins(text, path) for path in paths))

    def key_arn_like(self, key: str, patterns: Sequence[str]) -> Formula:
        """The key is present with an ARN that fits one of the patterns as ArnLike reads them."""
        return self._some_value(key, lambda text: _any(_arn_like(text, each) for each in patterns))

    def _some_value(self, key: str, fitting: Callable[[z3.SeqRef], Formula]) -> Formula:
        slots = self.request.values(key.lower(), self.request.caller.derived(""))
        return _any(both(slot.present, fitting(slot.text())) for slot in slots)


Given = Callable[[Asked], Iterable[Formula]]


def within(*patterns: str) -> Given:
    """The resource fits one of the patterns."""
    return lambda asked: [asked.resource_like(*patterns)]


def beyond(*patterns: str) -> Given:
    """The resource fits none of the patterns."""
    return lambda asked: [negation(asked.resource_like(*patterns))]


def none_of(*patterns: str) -> Given:
    """The caller fits none of the patterns."""
    return lambda asked: [negation(asked.caller_like(*patterns))]


def without(key: str, values: Sequence[str]) -> Given:
    """The key is absent, or has none of the values."""
    return lambda asked: [asked.key_not_in(key, values)]


def not_beneath(key: str, paths: Sequence[str]) -> Given:
    """The key is absent, or none of its values lies at or below one of the organization paths."""
    return lambda asked: [negation(asked.key_beneath(key, paths))]


def with_value(key: str, value: str) -> Given:
    """The key is present with this value."""
    return lambda asked: [asked.key_in(key, [value])]


def holding(formula: Formula) -> Given:
    """Something else that is known, such as another request of the same caller."""
    return lambda _: [formula]


def all_of(*givens: Given) -> Given:
    """Everything together."""
    return lambda asked: [formula for given in givens for formula in given(asked)]


@dataclass(frozen=True)
class Open:
    """Who asks and what is around it; the action is any of a family, one class after the other."""

    question: AuthorizationRequest
    caller: SymbolicCaller
    family: Sequence[str]
    resource: str | None = None
    pinned: Pinned = field(default_factory=dict)
    always: tuple[Formula, ...] = ()
    # Organization paths that the caller's account is in none of.
    foreign_to: Sequence[str] = ()

    @cached_property
    def _policies(self) -> Policies:
        return Policies.of(self.question)

    def each(self) -> Iterator[Asked]:
        """One request for each class of actions that the policies tell apart."""
        asked = self.question
        around = (asked.resource_policy, asked.endpoint_policy, asked.boundary, asked.session)
        documents = [*asked.identity, *(document for document in around if document is not None)]
        granting = [*asked.identity, *([asked.resource_policy] if asked.resource_policy else [])]
        for action in classes(documents, self.family):
            if not may_be_allowed(granting, action):
                continue
            request = SymbolicRequest.over(
                self._policies.each(), self.caller, action=action, resource=self.resource, pinned=self.pinned
            )
            yield self._foreign(Asked(encode(self._policies, request), request, self.always))

    def _foreign(self, asked: Asked) -> Asked:
        if not self.foreign_to:
            return asked
        outside = negation(asked.key_beneath("aws:PrincipalOrgPaths", self.foreign_to))
        return replace(asked, always=(*asked.always, outside))


@dataclass
class Solver:
    """Puts queries and counts them."""

    queries: int = 0
    findings: list[Finding] = field(default_factory=list)
    _refuted: dict[tuple[int, ...], list[z3.BoolRef]] = field(default_factory=dict, repr=False)

    def refute(self, says: str, opened: Open, *givens: Given) -> bool:
        """Whether no request passes; the first that does is kept as a finding that says why it should not."""
        return all(self.refute_one(says, asked, all_of(*givens)(asked)) for asked in self._each(opened))

    def refute_one(self, says: str, asked: Asked, given: Iterable[Formula] = ()) -> bool:
        """The same, of one request."""
        witness = self._find(says, asked, given)
        if witness is not None:
            self.findings.append(Finding(says=says, request=witness))
        return witness is None

    def possible(self, what: str, opened: Open, *givens: Given) -> bool:
        """Whether any request passes."""
        return any(self._find(what, asked, all_of(*givens)(asked)) is not None for asked in self._each(opened))

    def _each(self, opened: Open) -> Iterator[Asked]:
        """The question's requests; one that no statement allows is a query that is answered without the solver."""
        none = True
        for asked in opened.each():
            none = False
            yield asked
        self.queries += none

    def _find(self, says: str, asked: Asked, given: Iterable[Formula]) -> str | None:
        self.queries += 1
        known = [*asked.always, *given]
        if any(part is False or (z3.is_expr(part) and z3.is_false(part)) for part in (asked.formula, *known)):
            return None
        parts = [as_term(part) for part in (asked.formula, *known, *asked.request.limits())]
        # Actions of several classes often lead to the very same formula: no request makes it true twice.
        same = tuple(part.get_id() for part in parts)
        if same in self._refuted:
            return None
        witness = find(asked.formula, asked.request, query=says, given=known)
        if witness is None:
            # The parts are kept, so that their numbers stay their own.
            self._refuted[same] = parts
        return None if witness is None else witness.render()


def role_asks(
    role: Role,
    family: Sequence[str],
    *,
    guard: PolicyResource | None = None,
    trust_of: Role | None = None,
    owner: str | None = None,
    resource: str | None = None,
    pinned: Pinned | None = None,
) -> Open:
    """A role's request, from anywhere: endpoint policies only take away, so leaving them out proves more."""
    question = AuthorizationRequest(
        id="",
        principal=role.arn,
        account=role.account,
        action="",
        resource="",
        owner=owner or (guard or trust_of or role).account,
        identity=role.identity,
        resource_policy=guard.policy if guard else trust_of.trust if trust_of else None,
        boundary=role.boundary,
    )
    tags = {f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()}
    return Open(question, SymbolicCaller.of(role.arn, role.account), family, resource, {**tags, **(pinned or {})})


def outsiders_ask(
    accounts: Iterable[str],
    family: Sequence[str],
    *,
    guard: PolicyResource | None = None,
    trust_of: Role | None = None,
    resource: str | None = None,
    pinned: Pinned | None = None,
    paths: Sequence[str] = (),
) -> Iterator[tuple[str, Open]]:
    """Any role and any user of each account, whose account lets them do anything; and nobody in particular.

    `paths` are the platform's organization paths: a stranger's account is in none of them, nor is nobody's.
    """
    carrier = guard or trust_of
    question = AuthorizationRequest(
        id="",
        principal="",
        account=None,
        action="",
        resource="",
        owner=carrier.account if carrier else "",
        identity=(EVERYTHING,),
        resource_policy=guard.policy if guard else trust_of.trust if trust_of else None,
    )
    for account in accounts:
        for word, kind in (("role", CallerType.ROLE), ("user", CallerType.USER)):
            arn = z3.String("principal:arn")
            caller = SymbolicCaller(kind, arn, z3.StringVal(account), arn)
            begins = z3.PrefixOf(z3.StringVal(f"arn:aws:iam::{account}:{word}/"), arn)
            outside = paths if account == STRANGER else ()
            yield f"any {word} of {account}", Open(question, caller, family, resource, pinned or {}, (begins,), outside)
    # The keys of all signed requests (IAM reference_policies_condition-keys), of which an anonymous one is none.
    unsigned = {**(pinned or {}), "aws:PrincipalArn": (), "aws:PrincipalIsAWSService": ()}
    yield "an anonymous caller", Open(question, SymbolicCaller.of("*", None), family, resource, unsigned, (), paths)


def _any(parts: Iterable[Formula]) -> Formula:
    listed = [as_term(part) for part in parts]
    return z3.Or(listed) if listed else False


def _arn_like(term: z3.SeqRef, pattern: str) -> Formula:
    return fits(pattern, Style.ARN, term, "an ARN")


def _begins(term: z3.SeqRef, start: str) -> Formula:
    return fits(f"{start}*", Style.WILD, term, "a path")


def bucket_and_key(graph: PolicyGraph, purpose: str) -> Iterable[tuple[PolicyResource, PolicyResource]]:
    """Buckets of a purpose with their keys."""
    for bucket in of(graph, "bucket", purpose):
        if bucket.key_arn and bucket.key_arn in graph.policy_resources:
            yield bucket, graph.policy_resources[bucket.key_arn]
