"""The rules as Pulumi policies. Thin: what Pulumi hands over becomes plain data, findings become reports."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as PulumiSeverity
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from policies.pack.evaluate import RuleFinding, Verdict, exempt, judge
from policies.pack.model import UNKNOWN, Exemption, Rule, StackResource
from policies.pack.suggestions import suggestion


class ValuesNotKnown(UnknownValueError):
    """Values that a rule needs are known only during the update: Pulumi reports this as an advisory.

    Raised after all violations are reported, which stand.
    """

    def __init__(self, findings: Iterable[RuleFinding]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        names = ", ".join(dict.fromkeys(one.details[0] for one in findings))
        self.message = f"decided during the update, when these are known: {names}"


def plain(value: object) -> Any:
    """Pulumi's checking proxies as plain values, with `UNKNOWN` where reading raises."""
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if not isinstance(value, str | bytes) and hasattr(value, "__len__") and hasattr(value, "__getitem__"):
        return [_item(value, index) for index in range(len(value))]
    return value


def _item(container: Any, key: Any) -> Any:
    try:
        return plain(container[key])
    except UnknownValueError:
        return UNKNOWN


@dataclass(frozen=True)
class ActiveExemptions:
    """The exemptions of `policy-exemptions.yaml`, and the date that decides which of them still hold."""

    exemptions: Sequence[Exemption]
    today: datetime.date

    def covers(self, rule: Rule) -> bool:
        """Whether any exemption is for the rule."""
        return any(one.rule == rule.id for one in self.exemptions)

    def judge(self, rule: Rule, resource: StackResource, stack: Sequence[StackResource]) -> RuleFinding:
        """The finding of a rule on a resource, after exemptions."""
        return exempt(judge(rule, resource, stack), self.exemptions, self.today)


def policies(rules: Sequence[Rule], exempted: ActiveExemptions) -> list[Policy]:
    """The pack: a policy for each rule, and advisories that show what is exempted."""
    return [*(policy(rule, exempted) for rule in rules), *_exemption_policies(rules, exempted)]


def policy(rule: Rule, exempted: ActiveExemptions) -> Policy:
    """A rule as a policy, mandatory whatever the pack's default."""
    common: dict[str, Any] = {
        "name": rule.name,
        "description": f"{rule.id} {rule.title}",
        "enforcement_level": EnforcementLevel.MANDATORY,
        "display_name": rule.title,
        "severity": PulumiSeverity(rule.severity.value),
        "framework": _framework(rule),
        "tags": [rule.id, *rule.frameworks],
        "remediation_steps": rule.fix,
    }
    if rule.scope == "resource":
        return ResourceValidationPolicy(
            **common, validate=lambda args, report: _on_resource(rule, exempted, args, report)
        )
    return StackValidationPolicy(**common, validate=lambda args, report: _on_stack(rule, exempted, args, report))


def _framework(rule: Rule) -> PolicyComplianceFramework | None:
    """Pulumi takes one framework a policy: the first; the others are tags."""
    if not rule.frameworks:
        return None
    name, _, reference = rule.frameworks[0].rpartition(" ")
    return PolicyComplianceFramework(name=name, reference=reference)


def _exemption_policies(rules: Sequence[Rule], exempted: ActiveExemptions) -> list[Policy]:
    """Two policies that never fail: they name each exempted violation with its owner and last day."""
    found = [rule for rule in rules if exempted.covers(rule)]
    resource_rules = [rule for rule in found if rule.scope == "resource"]
    stack_rules = [rule for rule in found if rule.scope == "stack"]
    common: dict[str, Any] = {
        "description": "Violations that somebody answers for until a day (policy-exemptions.yaml)",
        "enforcement_level": EnforcementLevel.ADVISORY,
    }
    policies_: list[Policy] = []
    if resource_rules:
        policies_.append(
            ResourceValidationPolicy(
                name="exempted",
                validate=lambda args, report: _report_exempted([_resource_of(args)], resource_rules, exempted, report),
                **common,
            )
        )
    if stack_rules:
        policies_.append(
            StackValidationPolicy(
                name="exempted-in-stack",
                validate=lambda args, report: _report_exempted(_resources_of(args), stack_rules, exempted, report),
                **common,
            )
        )
    return policies_


def _report_exempted(
    stack: Sequence[StackResource], rules: Sequence[Rule], exempted: ActiveExemptions, report: ReportViolation
) -> None:
    findings = [exempted.judge(rule, one, stack) for one in stack for rule in rules if one.type in rule.types]
    for finding in findings:
        if finding.verdict is Verdict.EXEMPTED and (exemption := finding.exemption):
            until = f"{finding.rule.id} is exempted until {exemption.expires}, {exemption.owner}: {exemption.reason}"
            report(f"{until}. {', '.join(finding.details)}", finding.resource.urn)


def _on_resource(rule: Rule, exempted: ActiveExemptions, args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type not in rule.types:
        return
    resource = _resource_of(args)
    finding = exempted.judge(rule, resource, [resource])
    if finding.verdict is Verdict.NOT_APPLICABLE:
        args.not_applicable(finding.details[0])
    _report_findings([finding], exempted.today, report)


def _on_stack(rule: Rule, exempted: ActiveExemptions, args: StackValidationArgs, report: ReportViolation) -> None:
    stack = _resources_of(args)
    findings = [exempted.judge(rule, one, stack) for one in stack if one.type in rule.types]
    if not findings:
        args.not_applicable(f"the stack has none of {', '.join(rule.types)}")
    _report_findings(findings, exempted.today, report)


def _resource_of(args: ResourceValidationArgs) -> StackResource:
    return StackResource(
        type=args.resource_type, name=args.name, urn=args.urn, props=plain(args.props), opts=_options(args.opts)
    )


def _resources_of(args: StackValidationArgs) -> list[StackResource]:
    return [_resource(one) for one in args.resources]


def _resource(one: PolicyResource) -> StackResource:
    property_dependencies = {
        name: tuple(other.urn for other in others) for name, others in one.property_dependencies.items()
    }
    return StackResource(
        type=one.resource_type,
        name=one.name,
        urn=one.urn,
        props=plain(one.props),
        opts=_options(one.opts),
        property_dependencies=property_dependencies,
    )


def _options(opts: Any) -> dict[str, object]:
    return {"protect": opts.protect, "parent": opts.parent, "aliases": list(opts.aliases)}


def _report_findings(findings: list[RuleFinding], today: datetime.date, report: ReportViolation) -> None:
    """Every violation by itself; the last one of a resource says how all of them are exempted, since one entry is."""
    for finding in findings:
        if finding.verdict is Verdict.VIOLATED:
            *others, last = (f"{detail}. {finding.rule.fix}" for detail in finding.details)
            for message in others:
                report(message, finding.resource.urn)
            urn = f"resource: {finding.resource.urn}"
            report("\n".join([last, urn, *suggestion(finding, today).lines()]), finding.resource.urn)
    unknown = [finding for finding in findings if finding.verdict is Verdict.UNKNOWN]
    if unknown:
        raise ValuesNotKnown(unknown)
