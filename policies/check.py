"""The rules of the policy pack over resources that were already built.

    python -m policies.check build/rehearsal/resources.json
    pulumi stack export --stack dev > dev.json && python -m policies.check dev.json

Exit 0 when nothing violates a rule, 1 when something does, 2 when a file cannot be read or holds nothing to check.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from policies.pack.captured import BadFile, Captured, read
from policies.pack.evaluate import Finding, Verdict, evaluate
from policies.pack.rules import RULES

WIDTH = 110


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers with its exit code."""
    parser = argparse.ArgumentParser(prog="python -m policies.check", description="Check captured resources.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="resources.json or a stack's export")
    options = parser.parse_args(arguments)
    try:
        stacks = [stack for path in options.files for stack in read(path)]
    except BadFile as bad:
        print(f"error: {bad}", file=sys.stderr)
        return 2
    findings = [(stack.stack, finding) for stack in stacks for finding in _of(stack)]
    print("\n".join(report(findings)))
    if not findings:
        print("error: nothing was checked: the files hold no resource that a rule applies to", file=sys.stderr)
        return 2
    return 1 if any(finding.verdict is Verdict.VIOLATED for _, finding in findings) else 0


def _of(stack: Captured) -> list[Finding]:
    return evaluate(RULES, stack.inputs, stack.whole)


def report(findings: Sequence[tuple[str, Finding]]) -> list[str]:
    """Lines for people: violations by rule, then what could not be decided, then counts. Findings are by stack."""
    lines: list[str] = []
    for rule in RULES:
        broken = [one for one in findings if one[1].rule is rule and one[1].verdict is Verdict.VIOLATED]
        if broken:
            lines += [f"{rule.id}  {rule.severity.value}  {rule.title}", *_rows(broken)]
            lines += [*textwrap.wrap(f"fix: {rule.fix}", WIDTH, initial_indent="  ", subsequent_indent="       "), ""]
    undecided = [one for one in findings if one[1].verdict is Verdict.UNKNOWN]
    if undecided:
        lines += ["Not decided, because a value is secret or unknown", *_rows(undecided), ""]
    return [*lines, *_counts(finding for _, finding in findings)]


def _rows(findings: Iterable[tuple[str, Finding]]) -> list[str]:
    rows = [
        (stack, f"{finding.resource.type.rpartition(':')[2]} {finding.resource.name}", _said(finding, detail))
        for stack, finding in findings
        for detail in finding.details
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return [f"  {stack:<{widths[0]}}  {subject:<{widths[1]}}  {said}" for stack, subject, said in rows]


def _said(finding: Finding, detail: str) -> str:
    return detail if finding.verdict is Verdict.VIOLATED else f"{finding.rule.id}: {detail}"


def _counts(findings: Iterable[Finding]) -> list[str]:
    found = list(findings)
    by_verdict = Counter(finding.verdict for finding in found)
    seen = {finding.rule.id for finding in found}
    idle = [rule.id for rule in RULES if rule.id not in seen]
    lines = [f"{len(found)} checks by {len(RULES)} rules: " + ", ".join(f"{by_verdict[v]} {v.value}" for v in Verdict)]
    return [*lines, f"no resource of their types: {', '.join(idle)}"] if idle else lines


if __name__ == "__main__":
    sys.exit(main())
