"""What an approver is asked: whether staging has been tested, or why there is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from stacks.approval import approval_question
from stacks.project_context import ProjectContext


@pytest.mark.parametrize(
    ("stages", "reason", "said"),
    [
        (["staging", "production"], None, "Staging serves and has been tested. Let project churn into production?"),
        (["production"], "A person reads it", "Nothing was tested before: A person reads it. Let project churn into"),
    ],
)
def test_an_approver_reads_what_was_tested_or_why_nothing_was(stages: list[str], reason: Any, said: str) -> None:
    context = SimpleNamespace(stages=stages, settings=SimpleNamespace(id="churn", without_staging=reason))
    assert approval_question(cast("ProjectContext", context)).startswith(said)
