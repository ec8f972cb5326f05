"""Which operations work across accounts, by the notes that botocore's models carry from the API references."""

from __future__ import annotations

import re

import botocore.session
import pytest

from tests.policies.access.corpus.question import ALLOWED, DENIED, FULL, GUEST_ROLE, HERE, KEY, QUEUE, everybody, topic
from tests.policies.access.corpus.test_corpus import by_encoding, by_evaluator

_ask = topic("published operations", principal=GUEST_ROLE, owner=HERE, identity=[FULL])
# Operations of AWS KMS that are about no single key, ReEncrypt, which has two permissions, and what grants alone give.
_LEFT_OUT = re.compile(
    "CustomKeyStore|CreateKey|ListKeys|ListAliases|GenerateRandom|ListRetirableGrants|ReEncrypt|RetireGrant"
)


def _notes(service: str) -> dict[str, str]:
    """The documentation of each operation, without its tags."""
    model = botocore.session.get_session().get_service_model(service)
    plain = {name: re.sub("<[^>]+>", "", model.operation_model(name).documentation) for name in model.operation_names}
    return {name: " ".join(text.split()) for name, text in plain.items()}


def _kms_operations() -> dict[str, bool]:
    found = {name: re.search(r"Cross-account use ?:? ?(Yes|No)\b", text) for name, text in _notes("kms").items()}
    return {name: note[1] == "Yes" for name, note in found.items() if note and not _LEFT_OUT.search(name)}


def _sqs_operations() -> dict[str, bool]:
    return {name: "Cross-account permissions don't apply" not in text for name, text in _notes("sqs").items()}


@pytest.mark.parametrize(("name", "across"), _kms_operations().items())
def test_keys_are_used_across_accounts_as_the_api_reference_says(name: str, across: bool) -> None:
    fields = {"action": f"kms:{name}", "resource": KEY, "resource_policy": everybody("kms:*")}
    question = _ask('AWS KMS API Reference, "Actions"', name, ALLOWED if across else DENIED, **fields)
    assert {by_evaluator(question), by_encoding(question)} == {question.answer}


@pytest.mark.parametrize(("name", "across"), _sqs_operations().items())
def test_queues_are_used_across_accounts_as_the_api_reference_says(name: str, across: bool) -> None:
    fields = {"action": f"sqs:{name}", "resource": QUEUE, "resource_policy": everybody("sqs:*")}
    question = _ask('Amazon SQS API Reference, "Actions"', name, ALLOWED if across else DENIED, **fields)
    assert {by_evaluator(question), by_encoding(question)} == {question.answer}
