"""Probes against the in-memory AWS: each tells both outcomes apart and leaves nothing behind."""

from __future__ import annotations

import pytest

from assumptions import register
from assumptions.assumption import Assumption, ProbeResult
from assumptions.probing import run
from rehearsal.life.leftovers import inventory, leftovers
from rehearsal.plan import plan
from rehearsal.probes import both_outcomes, emulated, told_apart
from tests.stacks.conftest import Platform

PROBES = [
    pytest.param(assumption, kind, id=f"{assumption.name}-{kind}")
    for assumption in register()
    if assumption.probe
    for kind in assumption.probe.kinds
]


@pytest.mark.parametrize(("assumption", "kind"), PROBES)
def test_a_probe_tells_both_outcomes_apart_and_leaves_nothing(
    standing: Platform, assumption: Assumption, kind: str
) -> None:
    planned = next(each for each in plan(standing.directory) if each.kind == kind)
    stacks = standing.world.engine.stacks
    cloud, account = standing.world.cloud, planned.settings.account
    before = inventory(cloud, [account])
    answers = both_outcomes(assumption, emulated(cloud, planned, stacks))
    assert told_apart(answers), answers
    assert [left for left in leftovers(before, inventory(cloud, [account])) if not left.kept] == []


def test_a_caller_who_may_do_everything_settles_nothing(standing: Platform) -> None:
    # Nothing holds the probe's roles to their policies here.
    assumption = next(each for each in register() if each.name == "pipelines-pass-action-roles")
    planned = next(each for each in plan(standing.directory) if each.kind == "foundation")
    assert assumption.probe
    answer = run(assumption.probe, emulated(standing.world.cloud, planned, standing.world.engine.stacks))
    assert answer.result is ProbeResult.UNCLEAR
    assert "a pipeline is made that has it for its own" in answer.evidence
