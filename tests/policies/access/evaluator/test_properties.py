"""What holds for every request, over random documents: denies only take, allows only add, limits never grant."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import allows, decide, explain
from tests.policies.access.evaluator.factories import ACCOUNT, FULL, ROLE, condition_holds, policy
from tests.policies.access.evaluator.strategies import (
    random_document,
    random_request,
    random_statement,
    requests,
    rngs,
)

thorough = settings(max_examples=300, deadline=None)
POLICY_FIELDS = ("boundary", "endpoint_policy", "identity", "resource_policy", "scps", "session")
WITH_PRINCIPALS = ("endpoint_policy", "resource_policy")


def _with(document: Mapping[str, Any], statement: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "Statement": [*document["Statement"], statement]}


def _added(request: AuthorizationRequest, field: str, statement: Mapping[str, Any]) -> AuthorizationRequest:
    """The request with one statement more in the policy of that name; unchanged where there is no such policy."""
    if field == "identity":
        return replace(request, identity=[*request.identity, policy(statement)])
    if field == "scps":
        return replace(request, scps=[[*level, policy(statement)] for level in request.scps])
    document = getattr(request, field)
    changed: dict[str, Any] = {field: _with(document, statement)} if document is not None else {}
    return replace(request, **changed)


@thorough
@given(request=requests, field=st.sampled_from(POLICY_FIELDS), rng=rngs)
def test_a_deny_more_never_turns_denied_into_allowed(
    request: AuthorizationRequest, field: str, rng: random.Random
) -> None:
    more = random_statement(rng, principal=field in WITH_PRINCIPALS, effect="Deny")
    assert decide(request).allowed >= decide(_added(request, field, more)).allowed


@thorough
@given(request=requests, field=st.sampled_from(POLICY_FIELDS), rng=rngs)
def test_an_allow_more_never_turns_allowed_into_denied(
    request: AuthorizationRequest, field: str, rng: random.Random
) -> None:
    more = random_statement(rng, principal=field in WITH_PRINCIPALS, effect="Allow")
    assert decide(request).allowed <= decide(_added(request, field, more)).allowed


@thorough
@given(request=requests, field=st.sampled_from(POLICY_FIELDS))
def test_a_deny_of_everything_denies_wherever_it_applies(request: AuthorizationRequest, field: str) -> None:
    everything: dict[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    if field in WITH_PRINCIPALS:
        everything["Principal"] = "*"
    changed = _added(request, field, everything)
    bound = field in WITH_PRINCIPALS or (
        request.account is not None and (field == "scps" or not request.principal.endswith(":root"))
    )
    if bound and changed != request:
        assert not decide(changed).allowed


@thorough
@given(request=requests, limit=rngs.map(random_document), field=st.sampled_from(("boundary", "session")))
def test_a_limit_grants_nothing(request: AuthorizationRequest, limit: dict[str, Any], field: str) -> None:
    without: dict[str, Any] = {field: None}
    limited: dict[str, Any] = {field: limit}
    assert decide(replace(request, **without)).allowed >= decide(replace(request, **limited)).allowed


@thorough
@given(request=requests, level=rngs.map(random_document))
def test_another_level_of_scps_grants_nothing(request: AuthorizationRequest, level: dict[str, Any]) -> None:
    assert decide(request).allowed >= decide(replace(request, scps=[*request.scps, [level]])).allowed


@thorough
@given(request=requests, boundary=rngs.map(random_document))
def test_without_a_resource_policy_a_boundary_intersects_the_identity_policies(
    request: AuthorizationRequest, boundary: dict[str, Any]
) -> None:
    alone = replace(request, principal=ROLE, account=ACCOUNT, owner=ACCOUNT, resource_policy=None, boundary=None)
    both = decide(alone).allowed and decide(replace(alone, identity=[boundary])).allowed
    assert decide(replace(alone, boundary=boundary)).allowed is both


@thorough
@given(request=requests, field=st.sampled_from(POLICY_FIELDS), rng=rngs)
def test_a_statement_about_another_service_changes_nothing(
    request: AuthorizationRequest, field: str, rng: random.Random
) -> None:
    more = random_statement(rng, principal=field in WITH_PRINCIPALS)
    more.pop("NotAction", None)
    more["Action"] = ["sqs:*", "s3express:*", "ec2:Run?nstances"]
    assert decide(_added(request, field, more)).allowed is decide(request).allowed


@thorough
@given(request=requests, element=st.sampled_from(("Action", "Resource")))
def test_a_wildcard_covers_whatever_stood_there(request: AuthorizationRequest, element: str) -> None:
    def widened(document: Mapping[str, Any] | None, effect: str) -> Any:
        if document is None:
            return None
        changed = copy.deepcopy(dict(document))
        for statement in changed["Statement"]:
            if statement["Effect"] == effect:
                statement.pop(f"Not{element}", None)
                statement[element] = "*"
        return changed

    def everywhere(effect: str) -> AuthorizationRequest:
        return replace(
            request,
            identity=[widened(document, effect) for document in request.identity],
            resource_policy=widened(request.resource_policy, effect),
            boundary=widened(request.boundary, effect),
        )

    assert decide(everywhere("Allow")).allowed >= decide(request).allowed
    assert decide(everywhere("Deny")).allowed <= decide(request).allowed


@thorough
@given(request=requests)
def test_the_order_of_statements_and_the_document_they_are_in_do_not_matter(request: AuthorizationRequest) -> None:
    merged: Sequence[Mapping[str, Any]] = [item for document in request.identity for item in document["Statement"]]
    assert decide(replace(request, identity=[policy(*reversed(merged))])).allowed is decide(request).allowed
    assert decide(replace(request, identity=[policy(item) for item in merged])).allowed is decide(request).allowed


@thorough
@given(request=requests)
def test_a_key_that_no_policy_names_and_the_case_of_keys_do_not_matter(request: AuthorizationRequest) -> None:
    assert decide(replace(request, context={**request.context, "my:Other": "a"})).allowed is decide(request).allowed
    shouted = {key.upper(): value for key, value in request.context.items()}
    assert decide(replace(request, context=shouted)).allowed is decide(request).allowed


@thorough
@given(request=requests)
def test_a_copy_of_the_documents_is_decided_alike(request: AuthorizationRequest) -> None:
    assert decide(copy.deepcopy(request)) == decide(request)


@thorough
@given(request=requests)
def test_the_explanation_agrees_with_the_answer_and_says_why(request: AuthorizationRequest) -> None:
    answer, found = decide(request), explain(request)
    assert (answer.allowed, answer.because) == (found.allowed, found.because)
    assert allows(request) is found.allowed
    assert answer.because
    denies = [statement for step in found.steps for statement in step.denies]
    assert bool(found.missing) is (not found.allowed and not denies)
    assert [reason for reason in found.decisive if reason.startswith("Deny ")] == [f"Deny {item}" for item in denies]


@thorough
@given(
    request=requests,
)
def test_what_is_named_as_missing_is_what_was_missing(request: AuthorizationRequest) -> None:
    """Filling every layer that is named as missing makes the request pass."""
    found = explain(request)
    if not found.missing:
        return
    open_to_all = {**FULL["Statement"][0], "Principal": "*"}
    fields: dict[str, Any] = {}
    for lack in found.missing:
        if lack.layer == "the identity policies":
            fields["identity"] = [*request.identity, FULL]
        elif lack.layer.startswith("the SCPs"):
            fields["scps"] = [[*level, FULL] for level in request.scps]
        elif lack.layer in {"the resource policy", "the endpoint policy"}:
            name = lack.layer.removeprefix("the ").replace(" ", "_")
            fields[name] = _with(getattr(request, name) or policy(), open_to_all)
        else:
            name = {"the permissions boundary": "boundary", "the session policy": "session"}[lack.layer]
            fields[name] = _with(getattr(request, name), FULL["Statement"][0])
    assert decide(replace(request, **fields)).allowed


@thorough
@given(
    positive=st.sampled_from(("ArnEquals", "ArnLike", "DateEquals", "NumericEquals", "StringEquals", "StringLike")),
    values=st.lists(st.sampled_from(("a", "*", "1", "1.0", "arn:aws:s3:::b", "arn:*:s3:::?")), max_size=3),
    given_value=st.sampled_from(("a", "1", "2026", "arn:aws:s3:::b", "")),
)
def test_with_its_key_present_a_negated_operator_is_the_opposite(
    positive: str, values: list[str], given_value: str
) -> None:
    family = next(name for name in ("Arn", "Date", "Numeric", "String") if positive.startswith(name))
    negated = f"{family}Not{positive.removeprefix(family)}"
    context = {"my:Key": given_value}
    holds = condition_holds({positive: {"my:Key": values}}, context)
    assert condition_holds({negated: {"my:Key": values}}, context) is not holds


@thorough
@given(text=st.text(alphabet="ab*?:/", max_size=8))
def test_a_pattern_matches_itself_and_a_star_everything(text: str) -> None:
    assert condition_holds({"StringLike": {"my:Key": text}}, {"my:Key": text})
    assert condition_holds({"StringLike": {"my:Key": "*"}}, {"my:Key": text})
    assert condition_holds({"StringEquals": {"my:Key": text}}, {"my:Key": text})


def test_random_questions_are_often_allowed_and_often_denied() -> None:
    answers = [decide(random_request(random.Random(seed))).allowed for seed in range(1000)]  # noqa: S311
    assert 200 < sum(answers) < 800
