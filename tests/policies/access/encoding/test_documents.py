"""What cannot be read is refused in one sentence that names policy and statement."""

from __future__ import annotations

from typing import Any

import pytest

from policies.access.authorization import KmsGrant
from policies.access.encoding import MalformedDocument, decide
from tests.policies.access.encoding.factories import (
    ACCOUNT,
    BUCKET,
    READER,
    allow,
    authorization_request,
    deny,
    document,
)

KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (document(allow(), version="2020-01-01"), "identity policy 1: Version '2020-01-01' is neither of"),
        (document(allow(Effect="allow")), "identity policy 1, statement 1: Effect 'allow' is neither Allow nor Deny"),
        (document(allow(Sid="Read", NotAction="s3:*")), r"statement 1 \(Read\) has both Action and NotAction"),
        (
            document({"Effect": "Allow", "Resource": "*"}),
            "identity policy 1, statement 1: neither Action nor NotAction",
        ),
        (document(allow(Principal="*", NotPrincipal="*")), "NotPrincipal needs Effect Deny"),
        (document(deny(Principal="*", NotPrincipal="*")), "both Principal and NotPrincipal"),
        (document(allow(Principal="me")), "a principal is '.*' or an object, not 'me'"),
        (document(allow(Condition=["x"])), "Condition is not an object of operators that hold keys"),
        (document(allow(Condition={"StringIs": {"a": "b"}})), "there is no condition operator StringIs"),
        (document(allow(Condition={"ArnLike": {"a": "*"}})), r"ArnLike compares ARNs of six parts, not \*"),
        (document(allow(["s3:*", {}])), "statement 1: Action: {} is not text"),
        ({"Version": "2012-10-17", "Statement": ["x"]}, "identity policy 1, statement 1 is not an object"),
    ],
)
def test_a_bad_document_is_named(found: dict[str, Any], message: str) -> None:
    with pytest.raises(MalformedDocument, match=message):
        decide(authorization_request(identity=[found]))


def test_a_grant_constraint_that_is_not_known_is_refused() -> None:
    grant = KmsGrant(grantee=READER, operations=["Decrypt"], constraints={"SourceArn": {"a": BUCKET}})
    with pytest.raises(
        MalformedDocument, match="SourceArn is neither EncryptionContextEquals nor EncryptionContextSubset"
    ):
        decide(authorization_request(action="kms:Decrypt", resource=KEY, grants=[grant]))
