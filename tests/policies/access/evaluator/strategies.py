"""Random documents and requests over a small vocabulary, so that statements meet requests often.

A seed is all that Hypothesis draws: drawing each word of each statement by itself takes fifty times as long.
"""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from policies.access.authorization import AuthorizationRequest
from tests.policies.access.evaluator.factories import ACCOUNT, OTHER_ACCOUNT, ROLE, ROOT, SESSION, USER

ACTIONS = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
RESOURCES = ("arn:aws:s3:::a/k", "arn:aws:s3:::b/k", "arn:aws:s3:::b/x")
PRINCIPALS = (ROLE, SESSION, USER, ROOT, f"arn:aws:iam::{OTHER_ACCOUNT}:role/Guest", "events.amazonaws.com", "*")
KEYS = ("aws:PrincipalTag/p", "aws:SourceVpce", "s3:prefix")
VALUES = ("a", "b", "k")
_ACTION_PATTERNS = (*ACTIONS, "*", "s3:*", "s3:*Object*", "s3:?et*", "s3:*Object", "ec2:*")
_RESOURCE_PATTERNS = (*RESOURCES, "*", "arn:aws:s3:::b/*", "arn:aws:s3:::?/k", "arn:aws:s3:::${aws:PrincipalTag/p}/*")
_NAMED: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": ACCOUNT},
    {"AWS": ROLE},
    {"AWS": SESSION},
    {"AWS": [USER, OTHER_ACCOUNT]},
    {"Service": "events.amazonaws.com"},
)
_OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLikeIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringNotEquals",
)

# Hypothesis shows the seed of what fails, and tries small ones first.
rngs = st.builds(random.Random, st.integers(min_value=0, max_value=2**32))


def _some(rng: random.Random, values: tuple[str, ...]) -> list[str]:
    return rng.sample(values, rng.randint(1, 2))


def _condition(rng: random.Random) -> dict[str, Any]:
    kind = rng.random()
    if kind < 0.7:
        return {}
    if kind < 0.8:
        return {"Null": {rng.choice(KEYS): rng.choice(("true", "false"))}}
    return {
        operator: {key: _some(rng, VALUES) for key in rng.sample(KEYS, rng.randint(0, 2))}
        for operator in rng.sample(_OPERATORS, rng.randint(1, 2))
    }


def random_statement(rng: random.Random, *, principal: bool = False, effect: str | None = None) -> dict[str, Any]:
    """One statement; with `principal` one of a resource policy."""
    chosen = effect or ("Deny" if rng.random() < 0.05 else "Allow")
    statement: dict[str, Any] = {
        "Effect": chosen,
        "NotAction" if rng.random() < 0.2 else "Action": _some(rng, _ACTION_PATTERNS),
        "NotResource" if rng.random() < 0.2 else "Resource": _some(rng, _RESOURCE_PATTERNS),
        "Condition": _condition(rng),
    }
    if principal:
        statement["Principal"] = rng.choice(_NAMED)
    return statement


def random_document(rng: random.Random, *, principal: bool = False) -> dict[str, Any]:
    """A policy document of up to four statements."""
    found = [random_statement(rng, principal=principal) for _ in range(rng.randint(1, 5))]
    return {"Version": "2012-10-17", "Statement": found}


def _perhaps(rng: random.Random, *, principal: bool = False) -> dict[str, Any] | None:
    return random_document(rng, principal=principal) if rng.random() < 0.2 else None


def _context(rng: random.Random) -> dict[str, str | list[str]]:
    return {
        key: rng.choice(VALUES) if rng.random() < 0.7 else rng.sample(VALUES, rng.randint(0, 2))
        for key in rng.sample(KEYS, rng.randint(0, 3))
    }


def random_request(rng: random.Random) -> AuthorizationRequest:
    """A request with every kind of policy, each present or not."""
    principal = rng.choice(PRINCIPALS)
    return AuthorizationRequest(
        id="random",
        principal=principal,
        account=principal.split(":")[4] if principal.startswith("arn:") else None,
        action=rng.choice(ACTIONS),
        resource=rng.choice(RESOURCES),
        owner=rng.choice((ACCOUNT, ACCOUNT, OTHER_ACCOUNT)),
        identity=[random_document(rng) for _ in range(rng.randint(0, 3))],
        resource_policy=random_document(rng, principal=True) if rng.random() < 0.7 else None,
        endpoint_policy=_perhaps(rng, principal=True),
        boundary=_perhaps(rng),
        session=_perhaps(rng),
        scps=[[random_document(rng), random_document(rng)] for _ in range(rng.choice((0, 0, 0, 1, 2)))],
        context=_context(rng),
    )


requests = rngs.map(random_request)
