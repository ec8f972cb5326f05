"""Probes against the in-memory AWS: each tells both outcomes apart."""

from __future__ import annotations

import pytest

from assumptions import register
from assumptions.assumption import Assumption
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
def test_a_probe_tells_both_outcomes_apart(standing: Platform, assumption: Assumption, kind: str) -> None:
    planned = next(each for each in plan(standing.directory) if each.kind == kind)
    outputs = standing.world.engine.stacks[planned.stack].outputs
    answers = both_outcomes(assumption, emulated(standing.world.cloud, planned, outputs))
    assert told_apart(answers), answers
