"""The rules of the policy pack over resources that were already built.

    python -m policies.check build/rehearsal/resources.json
    pulumi stack export --stack dev > dev.json && python -m policies.check dev.json

Exit 0 when nothing violates a rule, 1 when something does, an exemption is for nothing or, with --strict, no rule looks
at the type of something; 2 when a file cannot be read or holds nothing to check.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from policies.pack import exemptions
from policies.pack.captured import BadFile, CapturedStack, read
from policies.pack.coverage import types_without_rule
from policies.pack.evaluate import evaluate, exempt, stale
from policies.pack.exemptions import BadExemptions
from policies.pack.model import Exemption
from policies.pack.report import CheckReport, as_json, text
from policies.pack.rules import RULES
from policies.pack.stack_settings import ROOT, settings_in


def main(arguments: Sequence[str] | None = None, today: datetime.date | None = None) -> int:
    """The command; answers with its exit code. `today` decides which exemptions hold."""
    options = _parser().parse_args(arguments)
    now = today or datetime.datetime.now(tz=datetime.UTC).date()
    with settings_in(options.settings):
        return _check(options, now)


def _check(options: argparse.Namespace, now: datetime.date) -> int:
    try:
        exempted = _exemptions(options.exemptions, now)
        stacks = [stack for path in options.files for stack in read(path)]
    except (BadFile, BadExemptions) as bad:
        for line in str(bad).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return 2
    report = _report(stacks, exempted, options, now)
    print(json.dumps(as_json(report), indent=2) if options.json else "\n".join(text(report)))
    if not report.findings:
        print("error: nothing was checked: the files hold no resource that a rule applies to", file=sys.stderr)
        return 2
    return 1 if report.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policies.check", description="Check captured resources.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="resources.json or a stack's export")
    parser.add_argument("--json", action="store_true", help="for machines: everything but what passed")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="the exports are of all stacks, so that exemptions for several stacks must excuse something in them",
    )
    parser.add_argument(
        "--strict", action="store_true", help="fail, too, where resources are of a type that no rule looks at"
    )
    parser.add_argument("--exemptions", type=Path, metavar="FILE", help=f"instead of {exemptions.PATH.name}")
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FOLDER",
        default=ROOT,
        help="where Pulumi.<stack>.yaml are, if not in the root",
    )
    return parser


def _exemptions(path: Path | None, today: datetime.date) -> tuple[Exemption, ...]:
    if path is not None and not path.exists():
        raise BadExemptions([f"{path}: there is no such file; leave --exemptions out or name a file of exemptions"])
    return exemptions.read(path or exemptions.PATH, RULES, today)


def _report(
    stacks: Sequence[CapturedStack], exempted: Sequence[Exemption], options: argparse.Namespace, today: datetime.date
) -> CheckReport:
    findings = [
        (stack.stack, exempt(finding, exempted, today))
        for stack in stacks
        for finding in evaluate(RULES, stack.inputs, stack.with_outputs)
    ]
    # A capture of the rehearsal always holds every stack.
    complete = options.whole or any(not stack.exported for stack in stacks)
    unused = stale(exempted, [finding for _, finding in findings], [stack.stack for stack in stacks], complete)
    return CheckReport(
        rules=RULES,
        findings=findings,
        stale=unused,
        today=today,
        without_rule=types_without_rule(stacks),
        strict=options.strict,
    )


if __name__ == "__main__":
    sys.exit(main())
