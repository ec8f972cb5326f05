"""What the failures of a probe's stacks mean: nothing, unless both controls came out as they must."""

from __future__ import annotations

import pytest

from assumptions.assumption import ProbeResult
from assumptions.entries.cloudformation_tags_with_creation import _answer

_REFUSED = "User: … is not authorized to perform: sagemaker:CreateModel on resource: …"
_PASSED = "Could not find …"


@pytest.mark.parametrize(
    ("tagged", "untagged", "free", "result"),
    [
        (_PASSED, _REFUSED, _PASSED, ProbeResult.HOLDS),
        ("CREATE_COMPLETE", _REFUSED, "CREATE_COMPLETE", ProbeResult.HOLDS),
        (_REFUSED, _REFUSED, _PASSED, ProbeResult.FAILS),
        ("Access denied for operation 'CreateModel'.", _REFUSED, _PASSED, ProbeResult.FAILS),
        # Something else refuses whoever creates, or nothing does.
        (_REFUSED, _REFUSED, _REFUSED, ProbeResult.UNCLEAR),
        (_PASSED, _PASSED, _PASSED, ProbeResult.UNCLEAR),
        ("Rate exceeded", _REFUSED, _PASSED, ProbeResult.UNCLEAR),
        ("CREATE_IN_PROGRESS", _REFUSED, "CREATE_IN_PROGRESS", ProbeResult.UNCLEAR),
    ],
)
def test_stacks_answer_only_where_both_controls_do(tagged: str, untagged: str, free: str, result: ProbeResult) -> None:
    found = {("model", "tagged"): tagged, ("model", "untagged"): untagged, ("model", "free"): free}
    assert _answer(found)[0] is result


def test_two_kinds_that_differ_are_no_answer() -> None:
    model = {("model", "tagged"): _PASSED, ("model", "untagged"): _REFUSED, ("model", "free"): _PASSED}
    endpoint = {("endpoint", "tagged"): _REFUSED, ("endpoint", "untagged"): _REFUSED, ("endpoint", "free"): _PASSED}
    assert _answer({**model, **endpoint})[0] is ProbeResult.UNCLEAR
