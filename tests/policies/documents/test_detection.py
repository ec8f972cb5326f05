"""Who reaches the keys, buckets and queues of what watches over an account."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.scope import Scope
from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from policies.documents.detection import config_bucket, guards_key, trail_bucket, trail_key
from policies.documents.remediation import dead_letters

ACCOUNT, OTHER, REGION = "111111111111", "999999999999", "eu-west-1"
SCOPE = Scope(partition="aws", account=ACCOUNT, region=REGION, prefix="mlops")
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/mlops-foundation-trail"
FOREIGN = f"arn:aws:cloudtrail:{REGION}:{OTHER}:trail/mlops-foundation-trail"
AUDITOR = f"arn:aws:iam::{ACCOUNT}:role/mlops/people/mlops-auditor"
GUARD = f"arn:aws:iam::{ACCOUNT}:role/mlops/foundation/mlops-foundation-guard"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1111"
BUCKET = "arn:aws:s3:::mlops-foundation-trail"
FILES = f"{BUCKET}/AWSLogs/{ACCOUNT}/CloudTrail/one.json.gz"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:mlops-foundation-dead-letters"
OWN = {"s3:x-amz-acl": "bucket-owner-full-control"}
ENTERED = {"kms:EncryptionContext:aws:cloudtrail:arn": TRAIL}


def allowed(policy: str, principal: str, action: str, resource: str, **context: Any) -> bool:
    """Whether the policy lets a service, or a role that may do everything else."""
    role = principal.startswith("arn:")
    everything = {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    question = AuthorizationRequest(
        id="1",
        principal=principal,
        account=principal.split(":")[4] if role else None,
        owner=ACCOUNT,
        action=action,
        resource=resource,
        identity=[everything] if role else [],
        resource_policy=json.loads(policy),
        context={"aws:SecureTransport": "true", **context},
    )
    return decide(question).allowed


def trails_key() -> str:
    return trail_key(SCOPE, trail=TRAIL, readers=[AUDITOR])


@pytest.mark.parametrize(("source", "passes"), [(TRAIL, True), (FOREIGN, False), (TRAIL + "-2", False)])
def test_the_trails_key_encrypts_for_this_trail_alone(source: str, passes: bool) -> None:
    context = {"aws:SourceArn": source, **ENTERED}
    assert allowed(trails_key(), "cloudtrail.amazonaws.com", "kms:GenerateDataKey", KEY, **context) == passes


def test_only_auditors_decrypt_what_happened() -> None:
    assert allowed(trails_key(), AUDITOR, "kms:Decrypt", KEY, **ENTERED)
    assert not allowed(trails_key(), AUDITOR, "kms:Decrypt", KEY)
    assert not allowed(trails_key(), GUARD, "kms:Decrypt", KEY, **ENTERED)
    assert not allowed(trail_key(SCOPE, trail=TRAIL, readers=[]), AUDITOR, "kms:Decrypt", KEY, **ENTERED)


@pytest.mark.parametrize(("source", "passes"), [(TRAIL, True), (FOREIGN, False)])
def test_the_trails_bucket_takes_files_of_this_trail_alone(source: str, passes: bool) -> None:
    policy = trail_bucket(BUCKET, ACCOUNT, TRAIL)
    service = "cloudtrail.amazonaws.com"
    assert allowed(policy, service, "s3:PutObject", FILES, **OWN, **{"aws:SourceArn": source}) == passes
    assert allowed(policy, service, "s3:GetBucketAcl", BUCKET, **{"aws:SourceArn": source}) == passes
    elsewhere = FILES.replace(f"AWSLogs/{ACCOUNT}", f"AWSLogs/{OTHER}")
    assert not allowed(policy, service, "s3:PutObject", elsewhere, **OWN, **{"aws:SourceArn": source})


@pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:DeleteObjectVersion"])
@pytest.mark.parametrize("policy", [trail_bucket(BUCKET, ACCOUNT, TRAIL), config_bucket(BUCKET, ACCOUNT)])
def test_nobody_takes_evidence_away_not_even_who_may_do_everything(policy: str, action: str) -> None:
    assert not allowed(policy, f"arn:aws:iam::{ACCOUNT}:role/owner", action, FILES)
    assert allowed(policy, f"arn:aws:iam::{ACCOUNT}:role/owner", "s3:GetObject", FILES)


@pytest.mark.parametrize(("source", "passes"), [(ACCOUNT, True), (OTHER, False)])
def test_the_config_bucket_takes_history_of_this_account_alone(source: str, passes: bool) -> None:
    policy = config_bucket(BUCKET, ACCOUNT)
    context = {"aws:SourceAccount": source}
    assert allowed(policy, "config.amazonaws.com", "s3:PutObject", FILES, **OWN, **context) == passes
    assert allowed(policy, "config.amazonaws.com", "s3:ListBucket", BUCKET, **context) == passes


def guards() -> str:
    return guards_key(
        SCOPE,
        log_groups=[f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/mlops-foundation-*"],
        topics=[f"arn:aws:sns:{REGION}:{ACCOUNT}:mlops-foundation-*"],
        queues=[QUEUE],
        publishers=[GUARD],
    )


@pytest.mark.parametrize(
    ("context", "passes"),
    [
        ({"kms:EncryptionContext:aws:sqs:arn": QUEUE}, True),
        ({"kms:EncryptionContext:aws:sqs:arn": QUEUE.replace(ACCOUNT, OTHER)}, False),
        ({"kms:EncryptionContext:aws:sqs:arn": f"{QUEUE}-2"}, False),
        ({"aws:SourceAccount": ACCOUNT}, False),
    ],
)
def test_the_guards_key_serves_rules_of_this_account_for_its_own_queues(context: dict[str, str], passes: bool) -> None:
    assert allowed(guards(), "events.amazonaws.com", "kms:GenerateDataKey", KEY, **context) == passes


def test_the_guard_uses_the_key_through_topic_and_queue_and_not_otherwise() -> None:
    for service in ("sns", "sqs"):
        through = {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}
        assert allowed(guards(), GUARD, "kms:GenerateDataKey", KEY, **through)
    assert not allowed(guards(), GUARD, "kms:Decrypt", KEY)
    assert not allowed(guards(), AUDITOR, "kms:Decrypt", KEY, **{"kms:ViaService": f"sns.{REGION}.amazonaws.com"})


@pytest.mark.parametrize("document", [trails_key(), guards()])
def test_no_key_of_the_guards_is_used_by_whoever_administers_it(document: str) -> None:
    assert allowed(document, f"arn:aws:iam::{ACCOUNT}:role/owner", "kms:PutKeyPolicy", KEY)
    assert not allowed(document, f"arn:aws:iam::{ACCOUNT}:role/owner", "kms:Decrypt", KEY)
    assert len(document) <= 32_768


@pytest.mark.parametrize(
    ("rule", "account", "passes"),
    [
        ("mlops-foundation-guard-states", ACCOUNT, True),
        ("somebodys-rule", ACCOUNT, False),
        ("mlops-foundation-guard-states", OTHER, False),
    ],
)
def test_dead_letters_come_from_the_guards_rules_alone(rule: str, account: str, passes: bool) -> None:
    policy = dead_letters(QUEUE, [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/mlops-foundation-*"])
    context = {"aws:SourceAccount": account, "aws:SourceArn": f"arn:aws:events:{REGION}:{account}:rule/{rule}"}
    assert allowed(policy, "events.amazonaws.com", "sqs:SendMessage", QUEUE, **context) == passes
