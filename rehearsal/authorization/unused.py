"""Rights that no request used: candidates for removal, or for a rehearsal that needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.access.evaluator import parse
from policies.access.evaluator.policy import PolicyKind
from policies.access.graph import PolicyGraph
from rehearsal.authorization.decision import Decision


@dataclass(frozen=True)
class Unused:
    """Actions of one statement of a role that no request used. `whole`: nothing of the statement was."""

    role: str
    statement: str
    actions: tuple[str, ...]
    whole: bool


def unused_rights(graph: PolicyGraph, decisions: Iterable[Decision]) -> list[Unused]:
    """What each role that acted may do and did not, by statement; roles that never acted are not listed."""
    used: dict[tuple[str, str], set[str]] = {}
    for decision in decisions:
        for step in decision.explanation.steps:
            if step.layer == "the identity policies":
                for label in step.allows:
                    used.setdefault((decision.question.principal, label), set()).add(decision.question.action.lower())
    acted = {principal for principal, _ in used}
    return [
        found
        for arn in sorted(acted & set(graph.roles))
        for number, document in enumerate(graph.roles[arn].identity, start=1)
        for found in _in_document(arn, number, document, used)
    ]


def _in_document(
    role: str, number: int, document: Mapping[str, Any], used: Mapping[tuple[str, str], set[str]]
) -> Iterable[Unused]:
    policy = parse(document, role, PolicyKind.IDENTITY)
    for statement, written in zip(policy.statements, _listed(document.get("Statement")), strict=True):
        actions = [str(action) for action in _listed(written.get("Action"))]
        if not statement.allow or not actions:
            continue
        seen = used.get((role, f"{statement.label} in identity policy {number}"), set())
        idle = tuple(action for action in actions if not any(_covers(action, used_action) for used_action in seen))
        if idle:
            yield Unused(role, statement.label, idle, len(idle) == len(actions))


def _covers(pattern: str, action: str) -> bool:
    """Whether a pattern of a statement is the one that the action needs; `*` within it counts as used by any."""
    head, star, _ = pattern.lower().partition("*")
    return action.startswith(head) if star else action == head


def _listed(value: Any) -> Sequence[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
