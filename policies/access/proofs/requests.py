"""Symbolic requests: a caller, the policies that apply, and what is known of action, resource and condition keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import z3

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.encoding import CallerType, Policies, SymbolicCaller, SymbolicRequest, encode
from policies.access.encoding.logic import Formula, as_term, both, negation
from policies.access.encoding.patterns import Style, fits
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.policy_documents import ALLOW_EVERYTHING
from policies.access.proofs.actions import action_classes, may_be_allowed
from policies.access.proofs.callers import (
    EVERY_KIND,
    OTHER_ACCOUNT,
    PinnedKeys,
    everybody,
    may_let_in,
    relevant_to_service,
)

# A resource's policy that lets everybody do everything: what is left to limit is the other side.
OPEN_TO_ALL: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Everybody", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
# What a trust policy decides about. Source: IAM User Guide, "IAM and AWS STS condition context keys".
TRUST_ACTIONS = ("sts:AssumeRole*",)


@dataclass(frozen=True)
class EncodedRequest:
    """A request of one class of actions, and the formula that it is allowed. `always` is true of its caller."""

    formula: Formula
    request: SymbolicRequest
    always: tuple[Formula, ...] = ()

    def resource_like(self, *patterns: str) -> Formula:
        """The resource fits one of the patterns as a Resource element reads them."""
        return _any(fits(pattern, Style.RESOURCE, self.request.resource, "a resource") for pattern in patterns)

    def caller_like(self, *patterns: str) -> Formula:
        """The ARN of the caller, or of a session's role, fits one of the patterns as ArnLike reads them."""
        caller = self.request.caller
        shown = caller.principal_arn if caller.kind is CallerType.SESSION else None
        return _any(_arn_like(caller.arn if shown is None else shown, pattern) for pattern in patterns)

    def key_present(self, key: str) -> Formula:
        """The request has the key, with whatever value."""
        return self._some_value(key, lambda _: True)

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
        return self._some_value(key, lambda text: _any(_arn_like(text, pattern) for pattern in patterns))

    def _some_value(self, key: str, fitting: Callable[[z3.SeqRef], Formula]) -> Formula:
        slots = self.request.values(key.lower(), self.request.caller.derived(""))
        return _any(both(slot.present, fitting(slot.text())) for slot in slots)


# What else is known of a request.
Constraint = Callable[[EncodedRequest], Iterable[Formula]]


def within(*patterns: str) -> Constraint:
    """The resource fits one of the patterns."""
    return lambda encoded: [encoded.resource_like(*patterns)]


def beyond(*patterns: str) -> Constraint:
    """The resource fits none of the patterns."""
    return lambda encoded: [negation(encoded.resource_like(*patterns))]


def one_of(*patterns: str) -> Constraint:
    """The caller fits one of the patterns."""
    return lambda encoded: [encoded.caller_like(*patterns)]


def none_of(*patterns: str) -> Constraint:
    """The caller fits none of the patterns."""
    return lambda encoded: [negation(encoded.caller_like(*patterns))]


def without(key: str, values: Sequence[str]) -> Constraint:
    """The key is absent, or has none of the values."""
    return lambda encoded: [encoded.key_not_in(key, values)]


def not_beneath(key: str, paths: Sequence[str]) -> Constraint:
    """The key is absent, or none of its values lies at or below one of the organization paths."""
    return lambda encoded: [negation(encoded.key_beneath(key, paths))]


def with_value(key: str, value: str) -> Constraint:
    """The key is present with this value."""
    return lambda encoded: [encoded.key_in(key, [value])]


def holding(formula: Formula) -> Constraint:
    """A formula that is known to hold, such as another request of the same caller."""
    return lambda _: [formula]


def all_of(*constraints: Constraint) -> Constraint:
    """Every one of the constraints."""
    return lambda encoded: [formula for constraint in constraints for formula in constraint(encoded)]


