"""What each rule is tried on: what passes, each mistake, what a preview cannot tell, and what is excused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.pack.model import Rule, StackResource


@dataclass(frozen=True, kw_only=True)
class CaseResource:
    """The resource that is judged, with the others of its stack."""

    resource: StackResource
    others: tuple[StackResource, ...] = ()


def on(resource: StackResource, *others: StackResource) -> CaseResource:
    return CaseResource(resource=resource, others=others)


@dataclass(frozen=True, kw_only=True)
class NoCases:
    """Why a rule has no case of a kind."""

    because: str


ALWAYS_APPLIES = NoCases(because="every resource of these types must meet the rule")
KNOWN_IN_PREVIEW = NoCases(because="the rule asks only whether there is a value, which a preview knows")


@dataclass(frozen=True, kw_only=True)
class Cases:
    """A rule's cases. Mistakes come with the sentence that names them, unknowns with the property that is missing."""

    rule: Rule
    passes: Sequence[CaseResource] | NoCases
    violations: Sequence[tuple[CaseResource, str]]
    unknown: Sequence[tuple[CaseResource, str]] | NoCases = KNOWN_IN_PREVIEW
    not_applicable: Sequence[tuple[CaseResource, str]] | NoCases = ALWAYS_APPLIES
