"""Both readers of policies answer each question of the corpus as AWS's page does."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from policies.access import encoding, evaluator
from policies.access.ask import BadQuestions, question_of
from policies.access.authorization import AuthorizationRequest, KmsGrant
from policies.access.encoding import MalformedDocument
from tests.policies.access.corpus import (
    accounts,
    callers,
    conditions,
    elements,
    grammar,
    keys,
    limits,
    organization,
    services,
    trust_policies,
    values,
)
from tests.policies.access.corpus.question import ALLOWED, DENIED, REFUSED, Answer, Question

QUESTIONS: tuple[Question, ...] = (
    *accounts.QUESTIONS,
    *callers.QUESTIONS,
    *conditions.QUESTIONS,
    *elements.QUESTIONS,
    *grammar.QUESTIONS,
    *keys.QUESTIONS,
    *limits.QUESTIONS,
    *organization.QUESTIONS,
    *services.QUESTIONS,
    *trust_policies.QUESTIONS,
    *values.QUESTIONS,
)

each_question = pytest.mark.parametrize(
    "question", QUESTIONS, ids=lambda question: f"{question.topic} - {question.name} ({question.page})"
)


def by_evaluator(question: Question) -> Answer:
    """The answer of `python -m policies.access ask`."""
    try:
        found = question_of({"id": question.name, **question.fields})
    except BadQuestions:
        return REFUSED
    return ALLOWED if evaluator.decide(found).allowed else DENIED


def by_encoding(question: Question) -> Answer:
    """The answer of the formula, with the question's values put in."""
    fields = dict(question.fields)
    parts = fields["principal"].split(":")
    account = parts[4] if len(parts) > 4 else None
    fields["grants"] = [KmsGrant(**grant) for grant in fields.get("grants", ())]
    request = AuthorizationRequest(id=question.name, account=account, **fields)
    try:
        allowed = encoding.decide(request)
    except MalformedDocument:
        return REFUSED
    if encoding.unlike_aws(request):
        return REFUSED
    return ALLOWED if allowed else DENIED


@each_question
def test_the_evaluator_answers_as_the_page_does(question: Question) -> None:
    assert by_evaluator(question) is question.answer


@each_question
def test_the_encoding_answers_as_the_page_does(question: Question) -> None:
    assert by_encoding(question) is question.answer


def test_questions_are_told_apart_and_name_a_document_and_the_title_of_its_page() -> None:
    named = Counter((question.topic, question.name, question.page) for question in QUESTIONS)
    assert [key for key, times in named.items() if times > 1] == []
    assert [question.page for question in QUESTIONS if not re.fullmatch(r'[A-Z][^"]+, "[^"]+"', question.page)] == []
