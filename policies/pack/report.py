"""The report of a check, as text and as JSON."""

from __future__ import annotations

import datetime
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policies.pack.evaluate import RuleFinding, Verdict
from policies.pack.model import Exemption, Rule
from policies.pack.suggestions import suggestion

WIDTH = 110
# Whoever answers for an exemption is told so long before its last day, and the check still passes.
NOTICE = datetime.timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """Findings, each with its stack, and the exemptions that excuse nothing any more.

    `without_rule` has the types that no rule looks at, with the number of their resources; a `strict` report fails on
    them.
    """

    rules: Sequence[Rule]
    findings: Sequence[tuple[str, RuleFinding]]
    stale: Sequence[Exemption]
    today: datetime.date
    without_rule: Mapping[str, int] = field(default_factory=dict)
    strict: bool = False

    def having(self, verdict: Verdict) -> list[tuple[str, RuleFinding]]:
        """The findings of a verdict."""
        return [one for one in self.findings if one[1].verdict is verdict]

    @property
    def ending(self) -> list[Exemption]:
        """Exemptions that excuse something here and whose last day is near, each once."""
        excusing = [one.exemption for _, one in self.having(Verdict.EXEMPTED) if one.exemption]
        return [one for one in dict.fromkeys(excusing) if one.expires - self.today <= NOTICE]

    @property
    def failed(self) -> bool:
        """Whether somebody must act: a violation, one whose exemption expired, or an exemption for nothing; in a
        strict report a type that no rule looks at, too."""
        return bool(self.having(Verdict.VIOLATED) or self.stale or (self.strict and self.without_rule))


def text(report: CheckReport) -> list[str]:
    """Lines for people: violations by rule, exemptions, what could not be decided, then counts and the outcome.

    A resource is shown by its whole URN on a line of its own: an exemption needs it, and no width of terminal cuts it.
    """
    lines: list[str] = []
    violated = report.having(Verdict.VIOLATED)
    for rule in report.rules:
        broken = [finding for _, finding in violated if finding.rule is rule]
        if broken:
            lines += [f"{rule.id}  {rule.severity.value}  {rule.title}"]
            lines += [line for finding in broken for line in _by_urn(finding, finding.details)]
            lines += textwrap.wrap(f"fix: {rule.fix}", WIDTH, initial_indent="  ", subsequent_indent="       ")
            lines += [*_suggested(broken, report.today), ""]
    return [
        *lines,
        *_exempted(report),
        *_ending(report),
        *_stale(report),
        *_undecided(report),
        *_without_rule(report),
        *_counts(report),
        _outcome(report),
    ]


def _by_urn(finding: RuleFinding, details: Iterable[str]) -> list[str]:
    return [f"  {finding.resource.urn}", *(f"    {detail}" for detail in details)]


def _suggested(broken: Sequence[RuleFinding], today: datetime.date) -> Iterator[str]:
    """What may be written to exempt violations of one rule: each advice once, its entries one below the other."""
    entries: dict[str, list[str]] = {}
    for finding in broken:
        suggested = suggestion(finding, today)
        entries.setdefault(suggested.advice, []).extend(suggested.entry)
    for advice, lines in entries.items():
        # A URN stays whole, so that it can be looked for in the file.
        whole = textwrap.TextWrapper(
            WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )
        yield from whole.wrap(advice)
        yield from lines


def _exempted(report: CheckReport) -> list[str]:
    found = [finding for _, finding in report.having(Verdict.EXEMPTED)]
    if not found:
        return []
    lines = [
        line
        for finding in found
        for line in _by_urn(finding, [f"{finding.rule.id} until {_until(finding.exemption, report)}"])
    ]
    return ["Exempted", *lines, ""]


def _until(exemption: Exemption | None, report: CheckReport) -> str:
    if exemption is None:
        return ""
    days = (exemption.expires - report.today).days
    left = "last day" if days == 0 else f"{days} days left"
    return f"{exemption.expires} ({left}), {exemption.owner}: {exemption.reason}"


