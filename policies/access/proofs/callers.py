"""Everybody who may ask: the one list of kinds of callers, which every theorem that says 'nobody' goes through.

Roles stand for their sessions, but for those that a policy names. Of a canonical user nobody knows whose account it is,
and of a principal in a form that is none of these nobody knows anything: `unknown_principals` finds both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import z3

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.document_cache import DocumentCache
from policies.access.encoding import CallerType, SymbolicCaller
from policies.access.encoding.callers import IN_ACCOUNT
from policies.access.encoding.logic import constant
from policies.access.graph import PolicyGraph
from policies.access.graph.model import FOREIGN_ACCOUNT
from policies.access.graph.policy_documents import as_list, statements

# Condition keys whose value is fixed; an empty sequence: the key is absent.
PinnedKeys = Mapping[str, str | Sequence[str]]

EVERY_KIND, OF_ACCOUNTS = frozenset(CallerType), frozenset(IN_ACCOUNT)
# AWS refuses sts:AssumeRole to the root user of an account. Source: AWS STS API Reference, AssumeRole.
ENTERING = EVERY_KIND - {CallerType.ROOT}
# Every account that is neither the platform's nor named by a policy. One that the policy at hand does not name stands
# for them: policies tell accounts apart by equality, and `account_patterns` finds what does not.
OTHER_ACCOUNT = "another account"
# A service that no policy names stands for all of those.
OTHER_SERVICE = "other.amazonaws.com"
_SERVICE_NAME = "aws:principalservicename"
# Keys of callers that are members of an organization, which no service is. Source: IAM User Guide, "AWS global
# condition context keys".
_IN_NO_ORGANIZATION: PinnedKeys = {"aws:PrincipalOrgID": (), "aws:PrincipalOrgPaths": ()}
# The keys of all signed requests, of which an anonymous one is none. Source: the same page.
_UNSIGNED: PinnedKeys = {"aws:PrincipalArn": (), "aws:PrincipalIsAWSService": ()}
_ARNS: Mapping[CallerType, tuple[str, str]] = {
    CallerType.ROLE: ("iam", "role/"),
    CallerType.USER: ("iam", "user/"),
    CallerType.FEDERATED_USER: ("sts", "federated-user/"),
    CallerType.ROOT: ("iam", "root"),
}
_WORDS: Mapping[CallerType, str] = {
    CallerType.ROLE: "any role",
    CallerType.USER: "any user",
    CallerType.FEDERATED_USER: "any federated user",
    CallerType.ROOT: "the root user",
}
_STAND_INS = (FOREIGN_ACCOUNT, *(f"9{number:011d}" for number in range(100_000)))
_ACCOUNT = re.compile(r"\d{12}")
_IAM_PRINCIPAL = re.compile(r"arn:(?P<partition>[a-z-]+):iam::(?P<account>\d{12}):(root|(role|user)/[^*?]+)")
_STS_PRINCIPAL = re.compile(
    r"arn:(?P<partition>[a-z-]+):sts::(?P<account>\d{12}):"
    r"(assumed-role/(?P<role>[^/*?]+)/[^/*?]+|federated-user/[^*?]+)"
)


@dataclass(frozen=True)
class Caller:
    """Somebody who may ask, or everybody of a kind. `who` is what findings call them; `account` is None without one."""

    who: str
    symbolic: SymbolicCaller
    account: str | None
    pinned: PinnedKeys = field(default_factory=dict)

    @property
    def kind(self) -> CallerType:
        """What kind of caller it is."""
        return self.symbolic.kind


@dataclass(frozen=True)
class NamedPrincipals:
    """Whom the Allow statements of a policy name, by the kinds of the Principal element."""

    anybody: bool
    # Anybody else than accounts, which leave it to their own policies, and AWS's services.
    directly: bool
    accounts: frozenset[str]
    unnamed_account: str
    services: tuple[str, ...]
    providers: tuple[str, ...]
    sessions: tuple[str, ...]

    @classmethod
    def of(cls, policy: Document) -> NamedPrincipals:
        """Whom a policy names, read once."""
        return _NAMED.of(policy, None, lambda: cls._read(policy))

    @classmethod
    def _read(cls, policy: Document) -> NamedPrincipals:
        pairs = set(_principals(policy))
        aws = {name for kind, name in pairs if kind == "AWS"}
        services = {name for kind, name in pairs if kind == "Service"} | _services_let_in(policy)
        return cls(
            anybody="*" in aws,
            directly=any(not name.endswith(":root") and not _ACCOUNT.fullmatch(name) for name in aws),
            accounts=frozenset(account for name in aws if (account := _account_of(name))),
            unnamed_account=next(account for account in _STAND_INS if account not in json.dumps(policy)),
            services=tuple(sorted(services)),
            providers=tuple(sorted(name for kind, name in pairs if kind == "Federated")),
            sessions=tuple(sorted(name for name in aws if ":sts::" in name)),
        )


_NAMED: DocumentCache[NamedPrincipals] = DocumentCache()


def everybody(
    graph: PolicyGraph,
    policy: Document | None,
    accounts: Iterable[str] | None = None,
    kinds: frozenset[CallerType] = EVERY_KIND,
) -> Iterator[Caller]:
    """Callers of every kind, of all accounts or of the given ones, whom a resource's policy or a trust could let in.

    An account is one of the platform's, one that some policy names, or `OTHER_ACCOUNT`.
    """
    named = NamedPrincipals.of(policy or {})
    listed = tuple(every_account(graph) if accounts is None else accounts)
    partition = graph.scope.partition
    for account in listed:
        for kind in _WORDS:
            if kind in kinds:
                shown = named.unnamed_account if account == OTHER_ACCOUNT else account
                symbolic = open_caller(partition, shown, kind)
                yield Caller(f"{_WORDS[kind]} of {account}", symbolic, account)
    if CallerType.SESSION in kinds:
        assumed = (arn for arn in named.sessions if ":assumed-role/" in arn)
        yield from (session for arn in assumed if (session := _session(graph, arn)).account in listed)
    if CallerType.SERVICE in kinds:
        for service in named.services:
            yield Caller(service, SymbolicCaller.of(service, None), None, _IN_NO_ORGANIZATION)
    if CallerType.PROVIDER in kinds:
        for provider in named.providers:
            yield Caller(f"whoever {provider} vouches for", SymbolicCaller.of(provider, None), None)
    if CallerType.ANONYMOUS in kinds:
        yield Caller("an anonymous caller", SymbolicCaller.of("*", None), None, _UNSIGNED)


def every_account(graph: PolicyGraph) -> list[str]:
    """The platform's accounts and all others."""
    return [*graph.accounts(), *other_accounts(graph)]


