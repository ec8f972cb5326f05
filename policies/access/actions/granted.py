"""The actions that a graph's policies speak of, held against their marks: all known, none with whom may not have it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from catalog.roles import ROLES, RoleKind
from policies.access.actions.classified import mark_of
from policies.access.actions.levels import levels
from policies.access.actions.marks import Mark
from policies.access.authorization import Document
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.policy_documents import as_list, statements
from policies.documents.actions import acts_on


@dataclass(frozen=True, kw_only=True)
class UnmarkedAction:
    """An action that a policy names and that the marks do not know, or do not give to whoever has it here."""

    action: str
    owner: str
    why: str

    def __str__(self) -> str:
        return f"{self.action} in a policy of {self.owner}: {self.why}"


@dataclass(frozen=True, kw_only=True)
class ActionReview:
    """What is wrong with the actions of a graph's policies, and how many of the services in use have each mark."""

    problems: Sequence[UnmarkedAction]
    services: int
    marks: Mapping[Mark, int]

    def sentence(self) -> str:
        """One line of counts."""
        parts = ", ".join(f"{self.marks.get(mark, 0):,} {mark}" for mark in Mark)
        return (
            f"{sum(self.marks.values()):,} actions of {self.services} services in use: {parts}; "
            f"{len(self.problems)} problem{'' if len(self.problems) == 1 else 's'}"
        )


def review_actions(graph: PolicyGraph) -> ActionReview:
    """Hold all policies of a graph against the marks."""
    used = sorted(services_in_use(graph).intersection(levels()))
    marks = Counter(marked.mark for one in used for name in levels()[one] if (marked := mark_of(f"{one}:{name}")))
    return ActionReview(problems=unmarked_actions(graph), services=len(used), marks=marks)


def unmarked_actions(graph: PolicyGraph) -> list[UnmarkedAction]:
    """What is wrong with the actions of all policies of a graph, sorted."""
    found = {
        UnmarkedAction(action=action, owner=owner, why=why)
        for owner, document in _documents(graph)
        for action, why in _unknown(document)
    }
    for role in graph.roles.values():
        if not ROLES[role.kind].declares_stacks:
            found |= {UnmarkedAction(action=action, owner=role.arn, why=why) for action, why in _misplaced(role)}
    return sorted({*found, *_given_by_resources(graph)}, key=lambda one: (one.owner, one.action))


def _documents(graph: PolicyGraph) -> Iterator[tuple[str, Document]]:
    for role in graph.roles.values():
        yield from ((role.arn, document) for document in (*role.identity, role.trust))
        if role.boundary is not None:
            yield role.boundary_arn or role.arn, role.boundary
    yield from ((each.arn, each.policy) for each in graph.policy_resources.values() if each.policy)
    yield from ((each.id, each.policy) for each in graph.endpoints.values() if each.policy)


def _unknown(document: Document) -> Iterator[tuple[str, str]]:
    """Actions and patterns of a document, allowed or denied, that match no action, or one that nobody has marked."""
    for statement in statements(document):
        for element in ("Action", "NotAction"):
            for text in as_list(statement.get(element)):
                why = _not_known(str(text))
                if why:
                    yield str(text), why


@lru_cache(maxsize=16_384)
def _not_known(text: str) -> str:
    if text == "*":
        return ""
    found = actions_like(text)
    if not found:
        return "no action that is known here: neither this list nor any proof speaks of it"
    unmarked = next((action for action in found if mark_of(action) is None), "")
    return f"not classified: mark {unmarked} in policies/access/actions/table.py" if unmarked else ""


@lru_cache(maxsize=16_384)
def actions_like(text: str) -> tuple[str, ...]:
    """Every known action, in lower case, that a text or pattern of a policy stands for."""
    service, _, name = text.lower().partition(":")
    if text == "*":
        return tuple(f"{one}:{each}" for one, names in levels().items() for each in names)
    fitting = _expression(name)
    return tuple(f"{service}:{one}" for one in levels().get(service, {}) if fitting.fullmatch(one))


def _misplaced(role: IamRole) -> Iterator[tuple[str, str]]:
    """Actions that a role's policies allow and that its kind may not have."""
    refused = {action for document in role.identity for action in _denied_everywhere(document)}
    for document in role.identity:
        for statement in statements(document):
            if statement.get("Effect") != "Allow":
                continue
            if "NotAction" in statement:
                yield "NotAction", "it allows what nobody has named, and so actions that are denied"
            for text in map(str, as_list(statement.get("Action"))):
                found = [
                    (action, why)
                    for action, why in _not_for(role.kind, text)
                    if action not in refused and _concerns(action, statement)
                ]
                if found:
                    action, why = found[0]
                    yield text, _said(text, action, len(found)) + why


