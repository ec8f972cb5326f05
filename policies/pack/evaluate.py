"""Rules applied to resources, as findings. The policy pack and the check of captured resources both decide here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from policies.pack.model import Exemption, NotApplicable, Rule, StackResource, UnknownValue
from policies.pack.statements import MalformedPolicyDocument


class Verdict(Enum):
    """The outcome of a rule on a resource."""

    PASSED = "passed"
    VIOLATED = "violated"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"
    EXEMPTED = "exempted"


@dataclass(frozen=True)
class RuleFinding:
    """A rule's verdict on a resource. `details` are the violations, or the one reason of another verdict.

    `exemption` is the one that applies to a violation: it excuses it, or has expired.
    """

    rule: Rule
    resource: StackResource
    verdict: Verdict
    details: tuple[str, ...] = ()
    exemption: Exemption | None = None


def judge(rule: Rule, resource: StackResource, stack: Sequence[StackResource]) -> RuleFinding:
    """Check one resource, which must be of the rule's types."""
    try:
        violations = rule.check(resource, stack)
    except UnknownValue as unknown:
        return RuleFinding(rule, resource, Verdict.UNKNOWN, (str(unknown),))
    except NotApplicable as excuse:
        return RuleFinding(rule, resource, Verdict.NOT_APPLICABLE, (str(excuse),))
    except MalformedPolicyDocument as bad:
        return RuleFinding(rule, resource, Verdict.VIOLATED, (str(bad),))
    if violations:
        return RuleFinding(rule, resource, Verdict.VIOLATED, tuple(violations))
    return RuleFinding(rule, resource, Verdict.PASSED)


def evaluate(
    rules: Iterable[Rule], inputs: Sequence[StackResource], with_outputs: Sequence[StackResource]
) -> list[RuleFinding]:
    """Check all resources of one stack by all rules.

    Rules on single resources see `inputs`, as in a preview; rules on stacks see `with_outputs`.
    """
    return [
        judge(rule, resource, with_outputs)
        for rule in rules
        for resource in (inputs if rule.scope == "resource" else with_outputs)
        if resource.type in rule.types
    ]


def exempt(finding: RuleFinding, exemptions: Iterable[Exemption], today: datetime.date) -> RuleFinding:
    """The finding after exemptions: a violation is exempted until the exemption's last day, then it counts again.

    A finding with any other verdict is returned as it is.
    """
    if finding.verdict is not Verdict.VIOLATED:
        return finding
    found = [exemption for exemption in exemptions if exemption.covers(finding.rule.id, finding.resource.urn)]
    valid = [exemption for exemption in found if not exemption.expired(today)]
    if valid:
        return replace(finding, verdict=Verdict.EXEMPTED, exemption=valid[0])
    if found:
        last = max(found, key=lambda exemption: exemption.expires)
        message = (
            f"the exemption that {last.owner} answers for expired on {last.expires}: correct the resource or renew it"
        )
        return replace(finding, details=(*finding.details, message), exemption=last)
    return finding


def stale(
    exemptions: Iterable[Exemption], findings: Sequence[RuleFinding], stacks: Sequence[str], every_stack: bool
) -> list[Exemption]:
    """Exemptions that excuse nothing in the stacks that were checked: their resource is corrected or gone.

    An exemption of another stack, or of several by a pattern, is judged only when `every_stack` is given.
    """
    unresolved = [
        finding for finding in findings if finding.verdict in (Verdict.EXEMPTED, Verdict.VIOLATED, Verdict.UNKNOWN)
    ]
    return [
        exemption
        for exemption in exemptions
        if (every_stack or exemption.stack in stacks)
        and not any(exemption.covers(finding.rule.id, finding.resource.urn) for finding in unresolved)
    ]
