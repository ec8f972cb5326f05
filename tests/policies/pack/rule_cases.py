"""What each rule is tried on: what passes, each mistake, what a preview cannot tell, and what is excused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.pack.model import Resource, Rule


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The resource that is judged, with the others of its stack."""

    resource: Resource
    others: tuple[Resource, ...] = ()


def on(resource: Resource, *others: Resource) -> Subject:
    return Subject(resource=resource, others=others)


@dataclass(frozen=True, kw_only=True)
class Never:
    """Why a rule has no case of a kind."""

    because: str


UNEXCUSED = Never(because="every resource of these types must meet the rule")
DECIDED = Never(because="the rule asks only whether there is a value, which a preview knows")


@dataclass(frozen=True, kw_only=True)
class Cases:
    """A rule's cases. Mistakes come with the sentence that names them, unknowns with the property that is missing."""

    rule: Rule
    passes: Sequence[Subject] | Never
    mistakes: Sequence[tuple[Subject, str]]
    unknown: Sequence[tuple[Subject, str]] | Never = DECIDED
    excused: Sequence[tuple[Subject, str]] | Never = UNEXCUSED
