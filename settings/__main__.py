"""`python -m settings check|list|schema|names`: checks or lists stack files, writes the schema, refreshes names."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from settings import aws_names, schema
from settings.check import check_estate, read_estate
from settings.problems import printable
from settings.values import Kind

ROOT = Path(__file__).parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit status: 1 if there are problems."""
    parser = argparse.ArgumentParser(prog="python -m settings", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="check every stack file, alone and together")
    checking.add_argument("--directory", type=Path, default=ROOT, help="where the stack files are")
    listing = commands.add_parser("list", help="list the stacks in the order in which they come up, as JSON")
    listing.add_argument("--kind", choices=[str(kind) for kind in Kind], help="only stacks of this kind")
    listing.add_argument("--directory", type=Path, default=ROOT, help="where the stack files are")
    commands.add_parser("schema", help=f"write {schema.COMMITTED.relative_to(ROOT)}")
    commands.add_parser("names", help="take AWS's regions and instance types from botocore's models")
    given = parser.parse_args(arguments)
    if given.command == "check":
        return _check(given.directory)
    if given.command == "list":
        print(json.dumps(read_estate(given.directory).in_order(given.kind)))
        return 0
    if given.command == "schema":
        schema.write()
        print(schema.COMMITTED)
        return 0
    print("\n".join(aws_names.write()))
    return 0


def _check(directory: Path) -> int:
    estate = read_estate(directory)
    problems = check_estate(estate, directory)
    for problem in problems:
        print(problem)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(estate.counts().items()))
    if problems:
        print(f"{len(problems)} problem{'' if len(problems) == 1 else 's'} in {len(estate.files)} stack files")
        return 1
    print(printable(f"settings: {len(estate.files)} stack files ({counts}), no problems"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
