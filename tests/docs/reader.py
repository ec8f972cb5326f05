"""Somebody who does what a page of jobs says, in a folder, and compares what commands say with what the page shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.docs.commands import in_order, judge
from tests.docs.edits import apply, change_files, changes_files, example_in
from tests.docs.pages import EDITS, Block, Section, commands_of, section

# A page shows that a command ends badly.
REFUSED = re.compile(r"^(\d+ problems? in |failed)", re.M)
# What a command said and its exit status; None for one that is not run here.
Answer = tuple[str, int]
Runner = Callable[[str, Path], Answer | None]


class Reader:
    """Does what sections say. `tried` counts the commands that were run, and the edits that no command judges."""

    def __init__(self, folder: Path, run: Runner) -> None:
        self.folder = folder
        self.tried = 0
        self._run_command = run
        example_in(folder)

    def follow(self, job: Section) -> None:
        """Go through the blocks in order. Where the job starts from another one, that one's edits are made first."""
        if job.starts_from:
            self._prepare(section(job.starts_from))
        for number, block in enumerate(job.blocks):
            if block.language in EDITS:
                apply(block, self.folder)
                self.tried += block.language == "toml"
            elif block.language == "sh":
                follows = job.blocks[number + 1] if number + 1 < len(job.blocks) else None
                self._run(block, follows if follows and follows.language == "text" else None)
            elif block.language != "text":
                raise AssertionError(f"line {block.line}: a block of {block.language or 'no language'}")

    def _prepare(self, job: Section) -> None:
        for block in job.blocks:
            if block.language in EDITS:
                apply(block, self.folder)
            for command in commands_of(block) if block.language == "sh" else ():
                if changes_files(command):
                    change_files(command, self.folder)

    def _run(self, block: Block, shown: Block | None) -> None:
        answers: list[Answer] = []
        commands = commands_of(block)
        in_order(commands, self.folder)
        for command in commands:
            judge(command, self.folder)
            if changes_files(command):
                change_files(command, self.folder)
            elif answer := self._run_command(command, self.folder):
                answers.append(answer)
        self.tried += len(answers)
        said = "".join(text for text, _ in answers)
        text = "\n".join(shown.lines) if shown else ""
        if answers:
            ended_well = all(status == 0 for _, status in answers)
            assert ended_well is not bool(REFUSED.search(text)), (
                f"line {block.line}: the page shows\n{text}\nnot\n{said}"
            )
            if shown:
                compare(shown, said)


def compare(shown: Block, said: str) -> None:
    """Fail unless every line that the page shows was said, in that order."""
    at = 0
    for line in filter(None, map(str.strip, shown.lines)):
        pattern = ".*".join(re.escape(part) for part in line.split("…"))
        match = re.compile(pattern).search(said, at)
        assert match, f"line {shown.line}: {line}\nis not in\n{said}"
        at = match.end()
