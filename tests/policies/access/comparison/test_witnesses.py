"""What the encoding finds for open requests is what the evaluator answers for the request that was found."""

from __future__ import annotations

from dataclasses import replace

import pytest
import z3

from policies.access import encoding, evaluator
from policies.access.authorization import AuthorizationRequest
from policies.access.encoding.answer import request_of
from tests.policies.access.comparison.compare import as_json, questions
from tests.policies.access.comparison.families import FAMILIES

SEED = 3
QUESTIONS = 60
# Keys that one document compares as text and as a number have no witness; they are few.
LEAST_FOUND = 0.75


def searched(question: AuthorizationRequest, *, allowed: bool) -> AuthorizationRequest | None:
    """The question with a request, of the same caller, that the encoding finds (not) allowed.

    Where the resource is a key or a role it stays, since its policy is of that kind; others are open.
    """
    policies = encoding.Policies.of(question)
    kept = not question.resource.startswith(("arn:aws:s3:::", "arn:aws:sns:"))
    request = request_of(question, policies, {"resource"} if kept else set())
    formula = encoding.encode(policies, request)
    sort = question.resource.rpartition("/")[0] if kept else "arn:aws:s"
    service = question.action.lower().partition(":")[0] + ":"
    given = [z3.PrefixOf(sort, request.resource), z3.PrefixOf(service, request.action)]
    wanted = formula if allowed else z3.Not(formula)
    witness = encoding.find(wanted, request, query=question.id, given=given)
    if witness is None:
        return None
    # A list would say that the key has several values, which policy variables cannot use.
    context = {key: found[0] if len(found) == 1 else found for key, found in witness.context.items()}
    return replace(question, action=witness.action, resource=witness.resource, context=context)


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_evaluator_answers_a_witness_as_the_encoding_found_it(family: str, allowed: bool) -> None:
    found = 0
    for _, question in questions({family: FAMILIES[family]}, QUESTIONS, SEED):
        try:
            witness = searched(question, allowed=allowed)
        except (encoding.Unsupported, encoding.Undecided):
            continue
        found += 1
        if witness is not None:
            assert evaluator.decide(witness).allowed is allowed, as_json(witness)
        else:
            assert evaluator.decide(question).allowed is not allowed, as_json(question)
    assert found >= LEAST_FOUND * QUESTIONS
