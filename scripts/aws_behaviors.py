"""`docs/generated/aws-behaviors.md`: what the in-memory AWS does beside its API, by source and by the test of each.

`python -m scripts.aws_behaviors` writes it.
"""

from __future__ import annotations

import ast
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import rehearsal
from rehearsal.service_model.aws_behavior import AwsBehavior, aws_behaviors

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "generated" / "aws-behaviors.md"
TESTS = ROOT / "tests"
_MARK = "aws_behavior"
_HEAD = """\
# What AWS does beside its API

Delays, first executions, empty pages, refusals: each is a function of the in-memory AWS, which an emulator would lack,
and has a test in which the mistake is made that it notices. Written by `python -m scripts.aws_behaviors`.

| behaviour | what AWS does | source | where | test |
|---|---|---|---|---|
"""


def behaviors() -> Mapping[str, AwsBehavior]:
    """Those of every module of the rehearsal, by name."""
    for module in pkgutil.walk_packages(rehearsal.__path__, "rehearsal."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    return {name: aws_behaviors()[name] for name in sorted(aws_behaviors())}


def behavior_tests() -> Mapping[str, list[str]]:
    """Behaviours by name, each with the tests that are marked with it: `file::test`."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for name in _marked(node):
                    found.setdefault(name, []).append(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def _marked(function: ast.FunctionDef) -> Iterator[str]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == f"pytest.mark.{_MARK}":
            yield from (ast.literal_eval(argument) for argument in decorator.args)


def page() -> str:
    """The whole page."""
    tests = behavior_tests()
    rows = [
        f"| `{name}` | {behavior.summary} | {'; '.join(behavior.sources)} | `{behavior.module}` | "
        f"{'<br>'.join(f'`{test}`' for test in tests.get(name, ())) or '**none**'} |\n"
        for name, behavior in behaviors().items()
    ]
    return _HEAD + "".join(rows)


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(behaviors())} behaviours")
    return 0


if __name__ == "__main__":
    sys.exit(main())
