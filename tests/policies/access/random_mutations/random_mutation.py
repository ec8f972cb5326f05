"""A random mutation: one operator on one resource, drawn from a seed, so that it can be drawn again."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.policies.access.mutations.mutation import Record, Statement
from tests.policies.access.random_mutations.policy_operators import POLICY_OPERATORS, PolicyOperator
from tests.policies.access.random_mutations.vocabulary import Vocabulary, documents

# Draws until an operator applies; more than ever needed.
_TRIES = 1000


def seeded(seed: object) -> random.Random:
    """A generator that gives the same again for a seed; it keeps no secret."""
    return random.Random(str(seed))  # noqa: S311


@dataclass(frozen=True, kw_only=True)
class RandomMutation:
    """`before` and `after` are what was edited: a policy document, or properties; None where a resource is not there.

    `records` are those of the changed stack, or stacks; `guards` says what a changed setting opens, and is empty for
    policies, of which the evaluator says it.
    """

    number: int
    operator: str
    stack: str
    type: str
    name: str
    path: str
    before: Any
    after: Any
    changed: Record | None
    urn: str
    guards: str = ""
    added: Record | None = None

    @property
    def where(self) -> str:
        """The resource and its property."""
        return f"{self.stack}: {self.type.rpartition(':')[2]} {self.name}, {self.path}"

    def applied(self, records: Sequence[Record]) -> list[Record]:
        """All records with the edit."""
        kept = [self.changed if one["urn"] == self.urn else one for one in records]
        found = [one for one in kept if one is not None]
        return [*found, self.added] if self.added else found


@dataclass
class PolicyMutations:
    """Draws mutations of policies: first the type of the resource, so that rare ones are drawn as often as roles'."""

    records: Sequence[Record]
    words: Vocabulary
    by_type: dict[str, list[tuple[Record, str, dict[str, Any]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Sequence[Record], words: Vocabulary) -> PolicyMutations:
        """All policies of the records."""
        found = cls(records, words)
        for record in records:
            for name, document in documents(record):
                found.by_type.setdefault(f"{record['type']} {name}", []).append((record, name, document))
        return found

    def draw(self, rng: random.Random, number: int) -> RandomMutation:
        """One mutation of a policy."""
        for _ in range(_TRIES):
            record, name, document = rng.choice(self.by_type[rng.choice(sorted(self.by_type))])
            operator = rng.choice(POLICY_OPERATORS)
            after = _edited(rng, operator, document, self.words)
            if after is not None and after != document:
                return RandomMutation(
                    number=number,
                    operator=operator.__name__,
                    stack=record["stack"],
                    type=record["type"],
                    name=record["name"],
                    path=name,
                    before=document,
                    after=after,
                    changed=with_property(record, name, json.dumps(after)),
                    urn=record["urn"],
                )
        raise LookupError("no operator applies to any policy")


def _edited(
    rng: random.Random, operator: PolicyOperator, document: dict[str, Any], words: Vocabulary
) -> dict[str, Any] | None:
    given: list[Statement] = copy.deepcopy(document["Statement"])
    found = operator(rng, given if isinstance(given, list) else [given], words)
    return {**document, "Statement": found} if found else None


def with_property(record: Record, name: str, value: object) -> Record:
    """A copy of a record with a property of another value, in inputs and outputs alike."""
    changed = copy.deepcopy(record)
    for part in ("inputs", "outputs"):
        if part == "inputs" or name in (changed.get(part) or {}):
            changed[part] = {**(changed.get(part) or {}), name: value}
    return changed


def statements_changed(before: Any, after: Any) -> Iterator[Statement]:
    """Statements of either document that the other has not."""
    sides = [side["Statement"] if side else [] for side in (before, after)]
    lists = [side if isinstance(side, list) else [side] for side in sides]
    for one, other in (lists, lists[::-1]):
        yield from (statement for statement in one if statement not in other)
