"""A request of the comparison can be handed to `python -m policies.access ask`, which answers it alike."""

from __future__ import annotations

from pathlib import Path

from policies.access import evaluator
from policies.access.ask import BadQuestions, answer
from tests.policies.access.comparison.compare import as_json, requests
from tests.policies.access.comparison.request_generators import GENERATORS

QUESTIONS = 200


def test_questions_keep_their_answers_on_their_way_through_a_file(tmp_path: Path) -> None:
    file = tmp_path / "requests.json"
    answered = 0
    for _, request in requests(GENERATORS, QUESTIONS, 9):
        file.write_text(as_json(request))
        try:
            (found,) = answer(file)
        except BadQuestions:
            # Drawn at random, some have keys that AWS would not give them.
            continue
        answered += 1
        assert found["allowed"] == evaluator.decide(request).allowed, as_json(request)
    assert answered > QUESTIONS / 2