@dataclass(frozen=True)
class OpenRequest:
    """A request whose action is any of a family; its resource and condition keys are open where they are not given.

    `parameters` hold caller, owner and policies. `foreign_to`: the caller's account is in none of these organization
    paths.
    """

    parameters: AuthorizationRequest
    caller: SymbolicCaller
    family: Sequence[str]
    resource: str | None = None
    pinned: PinnedKeys = field(default_factory=dict)
    always: tuple[Formula, ...] = ()
    foreign_to: Sequence[str] = ()

    @cached_property
    def _policies(self) -> Policies:
        return Policies.of(self.parameters)

    def each(self) -> Iterator[EncodedRequest]:
        """One request for each class of actions that the policies tell apart."""
        parameters = self.parameters
        if not may_let_in(parameters, self.caller.kind):
            return
        limiting = (parameters.endpoint_policy, parameters.boundary, parameters.session)
        granting = [*parameters.identity, *([parameters.resource_policy] if parameters.resource_policy else [])]
        documents = [*granting, *(document for document in limiting if document is not None)]
        for action in action_classes(documents, self.family):
            if not may_be_allowed(granting, action):
                continue
            request = SymbolicRequest.over(
                self._policies.each(), self.caller, action=action, resource=self.resource, pinned=self.pinned
            )
            yield self._foreign(EncodedRequest(encode(self._policies, request), request, self.always))

    def _foreign(self, encoded: EncodedRequest) -> EncodedRequest:
        if not self.foreign_to:
            return encoded
        outside = negation(encoded.key_beneath("aws:PrincipalOrgPaths", self.foreign_to))
        return replace(encoded, always=(*encoded.always, outside))


def role_request(
    role: IamRole,
    family: Sequence[str],
    *,
    policy_resource: PolicyResource | None = None,
    trust_of: IamRole | None = None,
    owner: str | None = None,
    resource: str | None = None,
    pinned: PinnedKeys | None = None,
) -> OpenRequest:
    """A role's request, from anywhere: endpoint policies only take away, so leaving them out proves more."""
    parameters = AuthorizationRequest(
        id="",
        principal=role.arn,
        account=role.account,
        action="",
        resource="",
        owner=owner or (policy_resource or trust_of or role).account,
        identity=role.identity,
        resource_policy=_resource_policy(policy_resource, trust_of),
        boundary=role.boundary,
    )
    tags = {f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()}
    return OpenRequest(
        parameters, SymbolicCaller.of(role.arn, role.account), family, resource, {**tags, **(pinned or {})}
    )


def requests_of_everybody(
    graph: PolicyGraph,
    family: Sequence[str],
    *,
    policy_resource: PolicyResource | None = None,
    trust_of: IamRole | None = None,
    resource: str | None = None,
    pinned: PinnedKeys | None = None,
    accounts: Iterable[str] | None = None,
    kinds: frozenset[CallerType] = EVERY_KIND,
) -> Iterator[tuple[str, OpenRequest]]:
    """Requests of callers of every kind, whom their account allows everything; the first of each pair says whose.

    `accounts` (none: all) and `kinds` leave callers out: a theorem that does so says so. Neither an account that no
    policy names nor an anonymous caller is in any of the platform's organization paths. What asks for something whose
    policy is not given has an owner that `parameters` do not say.
    """
    carrier, policy = policy_resource or trust_of, _resource_policy(policy_resource, trust_of)
    parameters = AuthorizationRequest(
        id="",
        principal="",
        account=None,
        action="",
        resource="",
        owner=carrier.account if carrier else "",
        identity=(ALLOW_EVERYTHING,),
        resource_policy=policy,
    )
    for caller in everybody(graph, policy, accounts, kinds):
        own = replace(parameters, account=caller.account)
        if caller.kind is CallerType.SERVICE:
            own = replace(own, resource_policy=relevant_to_service(policy or {}, caller.who))
        outside = graph.organization_paths if caller.account in (None, OTHER_ACCOUNT) else ()
        if caller.kind in (CallerType.SERVICE, CallerType.PROVIDER):
            outside = ()
        keys = {**(pinned or {}), **caller.pinned}
        yield caller.who, OpenRequest(own, caller.symbolic, family, resource, keys, (), outside)


def _resource_policy(policy_resource: PolicyResource | None, trust_of: IamRole | None) -> Document | None:
    if policy_resource:
        return policy_resource.policy
    return trust_of.trust if trust_of else None


def _any(parts: Iterable[Formula]) -> Formula:
    terms = [as_term(part) for part in parts]
    return z3.Or(terms) if terms else False


def _arn_like(term: z3.SeqRef, pattern: str) -> Formula:
    return fits(pattern, Style.ARN, term, "an ARN")


def _begins(term: z3.SeqRef, start: str) -> Formula:
    return fits(f"{start}*", Style.WILD, term, "a path")