def other_accounts(graph: PolicyGraph) -> list[str]:
    """Accounts that are not the platform's: each that some policy names, and what stands for all others."""
    return [OTHER_ACCOUNT, *graph.named_accounts]


def may_let_in(request: AuthorizationRequest, kind: CallerType) -> bool:
    """Whether the policies of a request could allow its caller anything, by whom they name: False is certain."""
    if kind not in OF_ACCOUNTS or request.grants or request.account == request.owner:
        return True
    named = NamedPrincipals.of(request.resource_policy or {})
    return named.anybody or request.account in named.accounts


def relevant_to_service(policy: Document, service: str) -> Document:
    """A policy without what it allows others than a service."""
    return _RELEVANT.of(
        policy,
        service,
        lambda: {**policy, "Statement": [each for each in statements(policy) if _concerns(each, service)]},
    )


_RELEVANT: DocumentCache[Document] = DocumentCache()


def unknown_principals(policy: Document, partition: str) -> Iterator[str]:
    """Principals of Allow statements that no kind of caller stands for, each with its kind.

    A canonical user id stands for an account without saying which; the unique id of a role or user that is gone, an
    identity of CloudFront and an ARN of another partition are nobody's here. Source: IAM User Guide, "AWS JSON policy
    elements: Principal".
    """
    for kind, name in sorted(set(_principals(policy))):
        found = _IAM_PRINCIPAL.fullmatch(name) or _STS_PRINCIPAL.fullmatch(name)
        known = name == "*" or _ACCOUNT.fullmatch(name) or (found and found["partition"] == partition)
        if kind not in {"AWS", "Service", "Federated"} or (kind == "AWS" and not known):
            yield f"{kind} {name}"