def _given_by_resources(graph: PolicyGraph) -> Iterator[UnmarkedAction]:
    """Denied actions that a resource's own policy gives to anybody but deployers.

    A statement without a condition for an account leaves the decision to that account's policies, which are read
    themselves. With keys services do what encryption takes, which theorems about keys speak of.
    """
    deployers = {role.arn for role in graph.roles.values() if ROLES[role.kind].declares_stacks}
    for resource in graph.policy_resources.values():
        for statement in statements(resource.policy or {}):
            if statement.get("Effect") != "Allow" or _leaves_it_to_accounts(statement):
                continue
            callers = _callers(statement)
            if callers and callers <= deployers:
                continue
            services_alone = set(statement.get("Principal") or ()) == {"Service"}
            for action in _denied_to_all(tuple(map(str, as_list(statement.get("Action"))))):
                if not (services_alone and action.startswith("kms:")):
                    why = "denied to all but the deployers, and this policy gives it to others"
                    yield UnmarkedAction(action=action, owner=resource.arn, why=why)


def _leaves_it_to_accounts(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = as_list(principal.get("AWS")) if isinstance(principal, Mapping) else []
    accounts = all(str(one).endswith(":root") or str(one).isdigit() for one in named)
    return isinstance(principal, Mapping) and set(principal) == {"AWS"} and accounts and not statement.get("Condition")


def _callers(statement: Mapping[str, Any]) -> frozenset[str]:
    """Whom a statement names: by the condition that tells a role of an account, else as principals."""
    conditions = (statement.get("Condition") or {}).items()
    told = [
        str(arn)
        for operator, keys in conditions
        if operator in ("ArnEquals", "ArnLike", "StringEquals")
        for key, arns in keys.items()
        if key.lower() == "aws:principalarn"
        for arn in as_list(arns)
    ]
    principal = statement.get("Principal")
    named = as_list(principal.get("AWS")) if isinstance(principal, Mapping) else as_list(principal)
    return frozenset(told or map(str, named))


@lru_cache(maxsize=16_384)
def _denied_to_all(texts: Sequence[str]) -> tuple[str, ...]:
    found = ((action, mark_of(action)) for text in texts for action in actions_like(text))
    return tuple(action for action, marked in found if marked and marked.mark is Mark.DENIED)


def _said(text: str, action: str, number: int) -> str:
    """Which action a pattern stands for, and of how many it does."""
    if text.lower() == action:
        return ""
    return f"{action}{f', one of {number},' if number > 1 else ''} is "


@lru_cache(maxsize=65_536)
def _not_for(kind: RoleKind, text: str) -> tuple[tuple[str, str], ...]:
    """Those of the actions that a kind of role may not have, and why."""
    return tuple((action, why) for action in actions_like(text) if (why := _denied_to(kind, action)))


def _denied_to(kind: RoleKind, action: str) -> str:
    marked = mark_of(action)
    if marked is None:
        return ""
    if marked.mark is Mark.DENIED or (marked.mark is Mark.FOLLOWED and not marked.held_by):
        return "denied to all but the deployers: mark it in policies/access/actions/table.py if this role needs it"
    if marked.held_by and kind not in marked.held_by:
        return f"for {', '.join(sorted(marked.held_by))} alone"
    return ""


def _denied_everywhere(document: Document) -> Iterator[str]:
    """Actions that a document denies on everything, whatever the request says."""
    for statement in statements(document):
        everything = "*" in as_list(statement.get("Resource")) and not statement.get("Condition")
        if statement.get("Effect") == "Deny" and everything:
            for text in as_list(statement.get("Action")):
                yield from actions_like(str(text))


def _concerns(action: str, statement: Mapping[str, Any]) -> bool:
    """Whether a statement's resources could be of a kind that the action acts on; an action on nothing needs `*`."""
    resources = [str(resource) for resource in as_list(statement.get("Resource"))]
    kinds = acts_on(action)
    if "NotResource" in statement or "*" in resources or kinds is None:
        return True
    return any(_may_meet(resource, kind) for resource in resources for kind in kinds)


def _may_meet(resource: str, kind: str) -> bool:
    """Whether an ARN could fit both: the parts before the resource's name, and its beginning."""
    return all(
        _begins_alike(one, other)
        for one, other in zip(resource.lower().split(":", 5), kind.lower().split(":", 5), strict=False)
    )


def _begins_alike(one: str, other: str) -> bool:
    heads = [re.split(r"[*?]|\$\{", text, maxsplit=1)[0] for text in (one, other)]
    shorter = min(len(head) for head in heads)
    return heads[0][:shorter] == heads[1][:shorter]


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern))


def services_in_use(graph: PolicyGraph) -> frozenset[str]:
    """Prefixes of the services that any policy of a graph allows something of."""
    return frozenset(
        str(text).lower().partition(":")[0]
        for _, document in _documents(graph)
        for statement in statements(document)
        if statement.get("Effect") == "Allow"
        for text in _texts(statement)
        if text != "*"
    )


def _texts(statement: Mapping[str, Any]) -> Iterable[str]:
    return [str(text) for element in ("Action", "NotAction") for text in as_list(statement.get(element))]
