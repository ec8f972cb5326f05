"""A question of the comparison can be handed to `python -m policies.access ask`, which answers it alike."""

from __future__ import annotations

import json
from pathlib import Path

from policies.access import evaluator
from policies.access.ask import answer
from tests.policies.access.comparison.compare import as_json, questions
from tests.policies.access.comparison.families import FAMILIES

QUESTIONS = 200


def test_questions_keep_their_answers_on_their_way_through_a_file(tmp_path: Path) -> None:
    drawn = [question for _, question in questions(FAMILIES, QUESTIONS, 9)]
    file = tmp_path / "questions.json"
    file.write_text(json.dumps([json.loads(as_json(question))[0] for question in drawn]))
    given = {found["id"]: found["allowed"] for found in answer(file)}
    assert given == {question.id: evaluator.decide(question).allowed for question in drawn}
