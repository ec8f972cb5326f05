"""A rule of AWS that either reader forgets is noticed by a question of the corpus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.access.encoding import concrete_request
from policies.access.encoding import decision as formulas
from policies.access.evaluator import caller, decision, layers
from tests.policies.access.corpus.question import Answer, Question
from tests.policies.access.corpus.test_corpus import QUESTIONS, by_encoding, by_evaluator


def _says(value: Any) -> Callable[..., Any]:
    return lambda *_arguments, **_named: value


PLANTED: tuple[tuple[str, Callable[[Question], Answer], object, str, Callable[..., Any], str], ...] = (
    ("a denial of GetCallerIdentity counts", by_evaluator, decision, "always_allowed", _says(None), "calls to STS"),
    ("root users assume roles", by_evaluator, decision, "never_allowed", _says(None), "calls to STS"),
    ("other accounts delete keys", by_evaluator, decision, "never_allowed", _says(None), "key policies"),
    ("a bucket's policy locks its root out", by_evaluator, decision, "unlocked_by_root", _says(False),
     "policies of buckets and queues"),
    ("RCPs bind service-linked roles", by_evaluator, layers, "_rcp_applies", _says(True), "RCPs"),
    ("key policies decide who retires grants", by_evaluator, decision, "resource_policy_counts", _says(True), "grants"),
    ("AWS fills in no key", by_evaluator, caller, "fill_in", _says(()), "keys that AWS fills in"),
    ("nothing contradicts AWS", by_evaluator, caller, "contradictions", _says([]), "keys that contradict"),
    ("a formula lets GetCallerIdentity be denied", by_encoding, concrete_request, "_asks_who_it_is", _says(False),
     "calls to STS"),
    ("a formula lets root users assume roles", by_encoding, formulas, "refused_to_caller", _says(False),
     "calls to STS"),
    ("a formula lets other accounts delete keys", by_encoding, formulas, "refused_to_other_accounts", _says(False),
     "key policies"),
    ("a formula locks a bucket's root out", by_encoding, formulas, "mended_by_root", _says(False),
     "policies of buckets and queues"),
    ("a formula lets key policies decide who retires grants", by_encoding, formulas, "retires_grant", _says(False),
     "grants"),
    ("formulas know no usual key", by_encoding, concrete_request, "usual", _says({}), "keys that AWS fills in"),
    ("formulas take every context", by_encoding, concrete_request, "contradictory", _says([]), "keys that contradict"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("reader", "module", "name", "mistake", "topic"),
    [planted[1:] for planted in PLANTED],
    ids=[planted[0] for planted in PLANTED],
)
def test_a_forgotten_rule_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
    reader: Callable[[Question], Answer],
    module: object,
    name: str,
    mistake: Callable[..., Any],
    topic: str,
) -> None:
    asked = [question for question in QUESTIONS if question.topic == topic]
    assert all(reader(question) is question.answer for question in asked)
    monkeypatch.setattr(module, name, mistake)
    assert any(reader(question) is not question.answer for question in asked)
