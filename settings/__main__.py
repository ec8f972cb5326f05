"""`python -m settings check|list|sign-in|resolve|schema|names|patterns`: stack files, their schema, AWS's own facts."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from catalog.roles import RoleKind
from settings import aws_names, aws_patterns, schema
from settings.check import check_stack_files
from settings.organization import NotResolved, connect
from settings.problems import SettingsError, printable
from settings.resolution import resolve
from settings.sign_in import ROLES, aws_configuration
from settings.stack_files import read_stack_files
from settings.values import StackKind

ROOT = Path(__file__).parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit status: 1 if there are problems."""
    parser = argparse.ArgumentParser(prog="python -m settings", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="check every stack file, alone and together")
    checking.add_argument("--directory", type=Path, default=ROOT, help="where the stack files are")
    listing = commands.add_parser("list", help="list the stacks in the order in which they come up, as JSON")
    listing.add_argument("--kind", choices=[str(kind) for kind in StackKind], help="only stacks of this kind")
    listing.add_argument("--directory", type=Path, default=ROOT, help="where the stack files are")
    signing_in = commands.add_parser("sign-in", help="print the AWS configuration file with which a job signs in")
    signing_in.add_argument("stack", help="the stack whose profile it defines")
    signing_in.add_argument("--as", dest="role", required=True, choices=[str(kind) for kind in ROLES])
    signing_in.add_argument("--directory", type=Path, default=ROOT, help="where the stack files are")
    resolving = commands.add_parser("resolve", help="write the stack files of the accounts in accounts.yaml")
    resolving.add_argument("--check", action="store_true", help="write nothing; status 1 if something is out of date")
    resolving.add_argument("--directory", type=Path, default=ROOT, help="where accounts.yaml and the stack files are")
    commands.add_parser("schema", help="write the JSON Schemas of docs/generated, and the copies in seed_code")
    commands.add_parser("names", help="take AWS's regions, instance types and endpoint services from others' models")
    commands.add_parser("patterns", help="take AWS's limits on texts from botocore's models and cfn-lint's schemas")
    given = parser.parse_args(arguments)
    if given.command == "check":
        return _check(given.directory)
    if given.command == "list":
        return _list(given.directory, given.kind)
    if given.command == "sign-in":
        return _sign_in(given.directory, given.stack, RoleKind(given.role))
    if given.command == "resolve":
        return _resolve(given.directory, write=not given.check)
    if given.command == "schema":
        for path in schema.write():
            print(path.relative_to(ROOT))
        return 0
    print("\n".join([aws_patterns.write()] if given.command == "patterns" else aws_names.write()))
    return 0


def _list(directory: Path, kind: str | None) -> int:
    """Lists nothing while a file is broken: whoever brings the list up would leave that stack out unseen."""
    stack_files = read_stack_files(directory)
    problems = check_stack_files(stack_files, directory)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(json.dumps(stack_files.in_order(kind)))
    return int(bool(problems))


def _sign_in(directory: Path, stack: str, kind: RoleKind) -> int:
    try:
        print(aws_configuration(read_stack_files(directory), stack, kind), end="")
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _check(directory: Path) -> int:
    stack_files = read_stack_files(directory)
    problems = check_stack_files(stack_files, directory)
    for problem in problems:
        print(problem)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(stack_files.counts().items()))
    if problems:
        print(f"{len(problems)} problem{'' if len(problems) == 1 else 's'} in {len(stack_files.files)} stack files")
        return 1
    print(printable(f"settings: {len(stack_files.files)} stack files ({counts}), no problems"))
    for reason in stack_files.without_staging():
        print(printable(reason))
    return 0


def _resolve(directory: Path, *, write: bool) -> int:
    try:
        found = resolve(directory, lambda file, region: connect(file.settings.credentials, region))
    except (SettingsError, NotResolved) as error:
        print(error)
        return 1
    for line in [*found.left_out, *found.gone]:
        print(printable(line))
    for name in found.files:
        print(f"{'written' if write else 'out of date or missing'}: {name}")
    if write:
        found.write(directory)
    if not found.files:
        print(f"accounts: {found.accounts}, and nothing to write")
    return int(not write and bool(found.files or found.gone))


if __name__ == "__main__":
    sys.exit(main())
