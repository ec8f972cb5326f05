"""Rules applied to resources, as findings. The policy pack and the check of captured resources both decide here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from policies.pack.model import NotApplicable, Resource, Rule, UnknownValue
from policies.pack.statements import BadDocument


class Verdict(Enum):
    """What a rule says of a resource."""

    PASSED = "passed"
    VIOLATED = "violated"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Finding:
    """A rule's verdict on a resource. `details` are the violations, or the one reason of another verdict."""

    rule: Rule
    resource: Resource
    verdict: Verdict
    details: tuple[str, ...] = ()


def judge(rule: Rule, resource: Resource, stack: Sequence[Resource]) -> Finding:
    """One rule on one resource of the rule's types."""
    try:
        violations = rule.check(resource, stack)
    except UnknownValue as unknown:
        return Finding(rule, resource, Verdict.UNKNOWN, (str(unknown),))
    except NotApplicable as excuse:
        return Finding(rule, resource, Verdict.NOT_APPLICABLE, (str(excuse),))
    except BadDocument as bad:
        return Finding(rule, resource, Verdict.VIOLATED, (str(bad),))
    if violations:
        return Finding(rule, resource, Verdict.VIOLATED, tuple(violations))
    return Finding(rule, resource, Verdict.PASSED)


def evaluate(rules: Iterable[Rule], inputs: Sequence[Resource], whole: Sequence[Resource]) -> list[Finding]:
    """All rules on all resources of one stack, given twice: with their inputs, and with outputs as well."""
    return [
        judge(rule, resource, whole)
        for rule in rules
        for resource in (inputs if rule.scope == "resource" else whole)
        if resource.type in rule.types
    ]
