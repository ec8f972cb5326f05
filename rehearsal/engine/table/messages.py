"""SNS topics, SQS queues, SSM parameters, resource groups."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.engine.table.row import Call, Read, Row, Values, filled, put

# Property → attribute of SNS's and SQS's maps (botocore: SetTopicAttributes, Subscribe, SetQueueAttributes).
_TOPIC = {
    "applicationFailureFeedbackRoleArn": "ApplicationFailureFeedbackRoleArn",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "sqsFailureFeedbackRoleArn": "SQSFailureFeedbackRoleArn",
    "lambdaFailureFeedbackRoleArn": "LambdaFailureFeedbackRoleArn",
    "tracingConfig": "TracingConfig",
}
_SUBSCRIPTION = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "replayPolicy": "ReplayPolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}
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


def _in_map(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: f"Attributes.{attribute}" for name, attribute in attributes.items()}


def _one_by_one(operation: str, arn: str, attributes: Mapping[str, str]) -> tuple[Call, ...]:
    """SNS changes one attribute at a time; an empty text takes it away."""
    return tuple(
        Call(
            operation=operation,
            takes=(name,),
            places={name: "AttributeValue"},
            fills={arn: "{id}", "AttributeName": attribute},
            unset=Call(
                operation=operation,
                fills={arn: "{id}", "AttributeName": attribute, "AttributeValue": ""},
            ),
        )
        for name, attribute in attributes.items()
    )


TOPIC = Row(
    type="aws:sns/topic:Topic",
    service="sns",
    create=Call(operation="CreateTopic", places={**_in_map(_TOPIC), "fifoTopic": "Attributes.FifoTopic"}),
    id="TopicArn",
    name="name",
    read=Read(operation="GetTopicAttributes", fills={"TopicArn": "{id}"}, at="Attributes", gives=_TOPIC),
    update=_one_by_one("SetTopicAttributes", "TopicArn", _TOPIC),
    delete=(Call(operation="DeleteTopic", fills={"TopicArn": "{id}"}),),
    gives={"arn": "{id}"},
)

# What SNS gives a new topic (SNS: sns-access-policy-language-api-permissions, default policy); the provider sets it
# again when a policy is deleted.
_DEFAULT_POLICY = (
    '{"Version":"2012-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow",'
    '"Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission",'
    '"SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],'
    '"Resource":"{arn}","Condition":{"StringEquals":{"AWS:SourceOwner":"{account}"}}}]}'
)
_POLICY_OF_TOPIC = {"TopicArn": "{arn}", "AttributeName": "Policy"}
TOPIC_POLICY = Row(
    type="aws:sns/topicPolicy:TopicPolicy",
    service="sns",
    told=True,
    **put(
        "SetTopicAttributes",
        takes=("policy", "arn"),
        places={"policy": "AttributeValue", "arn": "TopicArn"},
        fills={"AttributeName": "Policy"},
    ),
    id="{arn}",
    replaces=("arn",),
    read=Read(operation="GetTopicAttributes", fills={"TopicArn": "{arn}"}, at="Attributes", gives={"policy": "Policy"}),
    delete=(Call(operation="SetTopicAttributes", fills={**_POLICY_OF_TOPIC, "AttributeValue": _DEFAULT_POLICY}),),
)

SUBSCRIPTION = Row(
    type="aws:sns/topicSubscription:TopicSubscription",
    service="sns",
    create=Call(
        operation="Subscribe",
        places={**_in_map(_SUBSCRIPTION), "topic": "TopicArn"},
        fills={"ReturnSubscriptionArn": True},
    ),
    id="SubscriptionArn",
    read=Read(
        operation="GetSubscriptionAttributes",
        fills={"SubscriptionArn": "{id}"},
        at="Attributes",
        gives={**_SUBSCRIPTION, "topic": "TopicArn"},
    ),
    update=_one_by_one("SetSubscriptionAttributes", "SubscriptionArn", _SUBSCRIPTION),
    delete=(Call(operation="Unsubscribe", fills={"SubscriptionArn": "{id}"}),),
    gives={"arn": "{id}"},
    ignored={
        "confirmationTimeoutInMinutes": "how long the provider waits",
        "endpointAutoConfirms": "how long the provider waits",
    },
)

QUEUE = Row(
    type="aws:sqs/queue:Queue",
    service="sqs",
    create=Call(operation="CreateQueue", places=_in_map(_QUEUE)),
    id="QueueUrl",
    name="name",
    read=Read(
        operation="GetQueueAttributes",
        fills={"QueueUrl": "{id}", "AttributeNames": ["All"]},
        at="Attributes",
        gives={**_QUEUE, "arn": "QueueArn"},
    ),
    update=(
        Call(
            operation="SetQueueAttributes",
            takes=tuple(_QUEUE),
            places=_in_map(_QUEUE),
            fills={"QueueUrl": "{id}"},
        ),
    ),
    replaces=("fifoQueue",),
    delete=(Call(operation="DeleteQueue", fills={"QueueUrl": "{id}"}),),
    gives={"url": "{id}"},
)

QUEUE_POLICY = Row(
    type="aws:sqs/queuePolicy:QueuePolicy",
    service="sqs",
    told=True,
    **put("SetQueueAttributes", places={"policy": "Attributes.Policy"}),
    id="{queueUrl}",
    replaces=("queueUrl",),
    read=Read(
        operation="GetQueueAttributes",
        fills={"QueueUrl": "{queueUrl}", "AttributeNames": ["Policy"]},
        at="Attributes",
        gone="!Policy",
        gives={"policy": "Policy"},
    ),
    delete=(Call(operation="SetQueueAttributes", fills={"QueueUrl": "{queueUrl}", "Attributes.Policy": ""}),),
)


def _parameter_arn(known: Values) -> str:
    """A name's own slash is the ARN's (SAR: list_awssystemsmanager, parameter)."""
    place = filled("arn:{partition}:ssm:{region}:{account}:parameter/", known)
    return f"{place}{str(known['name']).removeprefix('/')}"


PARAMETER = Row(
    type="aws:ssm/parameter:Parameter",
    service="ssm",
    told=True,
    create=Call(operation="PutParameter", places={"insecureValue": "Value"}),
    id="{name}",
    name="name",
    read=Read(
        operation="GetParameter",
        fills={"Name": "{name}", "WithDecryption": True},
        at="Parameter",
        gives={"arn": "ARN"},
    ),
    update=(Call(operation="PutParameter", places={"insecureValue": "Value"}, fills={"Overwrite": True}),),
    replaces=("name",),
    delete=(Call(operation="DeleteParameter"),),
    gives={"arn": _parameter_arn},
)

RESOURCE_GROUP = Row(
    type="aws:resourcegroups/group:Group",
    service="resource-groups",
    create=Call(
        operation="CreateGroup",
        places={"configurations": "Configuration"},
        defaults={"resourceQuery.type": "TAG_FILTERS_1_0"},
    ),
    id="{name}",
    name="name",
    read=Read(operation="GetGroup", fills={"GroupName": "{name}"}, at="Group"),
    also=(
        Read(
            operation="GetGroupQuery",
            fills={"GroupName": "{name}"},
            at="GroupQuery",
            gives={"resourceQuery": "ResourceQuery"},
            only_gives=True,
        ),
    ),
    update=(
        Call(operation="UpdateGroup", takes=("description",), fills={"GroupName": "{name}"}),
        Call(
            operation="UpdateGroupQuery",
            takes=("resourceQuery",),
            fills={"GroupName": "{name}"},
            defaults={"resourceQuery.type": "TAG_FILTERS_1_0"},
        ),
    ),
    delete=(Call(operation="DeleteGroup", fills={"GroupName": "{name}"}),),
)

ROWS = (TOPIC, TOPIC_POLICY, SUBSCRIPTION, QUEUE, QUEUE_POLICY, PARAMETER, RESOURCE_GROUP)
