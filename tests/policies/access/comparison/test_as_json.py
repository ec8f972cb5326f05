"""A request of the comparison can be handed to `python -m policies.access ask`, which answers it alike."""

from __future__ import annotations

import json
from pathlib import Path

from policies.access import evaluator
from policies.access.ask import answer
from tests.policies.access.comparison.compare import as_json, requests
from tests.policies.access.comparison.request_generators import GENERATORS

QUESTIONS = 200


def test_questions_keep_their_answers_on_their_way_through_a_file(tmp_path: Path) -> None:
    drawn = [request for _, request in requests(GENERATORS, QUESTIONS, 9)]
    file = tmp_path / "requests.json"
    file.write_text(json.dumps([json.loads(as_json(request))[0] for request in drawn]))
    given = {found["id"]: found["allowed"] for found in answer(file)}
    assert given == {request.id: evaluator.decide(request).allowed for request in drawn}
