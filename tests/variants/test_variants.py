"""What pages of common jobs change passes every part of `make check`, and the access that it gives is written down.

Only jobs whose stacks are other ones than the example's are brought up; of the others the settings alone are judged, by
the tests of the pages.
"""

from __future__ import annotations

import datetime
import hashlib
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from policies.check import main as policies_check
from settings.__main__ import main as settings_command
from tests.docs.commands import DAY
from tests.docs.pages import section
from tests.docs.reader import Answer, Reader
from tests.example_files import ROOT
from tests.shared_folder import shared_folder

# Jobs, and whether their stacks are destroyed too: where types of resources, or the order of stacks, are other ones
# than the example's, whose destruction other tests see.
JOBS = {
    "A project with its own approvers": False,
    "Approvers get links": True,
    "Another project": False,
    "An account more": False,
    "Another region": False,
    "Another prefix": False,
    "NAT": True,
    "Everything in one account": True,
    "What exists already": True,
    "Switch account controls on": True,
    "Hear of alarms in a chat": True,
    "Exempt something from a rule": False,
    "An exemption ends": False,
}


PACK = ".venv/bin/python -m policies.check "
QUESTION = ".venv/bin/python -m policies.access "


def run(*command: str) -> Answer:
    """Run a module of the program as `make check` does."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr, done.returncode


@dataclass
class Check:
    """Runs `make check` by its parts. What was built is kept for stack files that say the same."""

    destroy: bool
    documents: Path
    factory: pytest.TempPathFactory
    output: Callable[[], str]

    def run(self, command: str, folder: Path) -> Answer | None:
        """What the first part that fails says, or all say, and the exit status."""
        if command.startswith(QUESTION):
            return run(*shlex.split(command)[2:], "--resources", str(self.resources))
        parts: list[Callable[[Path], Answer]] = [self._settings, self._built]
        day = DAY.search(command)
        today = datetime.date.fromisoformat(day[1]) if day else None
        if command.startswith(PACK):
            parts.append(lambda folder: self._policies(folder, today))
        elif command == "make check":
            parts += [lambda folder: self._policies(folder, today), self._access]
        else:
            return None
        said = ""
        for part in parts:
            text, status = part(folder)
            said += text
            if status:
                return said, status
        return said, 0

    def _settings(self, folder: Path) -> Answer:
        self.output()
        status = settings_command(["check", "--directory", str(folder)])
        return self.output(), status

    def _built(self, folder: Path) -> Answer:
        """`resources.json` is made once for stack files that say the same."""
        content = b"".join(path.name.encode() + path.read_bytes() for path in sorted(folder.glob("Pulumi*.yaml")))
        with shared_folder(self.factory, f"variant-{hashlib.sha256(content).hexdigest()[:16]}") as built:
            self.resources = built / "resources.json"
            if self.resources.exists():
                return "", 0
            options = ["--stacks-only", *(["--destroy"] if self.destroy else [])]
            return run("rehearsal", *options, "--directory", str(folder), "--folder", str(built))

    def _policies(self, folder: Path, today: datetime.date | None) -> Answer:
        self.output()
        exemptions = str(folder / "policy-exemptions.yaml")
        typed = [str(self.resources), "--settings", str(folder), "--exemptions", exemptions]
        status = policies_check(typed, today)
        return self.output(), status

    def _access(self, folder: Path) -> Answer:
        typed = ["--documents", str(self.documents), "--exemptions", str(folder / "policy-exemptions.yaml")]
        return run("policies.access", "review", str(self.resources), "--write", *typed)


@pytest.mark.parametrize("title", JOBS)
def test_checks_of_changed_settings_are_green(
    title: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = tmp_path / "documents"

    def output() -> str:
        said = capsys.readouterr()
        return said.out + said.err

    check = Check(JOBS[title], documents, tmp_path_factory, output)
    reader = Reader(tmp_path / "files", check.run)
    job = section(title)
    reader.follow(job)
    assert reader.tried
    if any("make check" in block.lines for block in job.blocks):
        assert {path.name for path in documents.iterdir()} == {"access-matrix.md", "access-proofs.md"}
