"""What a review prints: every check that found something, and every ARN whole."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from policies.access import console
from policies.access.console import FINDINGS_SHOWN, LINES_SHOWN, print_review, problem_lines
from policies.access.graph import graph_of
from policies.access.review import ReviewProblem
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