def _ending(report: CheckReport) -> list[str]:
    rows = [
        f"  warning: {one.rule} on {one.resource} ends on {one.expires}, {one.owner}: mend it, or agree on a later day"
        for one in report.ending
    ]
    return ["Exemptions that end soon", *rows, ""] if rows else []


def _stale(report: CheckReport) -> list[str]:
    if not report.stale:
        return []
    rows = [f"  {one.rule} on {one.resource}, of {one.owner}" for one in report.stale]
    return ["Exemptions that excuse nothing: remove them from policy-exemptions.yaml", *rows, ""]


def _undecided(report: CheckReport) -> list[str]:
    found = report.having(Verdict.UNKNOWN)
    if not found:
        return []
    lines = [
        f"  {rule.id}  {stack}: {finding.details[0]}"
        for rule in report.rules
        for stack, finding in found
        if finding.rule is rule
    ]
    return ["Not decided, because a value is secret or unknown", *lines, ""]


def _without_rule(report: CheckReport) -> list[str]:
    if not report.without_rule:
        return []
    rows = [f"  {token}: {number}" for token, number in sorted(report.without_rule.items())]
    return ["Resources of types that no rule looks at: nothing is said about them", *rows, ""]


def _counts(report: CheckReport) -> list[str]:
    by_verdict = Counter(finding.verdict for _, finding in report.findings)
    seen = {finding.rule.id for _, finding in report.findings}
    idle = [rule.id for rule in report.rules if rule.id not in seen]
    counted = ", ".join(f"{by_verdict[verdict]} {verdict.value}" for verdict in Verdict)
    lines = [f"{len(report.findings)} checks by {len(report.rules)} rules: {counted}"]
    if idle:
        lines += textwrap.wrap(f"no resource of their types: {', '.join(idle)}", WIDTH, subsequent_indent="  ")
    return lines


def _outcome(report: CheckReport) -> str:
    violated = report.having(Verdict.VIOLATED)
    expired = [finding for _, finding in violated if finding.exemption]
    parts = [
        (len(violated) - len(expired), "violated"),
        (len(expired), "with an expired exemption"),
        (len(report.stale), "exemptions for nothing"),
        (len(report.without_rule) if report.strict else 0, "types that no rule looks at"),
    ]
    summary = ", ".join(f"{number} {what}" for number, what in parts if number)
    if summary:
        return f"failed: {summary}"
    if not report.findings:
        return "nothing was checked"
    left = sum(report.without_rule.values())
    return f"passed, but for {left} resources that no rule looks at: --strict fails on them" if left else "passed"


def as_json(report: CheckReport) -> dict[str, Any]:
    """The report as JSON: every finding but those that passed, which are only counted."""
    by_verdict = Counter(finding.verdict for _, finding in report.findings)
    return {
        "outcome": "failed" if report.failed else "passed" if report.findings else "nothing was checked",
        "date": report.today.isoformat(),
        "rules": len(report.rules),
        "counts": {verdict.value: by_verdict[verdict] for verdict in Verdict},
        "findings": [
            _finding_json(stack, one, report.today)
            for stack, one in report.findings
            if one.verdict is not Verdict.PASSED
        ],
        "endingExemptions": [_exemption_json(one) for one in report.ending],
        "typesWithoutRule": dict(sorted(report.without_rule.items())),
        "staleExemptions": [_exemption_json(one) for one in report.stale],
    }


def _finding_json(stack: str, finding: RuleFinding, today: datetime.date) -> dict[str, Any]:
    return {
        "stack": stack,
        "rule": finding.rule.id,
        "severity": finding.rule.severity.value,
        "frameworks": list(finding.rule.frameworks),
        "verdict": finding.verdict.value,
        "type": finding.resource.type,
        "urn": finding.resource.urn,
        "details": list(finding.details),
        "exemption": _exemption_json(finding.exemption) if finding.exemption else None,
        "toExempt": suggestion(finding, today).lines() if finding.verdict is Verdict.VIOLATED else None,
    }


def _exemption_json(exemption: Exemption) -> dict[str, str]:
    return {
        "rule": exemption.rule,
        "resource": exemption.resource,
        "owner": exemption.owner,
        "reason": exemption.reason,
        "expires": exemption.expires.isoformat(),
    }
