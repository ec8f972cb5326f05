"""Every planted fault makes the two readers disagree within a bounded number of requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.policies.access.comparison.compare import agree, as_json, compare
from tests.policies.access.comparison.mutations import FAULTS, Fault, forget
from tests.policies.access.comparison.request_generators import GENERATORS

SEED = 7
BOUND = 3_000


@pytest.fixture
def planted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fault]:
    fault: Fault = request.param
    monkeypatch.setattr(fault.target, fault.name, fault.make(getattr(fault.target, fault.name)))
    forget()
    yield fault
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("planted", FAULTS, ids=lambda fault: f"{fault.side}: {fault.title}", indirect=True)
def test_the_comparison_notices(planted: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = {planted.generator: GENERATORS[planted.generator]}
    disagreed = compare(generator, BOUND, SEED, stop_at=1).disagreed
    assert disagreed, f"{BOUND} requests did not show it"
    monkeypatch.undo()
    forget()
    assert agree(disagreed[0]), f"it is not the fault that shows: {as_json(disagreed[0])}"


def test_faults_are_planted_in_both_readers() -> None:
    sides = Counter(fault.side for fault in FAULTS)
    assert len({(fault.side, fault.title) for fault in FAULTS}) == len(FAULTS) >= 20
    assert min(sides["evaluator"], sides["encoding"]) >= 8
