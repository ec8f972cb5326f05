"""The verdict: what it says to people, to programs, and to whoever asks again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from policies.access.ask import answer
from rehearsal.authorization.decision import decide_all
from rehearsal.authorization.resource_facts import ResourceFacts
from rehearsal.authorization.unused import unused_rights
from rehearsal.authorization.verdict import Access, judge
from rehearsal.aws.recorder import Recorded
from rehearsal.report import RehearsalReport
from tests.example_files import EXAMPLE
from tests.rehearsal.authorization.project_requests import ProjectRequests


def judged(folder: Path, resources: Path, requests: list[Recorded]) -> Access:
    """The verdict on requests, in a folder of its own."""
    shutil.copy(resources, folder / "resources.json")
    return judge(folder, requests, EXAMPLE)


def test_a_passed_verdict_is_one_line(tmp_path: Path, resources: Path, journey: ProjectRequests) -> None:
    access = judged(tmp_path, resources, journey.everything())
    assert access.passed
    assert access.sentence().startswith(f"{len(journey.everything())} requests decided, all allowed; ")


def test_a_refusal_fails_the_report_and_names_who_what_and_where(
    tmp_path: Path, resources: Path, journey: ProjectRequests
) -> None:
    access = judged(tmp_path, resources, [*journey.everything(), journey.model_read("vpce-elsewhere")])
    report = RehearsalReport(access=access)
    assert not report.passed
    printed = "\n".join(access.refusal_lines())
    for word in ("mlops-staging-screening-model", "s3:GetObject", "Deny DenyNoVPC"):
        assert word in printed
    (told,) = access.for_report()["refusals"]
    assert told["who"].endswith("mlops-staging-screening-model")
    assert told["operations"] == ("s3:GetObject",)
    assert told["endpoint"] == "vpce-elsewhere"
    assert "DenyNoVPC" in told["because"]
    assert json.loads(json.dumps(told["question"]))["action"] == "s3:GetObject"


def test_the_questions_are_answered_again_as_they_were(
    tmp_path: Path, resources: Path, journey: ProjectRequests
) -> None:
    access = judged(tmp_path, resources, [*journey.everything(), journey.model_read("vpce-elsewhere")])
    answers = answer(tmp_path / "questions.json")
    refused = [one for one in answers if not one["allowed"]]
    assert [one["because"] for one in refused] == [one.because for one in access.refusals]
    assert len(answers) > len(refused)


def test_unused_rights_are_listed_by_role_and_statement(facts: ResourceFacts, journey: ProjectRequests) -> None:
    query = decide_all([journey.report_written()], facts).decisions
    idle = {one.statement: one for one in unused_rights(facts.graph, query)}
    assert {one.role for one in idle.values()} == {journey.role("mlops-screening-processing")}
    assert "s3:PutObject" not in idle["ReadAndWriteOwnRuns"].actions
    assert "s3:GetObject" in idle["ReadAndWriteOwnRuns"].actions
    assert not idle["ReadAndWriteOwnRuns"].whole
    assert idle["ReadOwnModels"].whole


def test_an_unknown_operation_fails_the_verdict_and_says_what_to_do(
    tmp_path: Path, resources: Path, journey: ProjectRequests
) -> None:
    access = judged(tmp_path, resources, [replace(journey.image_pull(), rights=None)])
    assert access.unmapped == ("ecr:BatchGetImage",)
    assert not access.passed
    assert "1 operations of no known right" in access.sentence()
