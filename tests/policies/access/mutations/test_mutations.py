"""Every mutation is noticed by exactly the checks that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.access.evaluator import decide
from policies.access.graph import graph_of
from rehearsal.authorization.decision import decide_all
from rehearsal.authorization.resource_facts import facts_from
from tests.policies.access.mutations.catalogue import MUTATIONS
from tests.policies.access.mutations.checks import CHECKS, Checks, findings
from tests.policies.access.mutations.mutation import Mutation
from tests.policies.access.mutations.table import PATH, document


@pytest.fixture(scope="session")
def checks(resources: Path) -> Checks:
    """Every check, over the example platform as it is built."""
    return Checks.of(resources)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.id)
def test_exactly_the_named_checks_notice(mutation: Mutation, checks: Checks, tmp_path: Path) -> None:
    noticed = checks.noticed(mutation, tmp_path)
    unexpected = {check: texts[:3] for check, texts in noticed.items() if check not in mutation.noticed_by}
    assert (sorted(mutation.noticed_by - set(noticed)), unexpected) == ([], {})


def test_the_cache_changes_no_finding(checks: Checks) -> None:
    stacks = checks.stacks
    uncached = findings(stacks, graph_of(stacks), decide, stacks, checks.requests)
    assert (uncached.findings, uncached.cells) == (checks.before.findings, checks.before.cells)


def test_every_mutation_is_noticed_and_has_an_id_of_its_own() -> None:
    assert [mutation.id for mutation in MUTATIONS if not mutation.noticed_by] == []
    assert len({mutation.id for mutation in MUTATIONS}) == len(MUTATIONS) > 0


def test_every_named_check_exists() -> None:
    named = {check for mutation in MUTATIONS for check in mutation.noticed_by if not check.startswith("matrix:")}
    assert sorted(named - set(CHECKS)) == []


def test_without_a_mutation_no_proof_absence_grant_or_size_is_amiss(checks: Checks) -> None:
    assert sorted({check for check, _ in checks.before.findings if not check.startswith("rule:")}) == []


def test_the_recorded_journey_is_of_this_platform(checks: Checks) -> None:
    decided = decide_all(checks.requests, facts_from(graph_of(checks.stacks), checks.stacks))
    callers = {one.question.principal for one in decided.decisions if ":role/mlops/" in one.question.principal}
    stale = sorted(callers - set(checks.before.graph.roles))
    assert not stale, (
        "run `make rehearse`, then `python -m tests.policies.access.mutations.recorded_requests build/rehearsal`"
    )
    assert len(decided.decisions) > 500


def test_the_table_is_up_to_date() -> None:
    assert PATH.read_text(encoding="utf-8") == document(), "run `python -m tests.policies.access.mutations.table`"