@lru_cache(maxsize=4096)
def open_caller(partition: str, account: str, kind: CallerType) -> SymbolicCaller:
    """Any caller of a kind in an account."""
    service, word = _ARNS[kind]
    begins = f"arn:{partition}:{service}::{account}:{word}"
    if kind is CallerType.ROOT:
        return SymbolicCaller.of(begins, account)
    arn = z3.String("principal:arn")
    return SymbolicCaller(kind, arn, z3.StringVal(account), arn, (z3.PrefixOf(z3.StringVal(begins), arn),))


def account_patterns(policy: Document) -> Iterator[str]:
    """Condition values that fit some accounts by their first or last digits, each with its key."""
    for statement in statements(policy):
        for condition in (statement.get("Condition") or {}).values():
            for key, values in condition.items():
                for value in map(str, as_list(values)):
                    parts = value.split(":", 5)
                    account = parts[4] if len(parts) == 6 else value if key.lower().endswith("account") else ""
                    if account != "*" and {"*", "?"} & {*account} and "${" not in account:
                        yield f"{key} {value}"


def _session(graph: PolicyGraph, arn: str) -> Caller:
    """A session that a policy names, of the role with that name in the account: there is one, whatever its path is."""
    found = _STS_PRINCIPAL.fullmatch(arn)
    account, role = (found["account"], found["role"]) if found else ("", "")
    shown = next((one.arn for one in graph.roles.values() if (one.account, one.name) == (account, role)), None)
    principal_arn = constant(shown) if shown else z3.String("principal:role")
    symbolic = SymbolicCaller(CallerType.SESSION, constant(arn), constant(account), principal_arn)
    return Caller(f"session {arn}", symbolic, account)


def _principals(policy: Document) -> Iterator[tuple[str, str]]:
    for statement in statements(policy):
        if statement.get("Effect") == "Allow":
            principal = statement.get("Principal")
            entries = principal.items() if isinstance(principal, Mapping) else [("AWS", principal)] if principal else []
            yield from ((kind, str(name)) for kind, names in entries for name in as_list(names))


def _account_of(name: str) -> str | None:
    if _ACCOUNT.fullmatch(name):
        return name
    parts = name.split(":", 5)
    return parts[4] if len(parts) == 6 else None


def _concerns(statement: Mapping[str, Any], service: str) -> bool:
    """Whether a statement could matter to a service: any denial, and what does not name others alone."""
    principal = statement.get("Principal")
    if statement.get("Effect") != "Allow" or not isinstance(principal, Mapping):
        return True
    return service in as_list(principal.get("Service")) or "*" in as_list(principal.get("AWS"))


def _services_let_in(policy: Document) -> set[str]:
    """Where a policy allows everybody something: the services of its conditions, and any other."""
    found: set[str] = set()
    for statement in statements(policy):
        principal = statement.get("Principal")
        everyone = principal == "*" or (isinstance(principal, Mapping) and "*" in as_list(principal.get("AWS")))
        if everyone and statement.get("Effect") == "Allow":
            keys = [keys for keys in (statement.get("Condition") or {}).values() if isinstance(keys, Mapping)]
            named = [one for each in keys for key, one in each.items() if key.lower() == _SERVICE_NAME]
            found |= {OTHER_SERVICE, *(str(text) for one in named for text in as_list(one))}
    return found
