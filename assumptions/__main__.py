"""The register of assumptions about AWS: as a page, and settled by probes.

`python -m assumptions write` writes `docs/assumptions.md`, `check` compares it; `probe STACK` runs the probes that a
stack can settle, with its own credentials, after it has said what they cost.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assumptions import probing, register
from assumptions.assumption import ProbeResult
from assumptions.render import PAGE, answers, page
from settings.load import from_file
from settings.problems import SettingsError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m assumptions", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="write docs/assumptions.md")
    commands.add_parser("check", help="compare docs/assumptions.md with the register")
    probe = commands.add_parser("probe", help="settle assumptions in a stack's real account")
    probe.add_argument("stack", help="a stack that is up, such as dev")
    probe.add_argument("--only", help="name of one assumption")
    probe.add_argument("--yes", action="store_true", help="do not ask before anything is made")
    probe.add_argument("--directory", type=Path, default=Path(), help="where the stack files are")
    chosen = parser.parse_args(arguments)
    if chosen.command == "write":
        PAGE.write_text(page(register(), answers()), encoding="utf-8")
        print(f"{PAGE.name}: {len(register())} assumptions")
        return 0
    return _check() if chosen.command == "check" else _probe(chosen)


def _check() -> int:
    same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page(register(), answers())
    print(f"{PAGE.name}: {'as the register says' if same else 'differs; run python -m assumptions write'}")
    return int(not same)


def _probe(chosen: argparse.Namespace) -> int:
    try:
        settings = from_file(chosen.directory / f"Pulumi.{chosen.stack}.yaml")
    except (SettingsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    probes = [each for each in probing.probes_of(register(), str(settings.kind)) if chosen.only in (None, each[0].name)]
    if not probes:
        names = ", ".join(each.name for each, _ in probing.probes_of(register(), str(settings.kind))) or "none"
        print(f"nothing to probe with {chosen.stack}, a {settings.kind} stack; its probes: {names}", file=sys.stderr)
        return 1
    for assumption, probe in probes:
        print(f"{assumption.name}: at most {probe.price:.2f} USD, {probe.minutes} minutes. {assumption.question}")
    if not chosen.yes and input(f"Run these in account {settings.account}? [y/N] ").strip().lower() != "y":
        print("nothing was made")
        return 1
    stack = probing.RealStack(chosen.stack, settings, chosen.directory)
    unclear = 0
    try:
        stack.require_own_account()
        for assumption, probe in probes:
            print(f"{assumption.name}: running", flush=True)
            answer = probing.run(probe, stack)
            probing.keep(assumption, answer, stack.region)
            unclear += answer.result is ProbeResult.UNCLEAR
            print(f"{assumption.name}: {answer.result}. {answer.evidence}", flush=True)
    except probing.ProbeRefused as error:
        print(error, file=sys.stderr)
        return 1
    PAGE.write_text(page(register(), answers()), encoding="utf-8")
    print(f"{len(probes) - unclear} of {len(probes)} settled; commit assumptions/answers.json and {PAGE.name}")
    return int(unclear > 0)


if __name__ == "__main__":
    raise SystemExit(main())
