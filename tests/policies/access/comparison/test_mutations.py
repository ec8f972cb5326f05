"""Every mutation makes the two readers disagree within a bounded number of requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.policies.access.comparison.compare import agree, as_json, compare
from tests.policies.access.comparison.mutations import MUTATIONS, Mutation, forget
from tests.policies.access.comparison.request_generators import GENERATORS

SEED = 7
BOUND = 3_000


@pytest.fixture
def mutated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mutation]:
    mutation: Mutation = request.param
    monkeypatch.setattr(mutation.target, mutation.name, mutation.make(getattr(mutation.target, mutation.name)))
    forget()
    yield mutation
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("mutated", MUTATIONS, ids=lambda mutation: f"{mutation.side}: {mutation.title}", indirect=True)
def test_the_comparison_notices(mutated: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = {mutated.generator: GENERATORS[mutated.generator]}
    disagreed = compare(generator, BOUND, SEED, stop_at=1).disagreed
    assert disagreed, f"{BOUND} requests did not show it"
    monkeypatch.undo()
    forget()
    assert agree(disagreed[0]), f"not the mutation but the original disagrees: {as_json(disagreed[0])}"


def test_both_readers_are_mutated() -> None:
    sides = Counter(mutation.side for mutation in MUTATIONS)
    assert len({(mutation.side, mutation.title) for mutation in MUTATIONS}) == len(MUTATIONS) >= 20
    assert min(sides["evaluator"], sides["encoding"]) >= 8
