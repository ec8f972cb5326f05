"""Probes against the in-memory AWS: each tells both outcomes apart and leaves nothing behind."""

from __future__ import annotations

import pytest

from assumptions import register
from assumptions.assumption import Assumption
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
