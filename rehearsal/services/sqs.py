"""SQS. Actions and condition keys: Service Authorization Reference, "Amazon SQS"."""

from __future__ import annotations

from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    RightsFunction,
    arn_template,
    requires,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, create_or_update
from rehearsal.service_model.sample import Sample, policy_document
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

_QUEUE = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}

_MEMBERS = {name: f"Attributes.{attribute}" for name, attribute in _QUEUE.items()}

QUEUE = ResourceType(
    type="aws:sqs/queue:Queue",
    create=ApiCall(operation="CreateQueue", members=_MEMBERS),
    id="QueueUrl",
    name="name",
    generated_name=lambda name, values: name + (".fifo" if values.get("fifoQueue") else ""),
    read=ReadCall(
        operation="GetQueueAttributes",
        parameters={"QueueUrl": "{id}", "AttributeNames": ["All"]},
        path="Attributes",
        outputs={**_QUEUE, "arn": "QueueArn"},
    ),
    update=(
        ApiCall(
            operation="SetQueueAttributes",
            properties=tuple(_QUEUE),
            members=_MEMBERS,
            parameters={"QueueUrl": "{id}"},
        ),
    ),
    replace_on=("fifoQueue",),
    delete=(ApiCall(operation="DeleteQueue", parameters={"QueueUrl": "{id}"}),),
    outputs={"url": "{id}"},
    sample=Sample(
        {
            "name": "sample-queue",
            "kmsMasterKeyId": "${aws:kms/key:Key.arn}",
            "messageRetentionSeconds": 1209600,
        },
        update={"visibilityTimeoutSeconds": 60},
    ),
)

QUEUE_POLICY = ResourceType(
    type="aws:sqs/queuePolicy:QueuePolicy",
    read_after_create=False,
    **create_or_update("SetQueueAttributes", members={"policy": "Attributes.Policy"}),
    id="{queueUrl}",
    replace_on=("queueUrl",),
    read=ReadCall(
        operation="GetQueueAttributes",
        parameters={"QueueUrl": "{queueUrl}", "AttributeNames": ["Policy"]},
        path="Attributes",
        deleted_when="!Policy",
        outputs={"policy": "Policy"},
    ),
    delete=(ApiCall(operation="SetQueueAttributes", parameters={"QueueUrl": "{queueUrl}", "Attributes.Policy": ""}),),
    sample=Sample(
        {
            "queueUrl": "${aws:sqs/queue:Queue.url}",
            "policy": policy_document(
                "sqs:SendMessage",
                principal={"Service": "events.amazonaws.com"},
                resource="${aws:sqs/queue:Queue.arn}",
            ),
        },
        update={
            "policy": policy_document(
                "sqs:SendMessage",
                principal={"Service": "sns.amazonaws.com"},
                resource="${aws:sqs/queue:Queue.arn}",
            )
        },
    ),
)

_NEW_QUEUE = arn_template("sqs", "{QueueName}")


def _queue(action: str) -> RightsFunction:
    """A queue's URL ends with its account and name."""

    def rights(request: ApiRequest) -> list[Right]:
        parts = str(request.parameters.get("QueueUrl", "*/*")).rstrip("/").rsplit("/", 2)
        account, name = (
            (parts[-2], parts[-1]) if len(parts) > 1 and parts[-2].isdigit() else (request.account, parts[-1])
        )
        return [
            Right(action=f"sqs:{action}", resource=f"arn:{request.partition}:sqs:{request.region}:{account}:{name}")
        ]

    return rights


OPERATIONS: Operations = {
    **{
        action: (_queue(action),)
        for action in (
            "DeleteMessage",
            "DeleteQueue",
            "GetQueueAttributes",
            "ListQueueTags",
            "ReceiveMessage",
            "SendMessage",
            "SetQueueAttributes",
            "TagQueue",
            "UntagQueue",
        )
    },
    "CreateQueue": (
        *requires("sqs:CreateQueue", _NEW_QUEUE, tags="tags"),
        RequiredAction(action="sqs:TagQueue", resource=_NEW_QUEUE, tags="tags", when="tags"),
    ),
    "GetQueueUrl": requires("sqs:GetQueueUrl", _NEW_QUEUE),
}

SERVICE = AwsService(
    name="sqs",
    operations=OPERATIONS,
    resource_types=(QUEUE, QUEUE_POLICY),
    tagging=TagOperations(tag="TagQueue", untag="UntagQueue", parameters={"QueueUrl": "{id}"}),
)
