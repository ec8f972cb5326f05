"""The rules as Pulumi policies. Thin: what Pulumi hands over becomes plain data, findings become reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

from policies.pack.evaluate import Finding, Verdict, judge
from policies.pack.model import UNKNOWN, Resource, Rule


class NotKnownYet(UnknownValueError):
    """What Pulumi turns into an advisory. Raised last: violations that were reported before it stand."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        said = ", ".join(dict.fromkeys(one.details[0] for one in findings))
        self.message = f"decided during the update, when these are known: {said}"


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


def policy(rule: Rule) -> Policy:
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
        return ResourceValidationPolicy(**common, validate=lambda args, report: _on_resource(rule, args, report))
    return StackValidationPolicy(**common, validate=lambda args, report: _on_stack(rule, args, report))


def _framework(rule: Rule) -> PolicyComplianceFramework | None:
    """Pulumi takes one framework a policy: the first; the others are tags."""
    if not rule.frameworks:
        return None
    name, _, reference = rule.frameworks[0].rpartition(" ")
    return PolicyComplianceFramework(name=name, reference=reference)


def _on_resource(rule: Rule, args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type not in rule.types:
        return
    resource = Resource(
        type=args.resource_type, name=args.name, urn=args.urn, props=plain(args.props), opts=_options(args.opts)
    )
    finding = judge(rule, resource, [resource])
    if finding.verdict is Verdict.NOT_APPLICABLE:
        args.not_applicable(finding.details[0])
    _tell([finding], report)


def _on_stack(rule: Rule, args: StackValidationArgs, report: ReportViolation) -> None:
    stack = [_resource(one) for one in args.resources]
    findings = [judge(rule, one, stack) for one in stack if one.type in rule.types]
    if not findings:
        args.not_applicable(f"the stack has none of {', '.join(rule.types)}")
    _tell(findings, report)


def _resource(one: PolicyResource) -> Resource:
    refers = {name: tuple(other.urn for other in others) for name, others in one.property_dependencies.items()}
    return Resource(
        type=one.resource_type,
        name=one.name,
        urn=one.urn,
        props=plain(one.props),
        opts=_options(one.opts),
        refers=refers,
    )


def _options(opts: Any) -> dict[str, object]:
    return {"protect": opts.protect, "parent": opts.parent, "aliases": list(opts.aliases)}


def _tell(findings: list[Finding], report: ReportViolation) -> None:
    for finding in findings:
        if finding.verdict is Verdict.VIOLATED:
            for detail in finding.details:
                report(f"{detail}. {finding.rule.fix}", finding.resource.urn)
    unknown = [finding for finding in findings if finding.verdict is Verdict.UNKNOWN]
    if unknown:
        raise NotKnownYet(unknown)
