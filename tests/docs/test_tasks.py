"""Pages of common jobs do what they say: their edits pass the check, and their commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rehearsal.journey.inputs import journey_inputs
from rehearsal.options import parse
from rehearsal.plan import plan
from settings.__main__ import main as settings_command
from tests.docs.pages import FOLDER, INDEX, Section, all_sections
from tests.docs.reader import Answer, Reader
from tests.example_files import ROOT

JOBS = all_sections()
ROW = re.compile(r"^\|[^|]+\| \[([^\]]+)\]\(tasks/([\w.-]+)#([\w-]+)\) \|$", re.M)
# Jobs that a test of their own tries, which brings up more than files can tell.
ELSEWHERE = {
    "Approve a release": "tests/rehearsal/approval/test_links_over_http.py",
    "Who may read a thing": "tests/variants/test_questions.py",
    "What somebody may do": "tests/variants/test_questions.py",
    "Exempt something from a rule": "tests/variants/test_variants.py",
    "An exemption ends": "tests/variants/test_variants.py",
    "A request is refused": "tests/rehearsal/authorization/test_settings_at_fault.py",
    "What serves where": "tests/operate/test_operate.py",
    "Go back": "tests/operate/test_operate.py",
    "Let a release into production": "tests/operate/test_operate.py",
    "Where the traffic stands": "tests/operate/test_traffic.py",
    "Lost events": "tests/operate/test_redrive.py",
    "One account failed": "tests/rehearsal/codesuite/test_stackset_actions.py",
    "What would my change do": "tests/rehearsal/compare/test_real_change.py",
    "Review another program": "tests/policies/access/inventory/test_page.py",
}
Capture = pytest.CaptureFixture[str]


class Commands:
    """Runs what needs no platform: of `make check` the judging of stack files, of `make rehearse` the first line."""

    def __init__(self, capsys: Capture) -> None:
        self._capsys = capsys

    def run(self, command: str, folder: Path) -> Answer | None:
        """What a command says, and its exit status; None for one that is not run here."""
        if command == "make check":
            status = settings_command(["check", "--directory", str(folder)])
            return self._capsys.readouterr().out, status
        if command.startswith("make rehearse "):
            return _first_line(command, folder), 0
        return None


def _first_line(command: str, folder: Path) -> str:
    typed = {name.lower(): value for name, value in (word.split("=") for word in command.split()[2:])}
    if typed.get("data"):
        rows = [f"{age},{age % 7},{'yes' if age % 3 else 'no'}" for age in range(400)]
        (folder / typed["data"]).write_text("\n".join([f"age,orders,{typed['target']}", *rows]), encoding="utf-8")
        typed["data"] = str(folder / typed["data"])
    options = parse(typed, destroy=False, directory=folder, folder=folder / "build")
    inputs = journey_inputs(plan(folder), options)
    assert inputs
    return inputs.sentence()


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.title)
def test_what_a_page_says_can_be_done(job: Section, tmp_path: Path, capsys: Capture) -> None:
    reader = Reader(tmp_path, Commands(capsys).run)
    reader.follow(job)
    assert reader.tried or job.title in ELSEWHERE, "no test tries what this section says"


def test_index_lists_every_job_once_and_leads_to_it() -> None:
    rows = ROW.findall(INDEX.read_text(encoding="utf-8"))
    assert [(title, page, anchor) for title, page, anchor in rows] == [
        (job.title, job.page.name, job.anchor)
        for page in dict.fromkeys(page for _, page, _ in rows)
        for job in JOBS
        if job.page.name == page
    ]
    assert {job.page for job in JOBS} == set(FOLDER.glob("*.md"))


def test_what_is_tried_elsewhere_is_a_job_and_a_test() -> None:
    assert ELSEWHERE.keys() <= {job.title for job in JOBS}
    assert [path for path in ELSEWHERE.values() if not (ROOT / path).exists()] == []
