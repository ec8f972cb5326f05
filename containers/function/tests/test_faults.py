"""Every function of an API under every fault, as the platform's own functions are tried."""

from __future__ import annotations

import ast
from pathlib import Path

import inference_api
import pytest
from faults.case import FunctionCase
from faults.trials import KINDS, trials

from tests.fault_cases.all import CASES

# An invocation that ends on its way has measured nothing, of which Powertools warns.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_function_is_done_once_or_fails_until_a_retry_completes_it(case: FunctionCase) -> None:
    done = trials(case)
    assert {trial.kind for trial in done} == set(KINDS)
    assert [f"{trial.kind}, {trial.name}: {trial.problem}" for trial in done if trial.problem] == []


def test_every_handler_has_cases() -> None:
    known = set()
    for path in Path(inference_api.__path__[0]).glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(each, ast.FunctionDef) and each.name == "handle" for each in tree.body):
            known.add(path.stem)
    assert {case.entry for case in CASES} == known
