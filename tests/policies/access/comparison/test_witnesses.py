"""What the encoding finds for open requests is what the evaluator answers for the request that was found."""

from __future__ import annotations

from dataclasses import replace

import pytest
import z3

from policies.access import encoding, evaluator
from policies.access.authorization import AuthorizationRequest
from policies.access.encoding.concrete_request import symbolic_request
from tests.policies.access.comparison.compare import as_json, requests
from tests.policies.access.comparison.request_generators import GENERATORS

# Keys that do not follow from the caller, and that the evaluator gives a question which leaves them out.
FILLED_IN = frozenset({"aws:currenttime", "aws:epochtime", "aws:securetransport", "aws:viaawsservice"})
SEED = 3
REQUESTS = 60
# Keys that one document compares as text and as a number have no witness; they are few.
LEAST_FOUND = 0.75


def searched(request: AuthorizationRequest, *, allowed: bool) -> AuthorizationRequest | None:
    """A request of the same caller, under the same policies, that the encoding finds (not) allowed.

    Where the resource is a key or a role it stays, since its policy is of that kind; others are open.
    """
    policies = encoding.Policies.of(request)
    kept = not request.resource.startswith(("arn:aws:s3:::", "arn:aws:sns:"))
    symbolic = symbolic_request(request, policies, {"resource"} if kept else set())
    formula = encoding.encode(policies, symbolic)
    resource_prefix = request.resource.rpartition("/")[0] if kept else "arn:aws:s"
    action_prefix = request.action.lower().partition(":")[0] + ":"
    given = [z3.PrefixOf(resource_prefix, symbolic.resource), z3.PrefixOf(action_prefix, symbolic.action)]
    if request.owner != request.account:
        # Which operations work across accounts is asked of known ones alone.
        given.append(symbolic.action == z3.StringVal(request.action.lower()))
    wanted = formula if allowed else z3.Not(formula)
    witness = encoding.find(wanted, symbolic, query=request.id, given=given)
    if witness is None:
        return None
    # A list would say that the key has several values, which policy variables cannot use.
    found = {key: found[0] if len(found) == 1 else found for key, found in witness.context.items()}
    # What the witness does not have is absent, also where the evaluator would fill it in of itself.
    context = {**dict.fromkeys(FILLED_IN.intersection(symbolic.keys), ()), **found}
    return replace(request, action=witness.action, resource=witness.resource, context=context)


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("generator", sorted(GENERATORS))
def test_the_evaluator_answers_a_witness_as_the_encoding_found_it(generator: str, allowed: bool) -> None:
    found = 0
    for _, request in requests({generator: GENERATORS[generator]}, REQUESTS, SEED):
        try:
            witness = searched(request, allowed=allowed)
        except (encoding.Unsupported, encoding.Undecided):
            continue
        found += 1
        if witness is not None:
            assert evaluator.decide(witness).allowed is allowed, as_json(witness)
        else:
            assert evaluator.decide(request).allowed is not allowed, as_json(request)
    assert found >= LEAST_FOUND * REQUESTS
