"""What AWS's services do as themselves to keys, buckets and topics, by the requests that their guides describe.

Each row is one service's request for this account, as its guide says that it is sent; for another account, or with
another resource in the context, the same request is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from catalog.scope import Scope
from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from policies.documents import buckets, detection, operations_key, shared

ACCOUNT, OTHER, REGION = "111111111111", "999999999999", "eu-west-1"
SCOPE = Scope(partition="aws", account=ACCOUNT, region=REGION, prefix="mlops")
GROUP, TOPIC, QUEUE = "log-group:/mlops/dev", SCOPE.arn("sns", "mlops-dev-alarms"), SCOPE.arn("sqs", "mlops-lost")
TRAIL, KEY = SCOPE.arn("cloudtrail", "trail/mlops"), SCOPE.arn("kms", "key/k")
ALARM, LOGS = SCOPE.arn("cloudwatch", "alarm:errors"), "arn:aws:s3:::mlops-logs"
SOURCE = {"aws:SourceAccount": ACCOUNT}
OWNED = {"s3:x-amz-acl": "bucket-owner-full-control"}

OPERATIONS = operations_key.operations_key(SCOPE, log_groups=[SCOPE.arn("logs", "log-group:/mlops/*")], topics=[TOPIC])
GUARDS = detection.guards_key(
    SCOPE,
    log_groups=[SCOPE.arn("logs", "log-group:/mlops/*")],
    topics=[TOPIC],
    queues=[QUEUE],
    publishers=[SCOPE.role_arn("/mlops/", "remediator")],
)


@dataclass(frozen=True, kw_only=True)
class ServiceRequest:
    """A request of a service; `guide` describes it. The account in the context is what holds it."""

    policy: str
    service: str
    action: str
    resource: str
    context: dict[str, str]
    guide: str


REQUESTS = {
    # The group's own ARN, with or without the streams.
    "logs encrypt": ServiceRequest(
        policy=OPERATIONS,
        service=f"logs.{REGION}.amazonaws.com",
        action="kms:GenerateDataKey",
        resource=KEY,
        context={"kms:EncryptionContext:aws:logs:arn": SCOPE.arn("logs", GROUP)},
        guide='CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service"',
    ),
    "the controls' logs decrypt": ServiceRequest(
        policy=GUARDS,
        service=f"logs.{REGION}.amazonaws.com",
        action="kms:Decrypt",
        resource=KEY,
        context={"kms:EncryptionContext:aws:logs:arn": SCOPE.arn("logs", GROUP)},
        guide='CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service"',
    ),
    "an alarm encrypts": ServiceRequest(
        policy=OPERATIONS,
        service="cloudwatch.amazonaws.com",
        action="kms:GenerateDataKey",
        resource=KEY,
        context={**SOURCE, "aws:SourceArn": ALARM, "kms:EncryptionContext:aws:sns:topicArn": TOPIC},
        guide='Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs"',
    ),
    "an alarm publishes": ServiceRequest(
        policy=shared.alarm_topic(TOPIC, ACCOUNT),
        service="cloudwatch.amazonaws.com",
        action="sns:Publish",
        resource=TOPIC,
        context={**SOURCE, "aws:SourceArn": ALARM},
        guide='Amazon SNS Developer Guide, "Example cases for Amazon SNS access control"',
    ),
    "a rule encrypts for a topic": ServiceRequest(
        policy=OPERATIONS,
        service="events.amazonaws.com",
        action="kms:Decrypt",
        resource=KEY,
        context={"kms:EncryptionContext:aws:sns:topicArn": TOPIC},
        guide='Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs"',
    ),
    "a rule encrypts for a queue": ServiceRequest(
        policy=GUARDS,
        service="events.amazonaws.com",
        action="kms:GenerateDataKey",
        resource=KEY,
        context={"kms:EncryptionContext:aws:sqs:arn": QUEUE},
        guide='Amazon SQS Developer Guide, "Key management"',
    ),
    "config encrypts": ServiceRequest(
        policy=GUARDS,
        service="config.amazonaws.com",
        action="kms:GenerateDataKey",
        resource=KEY,
        context=SOURCE,
        guide='AWS Config Developer Guide, "Permissions for the KMS Key for the AWS Config Delivery Channel"',
    ),
    "config delivers": ServiceRequest(
        policy=detection.config_bucket(LOGS, ACCOUNT),
        service="config.amazonaws.com",
        action="s3:PutObject",
        resource=f"{LOGS}/AWSLogs/{ACCOUNT}/Config/{REGION}/file",
        context={**SOURCE, **OWNED},
        guide='AWS Config Developer Guide, "Permissions for the Amazon S3 Bucket for the AWS Config Delivery Channel"',
    ),
    "cloudtrail delivers": ServiceRequest(
        policy=detection.trail_bucket(LOGS, ACCOUNT, TRAIL),
        service="cloudtrail.amazonaws.com",
        action="s3:PutObject",
        resource=f"{LOGS}/AWSLogs/{ACCOUNT}/CloudTrail/file",
        context={"aws:SourceArn": TRAIL, **OWNED},
        guide='AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail"',
    ),
    "cloudtrail encrypts": ServiceRequest(
        policy=detection.trail_key(SCOPE, trail=TRAIL, readers=[]),
        service="cloudtrail.amazonaws.com",
        action="kms:GenerateDataKey",
        resource=KEY,
        context={"aws:SourceArn": TRAIL, "kms:EncryptionContext:aws:cloudtrail:arn": TRAIL},
        guide='AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail"',
    ),
    "s3 logs access": ServiceRequest(
        policy=buckets.log_bucket(LOGS, ACCOUNT, ["arn:aws:s3:::mlops-*"]),
        service="logging.s3.amazonaws.com",
        action="s3:PutObject",
        resource=f"{LOGS}/mlops-dev-data/file",
        context={**SOURCE, "aws:SourceArn": "arn:aws:s3:::mlops-dev-data"},
        guide='Amazon S3 User Guide, "Enabling Amazon S3 server access logging"',
    ),
}


def allowed(request: ServiceRequest, context: dict[str, str]) -> bool:
    return decide(
        AuthorizationRequest(
            id=request.guide,
            principal=request.service,
            account=None,
            action=request.action,
            resource=request.resource,
            owner=ACCOUNT,
            resource_policy=json.loads(request.policy),
            context={"aws:SecureTransport": "true", **context},
        )
    ).allowed


@pytest.mark.parametrize("name", REQUESTS)
def test_a_service_does_its_work_for_this_account_and_for_no_other(name: str) -> None:
    request = REQUESTS[name]
    assert allowed(request, request.context), request.guide
    elsewhere = {key: value.replace(ACCOUNT, OTHER) for key, value in request.context.items()}
    assert not allowed(request, elsewhere), request.guide


def test_a_queue_that_no_function_sends_to_adds_no_role_to_its_key() -> None:
    queues = [SCOPE.arn("sqs", "mlops-prod-events-dead-letters")]
    policy = operations_key.operations_key(
        SCOPE,
        log_groups=[SCOPE.arn("logs", "log-group:/mlops/*")],
        topics=[TOPIC],
        dead_letters=operations_key.DeadLetterQueues(queues=queues, senders=[]),
    )
    assert "RulesLeaveWhatTheyCouldNotDeliver" in policy
    assert "FunctionsKeepWhatFailed" not in policy
