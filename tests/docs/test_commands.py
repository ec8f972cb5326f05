"""What pages of jobs could say wrongly is noticed: commands, stacks, orders, files and lines that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.options import OptionError
from tests.docs.commands import in_order, judge
from tests.docs.edits import apply, example_in
from tests.docs.pages import Block
from tests.docs.reader import compare


@pytest.mark.parametrize(
    "command",
    [
        "make checks",
        "make rehearse PROJET=screening",
        "make rehearse DATA=customers.csv",
        "pulumi up -s prod-9 --policy-pack policies/pack",
        "pulumi up -s prod --policy-packs policies/pack",
        "pulumi up -s prod --policy-pack policies",
        "pulumi refresh -s prod",
        "aws codebuild start-builds --project-name mlops-dev-image",
        "aws codebuild start-build --project mlops-dev-image",
        "aws codebuild start-build",
        "aws codebuilder start-build --project-name mlops-dev-image",
        ".venv/bin/python -m policies.acces who-can read models",
        "terraform apply",
    ],
)
def test_a_command_that_is_not_there_is_noticed(command: str, tmp_path: Path) -> None:
    example_in(tmp_path)
    with pytest.raises((AssertionError, OptionError)):
        judge(command, tmp_path)


@pytest.mark.parametrize(
    "commands",
    [["pulumi up -s dev", "pulumi up -s prod"], ["pulumi destroy -s prod", "pulumi destroy -s dev"]],
)
def test_stacks_in_a_wrong_order_are_noticed(commands: list[str], tmp_path: Path) -> None:
    example_in(tmp_path)
    with pytest.raises(AssertionError, match="another order"):
        in_order(commands, tmp_path)
    in_order(commands[::-1], tmp_path)


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (Block("yaml", ("mlops-platform:region: x",), 1), "names no file"),
        (Block("yaml", ("# Pulumi.prod-9.yaml", "a: b"), 1), "there is no"),
        (Block("diff", ("# Pulumi.dev.yaml", "-  no such line"), 1), "stand 0 times"),
        (Block("toml", ("# seed_code/model-build/model.toml", "targets = 'x'"), 1), "no such values"),
    ],
)
def test_an_edit_of_what_is_not_there_is_noticed(block: Block, part: str, tmp_path: Path) -> None:
    example_in(tmp_path)
    with pytest.raises(AssertionError, match=part):
        apply(block, tmp_path)


def test_lines_that_were_not_said_or_in_another_order_are_noticed() -> None:
    said = "settings: 8 stack files, no problems\npassed\n"
    compare(Block("text", ("settings: … files, no problems", "passed"), 1), said)
    for lines in (("settings: 9",), ("passed", "settings: 8")):
        with pytest.raises(AssertionError):
            compare(Block("text", lines, 1), said)
