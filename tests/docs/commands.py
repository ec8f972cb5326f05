"""Commands of a page of jobs: each is one that exists, with flags that exist, about stacks that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name

from rehearsal.options import VARIABLES, parse
from settings.stack_files import read_stack_files
from tests.example_files import ROOT

# Of the Pulumi CLI: what pages use of each command. Source: Pulumi CLI, "pulumi up" and the like.
PULUMI = {
    ("up",): {"-s", "--policy-pack", "--yes"},
    ("preview",): {"-s", "--policy-pack", "--diff"},
    ("destroy",): {"-s", "--yes"},
    ("stack", "init"): {"--secrets-provider"},
    ("stack", "export"): {"-s"},
    ("stack", "rm"): {"--yes"},
}
# The day on which a page has a check made.
DAY = re.compile(r" # on (\d{4}-\d\d-\d\d)$")


def judge(command: str, folder: Path) -> None:
    """Fail unless the command could be typed as it stands there, beside the stack files of a folder."""
    words = shlex.split(DAY.sub("", command))
    verb = words[0]
    if verb in ("cp", "rm"):
        return
    if verb == "make":
        _make(words[1:])
    elif verb == "pulumi":
        _pulumi(words[1:], folder)
    elif verb == "aws":
        _aws(words[1:])
    elif verb == "git":
        assert words[1] in ("add", "commit", "diff", "mv", "rm", "log"), command
    elif words[:2] == [".venv/bin/python", "-m"]:
        module = ROOT / words[2].replace(".", "/")
        assert (module / "__main__.py").exists() or module.with_suffix(".py").exists(), command
    else:
        raise AssertionError(f"nothing is known of the command {verb}: {command}")


def _make(words: Sequence[str]) -> None:
    target, given = words[0], dict(word.split("=", 1) for word in words[1:])
    assert re.search(rf"^{re.escape(target)}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M), target
    if target == "rehearse":
        assert set(given) <= set(VARIABLES), given
        typed = {name.lower(): value for name, value in given.items()}
        parse(typed, destroy=False, directory=ROOT, folder=ROOT)


def _pulumi(words: Sequence[str], folder: Path) -> None:
    verb = next((verb for verb in PULUMI if tuple(words[: len(verb)]) == verb), None)
    assert verb, f"pulumi {' '.join(words)}"
    flags = {word for word in words if word.startswith("-")}
    assert flags <= PULUMI[verb], f"pulumi {' '.join(words)}: {flags - PULUMI[verb]}"
    stack = words[words.index("-s") + 1] if "-s" in words else words[len(verb)]
    assert (folder / f"Pulumi.{stack}.yaml").exists(), f"there is no stack {stack}"
    if "--policy-pack" in words:
        assert (ROOT / words[words.index("--policy-pack") + 1] / "PulumiPolicy.yaml").exists()


@cache
def _service(name: str) -> Any:
    session = botocore.session.get_session()
    assert name in session.get_available_services(), f"AWS has no service {name}"
    return session.get_service_model(name)


def _aws(words: Sequence[str]) -> None:
    service, operation, *rest = words
    # The CLI's own commands, which no service model has. Source: AWS CLI Command Reference, "s3".
    if service == "s3":
        assert operation in ("cp", "ls", "rm", "sync"), words
        return
    # The CLI calls S3's own operations so.
    model = _service("s3" if service == "s3api" else service)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in operations, f"{service} has no operation {operation}"
    shape = model.operation_model(operations[operation]).input_shape
    known = {xform_name(name, "-") for name in shape.members} if shape else set()
    given = {word.removeprefix("--").removeprefix("no-") for word in rest if word.startswith("--")}
    assert given <= known | {"region", "profile", "query", "output", "cli-binary-format"}, given - known
    required = {xform_name(name, "-") for name in shape.required_members} if shape else set()
    assert required <= given, f"aws {service} {operation} needs {required - given}"


def in_order(commands: Sequence[str], folder: Path) -> None:
    """Fail unless the stacks of a block come up after those that they depend on, and go before them."""
    order = read_stack_files(folder).in_order()
    for verb, step in (("up", 1), ("destroy", -1)):
        found = [re.fullmatch(rf"pulumi {verb} -s (\S+).*", command) for command in commands]
        ranks = [_rank(match[1], order) for match in found if match]
        assert ranks[::step] == sorted(ranks), f"pulumi {verb} in another order than {order}"


def _rank(stack: str, order: Sequence[str]) -> int:
    """Where a stack comes in the order; foundations come first, projects last, each in any order among themselves."""
    if stack.startswith("foundation"):
        return -1
    return len(order) if stack.startswith("project-") else order.index(stack)
