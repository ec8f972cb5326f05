"""Every mistake is noticed by exactly the checks that are meant to notice it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.access.evaluator import decide
from policies.access.graph import graph_of
from rehearsal.authorization.decision import decide_all
from rehearsal.authorization.resource_facts import facts_from
from tests.policies.access.mutations.checks import CHECKS, Checks, findings
from tests.policies.access.mutations.mistake import Mistake
from tests.policies.access.mutations.mistakes import MISTAKES
from tests.policies.access.mutations.table import PATH, document


@pytest.fixture(scope="session")
def checks(resources: Path) -> Checks:
    """Every check, over the example platform as it is built."""
    return Checks.of(resources)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_exactly_the_named_checks_notice(mistake: Mistake, checks: Checks, tmp_path: Path) -> None:
    noticed = checks.noticed(mistake, tmp_path)
    unexpected = {check: says[:3] for check, says in noticed.items() if check not in mistake.fires}
    assert (sorted(mistake.fires - set(noticed)), unexpected) == ([], {})


def test_what_is_remembered_is_what_would_be_found_anew(checks: Checks) -> None:
    stacks = checks.stacks
    anew = findings(stacks, graph_of(stacks), decide, stacks, checks.requests)
    assert (anew.findings, anew.cells) == (checks.before.findings, checks.before.cells)


def test_every_mistake_is_noticed_and_has_a_name_of_its_own() -> None:
    assert [mistake.id for mistake in MISTAKES if not mistake.fires] == []
    assert len({mistake.id for mistake in MISTAKES}) == len(MISTAKES) > 0


def test_every_named_check_exists() -> None:
    named = {check for mistake in MISTAKES for check in mistake.fires if not check.startswith("matrix:")}
    assert sorted(named - set(CHECKS)) == []


def test_without_a_mistake_no_proof_absence_grant_or_size_is_amiss(checks: Checks) -> None:
    assert sorted({check for check, _ in checks.before.findings if not check.startswith("rule:")}) == []


def test_the_recorded_journey_is_of_this_platform(checks: Checks) -> None:
    decided = decide_all(checks.requests, facts_from(graph_of(checks.stacks), checks.stacks))
    callers = {one.question.principal for one in decided.decisions if ":role/mlops/" in one.question.principal}
    stale = sorted(callers - set(checks.before.graph.roles))
    assert not stale, "run `make rehearse`, then `python -m tests.policies.access.mutations.rights build/rehearsal`"
    assert len(decided.decisions) > 500


def test_the_table_is_up_to_date() -> None:
    assert PATH.read_text(encoding="utf-8") == document(), "run `python -m tests.policies.access.mutations.table`"
