"""What a review prints: every check that found something, and every ARN whole."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from policies.access import console, review
from policies.access.console import FINDINGS_SHOWN, LINES_SHOWN, print_review, problem_lines
from policies.access.graph import graph_of
from policies.access.matrix import render
from policies.access.review import ReviewProblem, difference
from policies.pack.captured import read

ARN = f"arn:aws:iam::111111111111:role/mlops/projects/{'p' * 20}/mlops-{'p' * 20}-stackset-administration"


def lines(problems: list[ReviewProblem], *, everything: bool = False) -> list[str]:
    return list(problem_lines(problems, everything=everything))


def test_each_finding_is_a_line_with_the_check_that_found_it() -> None:
    assert lines([ReviewProblem("theorem no-escalation", f"{ARN} comes to {ARN}")]) == [
        f"- theorem no-escalation: {ARN} comes to {ARN}"
    ]


def test_many_findings_of_one_check_do_not_hide_those_of_another() -> None:
    many = [ReviewProblem("expected absence", f"cell {number}") for number in range(300)]
    shown = lines([*many, ReviewProblem("theorem tags-stay", ARN)])
    assert shown[FINDINGS_SHOWN:] == [
        f"  … {300 - FINDINGS_SHOWN} more of expected absence: `--all` shows them",
        f"- theorem tags-stay: {ARN}",
    ]
    assert len(lines(many, everything=True)) == 300


def test_a_long_finding_says_how_much_of_it_is_not_shown() -> None:
    problem = ReviewProblem("access-matrix.md", "\n".join(f"+line {number}" for number in range(100)))
    assert lines([problem])[LINES_SHOWN:] == [f"  … {100 - LINES_SHOWN} lines more: `--all` shows them"]
    assert len(lines([problem], everything=True)) == 100


BEFORE = """# Access matrix

## Registry

| subject | account | approve |
|---|---|---|
| mlops-dev-approver | dev | yes |

## models-readers

- somebody
"""


def test_each_group_of_a_difference_says_which_row_or_theorem_it_is_of() -> None:
    now = BEFORE.replace("dev | yes", "dev | yes, not diabetes").replace("- somebody", "- somebody\n- carol")
    assert list(difference(BEFORE, now)) == [
        "@@ Registry, mlops-dev-approver (line 7) @@",
        "-| mlops-dev-approver | dev | yes |",
        "+| mlops-dev-approver | dev | yes, not diabetes |",
        "@@ models-readers (line 12) @@",
        "+- carol",
    ]


def test_what_goes_is_under_the_section_that_it_stood_in() -> None:
    gone = BEFORE.partition("## models-readers")[0]
    assert [line for line in difference(BEFORE, gone) if line.startswith("@@")] == ["@@ models-readers (line 9) @@"]


def test_documents_that_differ_are_to_renew_and_no_problem_of_the_access(
    resources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / render.NAME).write_text(BEFORE, encoding="utf-8")
    output = io.StringIO()
    monkeypatch.setattr(console, "Console", lambda **settings: Console(file=output, width=40, **settings))
    graph, stacks = graph_of(read(resources)), read(resources)
    found = review.review(graph, stacks)
    monkeypatch.setattr(review, "review", lambda *_: found)
    assert not print_review(graph, stacks, documents=tmp_path, write=False, everything=False)
    printed = output.getvalue()
    assert f"- to renew: {render.NAME}: differs from what the settings and the program give now" in printed
    assert "- to renew: access-proofs.md: does not exist yet" in printed
    assert "; 0 problems, 2 documents to renew with `make access` (" in printed
    assert print_review(graph, stacks, documents=tmp_path, write=True, everything=False)
    assert print_review(graph, stacks, documents=tmp_path, write=False, everything=False)
    statements = [f"\n  {proof.theorem.statement}\n" for proof in found.proofs]
    assert [statement for statement in statements if statement in output.getvalue()] == []
    assert print_review(graph, stacks, documents=None, write=False, everything=False, explain=True)
    assert [statement for statement in statements if statement not in output.getvalue()] == []


def test_one_is_counted_as_one() -> None:
    many = [ReviewProblem("access-matrix.md", "\n".join(f"+line {number}" for number in range(LINES_SHOWN + 1)))]
    assert lines(many)[-1] == "  … 1 line more: `--all` shows them"
    assert [console.number(count, "problem") for count in (0, 1, 2_000)] == [
        "0 problems",
        "1 problem",
        "2,000 problems",
    ]


def test_nothing_is_cut_where_the_output_is_piped(
    resources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records: list[dict[str, Any]] = json.loads(resources.read_text(encoding="utf-8"))
    for record in records:
        if record["type"] == "aws:iam/role:Role" and record["name"] == "role-processing-role":
            for part in ("inputs", "outputs"):
                record[part].pop("permissionsBoundary", None)
    changed = tmp_path / "resources.json"
    changed.write_text(json.dumps(records), encoding="utf-8")
    output = io.StringIO()
    monkeypatch.setattr(console, "Console", lambda **settings: Console(file=output, width=40, **settings))
    assert not print_review(graph_of(read(changed)), documents=None, write=False, everything=False)
    arn = "arn:aws:iam::111111111111:role/mlops/projects/screening/mlops-screening-processing"
    assert f"- theorem boundaries-hold: {arn} has no boundary that was built here" in output.getvalue().splitlines()
