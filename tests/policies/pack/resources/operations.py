"""Trails, alarms, queues and event targets. Each passes every rule unless an argument spoils it."""

from __future__ import annotations

from typing import Any

from policies.pack.model import StackResource
from tests.policies.pack.pack_factories import ACCOUNT, KEY_ARN, REGION, make

QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:mlops-dev-failed"
FOREIGN = f"arn:aws:events:{REGION}:222222222222:event-bus/mlops-staging-events"


def queue(name: str = "work", **props: Any) -> StackResource:
    right = {"name": name, "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}", "kmsMasterKeyId": KEY_ARN}
    return make("aws:sqs/queue:Queue", name, **{**right, **props})


def target(**props: Any) -> StackResource:
    right = {"rule": "drift", "arn": FOREIGN, "roleArn": "arn:aws:iam::111111111111:role/events"}
    return make("aws:cloudwatch/eventTarget:EventTarget", "drift", **{**right, **props})


def trail(**props: Any) -> StackResource:
    selector = {"readWriteType": "All", "dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}
    right = {
        "s3BucketName": "mlops-trail",
        "isMultiRegionTrail": True,
        "enableLogFileValidation": True,
        "kmsKeyId": KEY_ARN,
        "eventSelectors": [selector],
    }
    return make("aws:cloudtrail/trail:Trail", "trail", **{**right, **props})
