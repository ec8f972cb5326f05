"""Every planted fault makes the two readers disagree within a bounded number of questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.policies.access.comparison.compare import agree, as_json, compare
from tests.policies.access.comparison.families import FAMILIES
from tests.policies.access.comparison.mutations import FAULTS, Fault, forget

SEED = 7
BOUND = 3_000


@pytest.fixture
def planted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fault]:
    fault: Fault = request.param
    monkeypatch.setattr(fault.holder, fault.name, fault.make(getattr(fault.holder, fault.name)))
    forget()
    yield fault
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("planted", FAULTS, ids=lambda fault: f"{fault.side}: {fault.says}", indirect=True)
def test_the_comparison_notices(planted: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    family = {planted.family: FAMILIES[planted.family]}
    disagreed = compare(family, BOUND, SEED, stop_at=1).disagreed
    assert disagreed, f"{BOUND} questions did not show it"
    monkeypatch.undo()
    forget()
    assert agree(disagreed[0]), f"it is not the fault that shows: {as_json(disagreed[0])}"


def test_faults_are_planted_in_both_readers() -> None:
    sides = Counter(fault.side for fault in FAULTS)
    assert len({(fault.side, fault.says) for fault in FAULTS}) == len(FAULTS) >= 20
    assert min(sides["evaluator"], sides["encoding"]) >= 8
