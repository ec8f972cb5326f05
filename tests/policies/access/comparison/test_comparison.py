"""The two readers agree, on requests of which neither nearly all nor nearly none are allowed."""

from __future__ import annotations

from tests.policies.access.comparison.compare import as_json, compare
from tests.policies.access.comparison.request_generators import GENERATORS

SEED = 20261121
QUESTIONS = 5_000


def test_evaluator_and_encoding_give_every_question_one_answer() -> None:
    figures = compare(GENERATORS, QUESTIONS, SEED)
    assert not figures.disagreed, "\n".join(map(as_json, figures.disagreed))
    assert figures.decided.total() == QUESTIONS
    shares = {generator: figures.share(generator) for generator in GENERATORS}
    assert all(0.3 <= share <= 0.7 for share in shares.values()), figures.table()
