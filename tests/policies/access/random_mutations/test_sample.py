"""A few random mutations, always the same: none that opens access goes unnoticed for no reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policies.access.random_mutations.drawing import Drawing
from tests.policies.access.random_mutations.explained import explanation
from tests.policies.access.random_mutations.judge import UNNOTICED, Judgement, judge
from tests.policies.access.random_mutations.judged import Platform
from tests.policies.access.random_mutations.random_mutation import seeded
from tests.policies.access.random_mutations.vocabulary import Vocabulary

SEED, COUNT, SETTINGS = 3, 8, 0.3


@pytest.fixture(scope="module")
def platform(resources: Path) -> Platform:
    """The example platform as it is built, with what every check finds."""
    return Platform.of(resources)


def _harmless(one: Judgement) -> bool:
    said = explanation(one)
    return said is not None and said.harmless


def test_mutations_that_open_access_are_noticed(platform: Platform) -> None:
    words = Vocabulary.of(platform.records)
    drawing = Drawing.of(platform.records, words)
    judged = []
    for number in range(COUNT):
        rng = seeded(f"{SEED} {number}")
        judged.append(judge(platform, words, drawing.draw(rng, number, SETTINGS), rng))
    unnoticed = [one for one in judged if one.verdict in UNNOTICED and not _harmless(one)]
    assert not unnoticed, "\n".join(line for one in unnoticed for line in one.lines())
    assert any(one.verdict == "noticed" for one in judged)
