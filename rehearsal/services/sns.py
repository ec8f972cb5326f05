"""SNS. Actions and condition keys: Service Authorization Reference, "Amazon SNS"."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.service_model.required_action import Operations, RequiredAction, Right, arn_template, on_each, requires
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, create_or_update
from rehearsal.service_model.sample import Sample, policy_document
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

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


def _attribute_members(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: f"Attributes.{attribute}" for name, attribute in attributes.items()}


def _one_by_one(operation: str, arn: str, attributes: Mapping[str, str]) -> tuple[ApiCall, ...]:
    """SNS changes one attribute at a time; an empty text takes it away."""
    return tuple(
        ApiCall(
            operation=operation,
            properties=(name,),
            members={name: "AttributeValue"},
            parameters={arn: "{id}", "AttributeName": attribute},
            unset=ApiCall(
                operation=operation,
                parameters={arn: "{id}", "AttributeName": attribute, "AttributeValue": ""},
            ),
        )
        for name, attribute in attributes.items()
    )


TOPIC = ResourceType(
    type="aws:sns/topic:Topic",
    create=ApiCall(
        operation="CreateTopic", members={**_attribute_members(_TOPIC), "fifoTopic": "Attributes.FifoTopic"}
    ),
    id="TopicArn",
    name="name",
    generated_name=lambda name, values: name + (".fifo" if values.get("fifoTopic") else ""),
    read=ReadCall(operation="GetTopicAttributes", parameters={"TopicArn": "{id}"}, path="Attributes", outputs=_TOPIC),
    update=_one_by_one("SetTopicAttributes", "TopicArn", _TOPIC),
    delete=(ApiCall(operation="DeleteTopic", parameters={"TopicArn": "{id}"}),),
    outputs={"arn": "{id}"},
    sample=Sample(
        {"name": "sample-topic", "kmsMasterKeyId": "${aws:kms/key:Key.arn}"},
        update={"displayName": "Sample"},
    ),
)

# What SNS gives a new topic (SNS Developer Guide, page sns-access-policy-language-api-permissions); the provider sets
# it again when a policy is deleted.
_DEFAULT_POLICY = (
    '{"Version":"2012-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow",'
    '"Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission",'
    '"SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],'
    '"Resource":"{arn}","Condition":{"StringEquals":{"AWS:SourceOwner":"{account}"}}}]}'
)

_POLICY_OF_TOPIC = {"TopicArn": "{arn}", "AttributeName": "Policy"}

TOPIC_POLICY = ResourceType(
    type="aws:sns/topicPolicy:TopicPolicy",
    read_after_create=False,
    **create_or_update(
        "SetTopicAttributes",
        properties=("policy", "arn"),
        members={"policy": "AttributeValue", "arn": "TopicArn"},
        parameters={"AttributeName": "Policy"},
    ),
    id="{arn}",
    replace_on=("arn",),
    read=ReadCall(
        operation="GetTopicAttributes",
        parameters={"TopicArn": "{arn}"},
        path="Attributes",
        outputs={"policy": "Policy"},
    ),
    delete=(
        ApiCall(operation="SetTopicAttributes", parameters={**_POLICY_OF_TOPIC, "AttributeValue": _DEFAULT_POLICY}),
    ),
    sample=Sample(
        {
            "arn": "${aws:sns/topic:Topic.arn}",
            "policy": policy_document(
                "sns:Publish",
                principal={"Service": "cloudwatch.amazonaws.com"},
                resource="${aws:sns/topic:Topic.arn}",
            ),
        },
        update={
            "policy": policy_document(
                "sns:Publish",
                principal={"Service": "events.amazonaws.com"},
                resource="${aws:sns/topic:Topic.arn}",
            )
        },
    ),
)

SUBSCRIPTION = ResourceType(
    type="aws:sns/topicSubscription:TopicSubscription",
    create=ApiCall(
        operation="Subscribe",
        members={**_attribute_members(_SUBSCRIPTION), "topic": "TopicArn"},
        parameters={"ReturnSubscriptionArn": True},
    ),
    id="SubscriptionArn",
    read=ReadCall(
        operation="GetSubscriptionAttributes",
        parameters={"SubscriptionArn": "{id}"},
        path="Attributes",
        outputs={**_SUBSCRIPTION, "topic": "TopicArn"},
    ),
    update=_one_by_one("SetSubscriptionAttributes", "SubscriptionArn", _SUBSCRIPTION),
    delete=(ApiCall(operation="Unsubscribe", parameters={"SubscriptionArn": "{id}"}),),
    outputs={"arn": "{id}"},
    not_sent={
        "confirmationTimeoutInMinutes": "how long the provider waits",
        "endpointAutoConfirms": "how long the provider waits",
    },
    sample=Sample(
        {
            "topic": "${aws:sns/topic:Topic.arn}",
            "protocol": "sqs",
            "endpoint": "${aws:sqs/queue:Queue.arn}",
        },
        update={"rawMessageDelivery": True},
    ),
)

_NEW_TOPIC = arn_template("sns", "{Name}")

OPERATIONS: Operations = {
    **on_each("sns", "{TopicArn}", "DeleteTopic", "GetTopicAttributes", "Publish", "SetTopicAttributes"),
    "CreateTopic": (
        *requires("sns:CreateTopic", _NEW_TOPIC, tags="Tags"),
        RequiredAction(action="sns:TagResource", resource=_NEW_TOPIC, tags="Tags", when="Tags"),
    ),
    "GetSubscriptionAttributes": requires("sns:GetSubscriptionAttributes"),
    "ListTagsForResource": requires("sns:ListTagsForResource", "{ResourceArn}"),
    "SetSubscriptionAttributes": requires("sns:SetSubscriptionAttributes"),
    "Subscribe": requires(
        "sns:Subscribe", "{TopicArn}", context_keys={"sns:Protocol": "Protocol", "sns:Endpoint": "Endpoint"}
    ),
    "TagResource": requires("sns:TagResource", "{ResourceArn}", tags="Tags"),
    "Unsubscribe": requires("sns:Unsubscribe"),
    "UntagResource": requires("sns:UntagResource", "{ResourceArn}", context_keys={"aws:TagKeys": "TagKeys"}),
}


def _encryption_rights(right: Right, _operation: str, key: str, topic: str) -> list[Right]:
    """Publishers to an encrypted topic need both (SNS Developer Guide, "Managing Amazon SNS encryption keys")."""
    if right.action != "sns:Publish":
        return []
    return [
        Right(
            action=action,
            resource=key,
            context={
                "kms:ViaService": f"sns.{topic.split(':')[3]}.amazonaws.com",
                "aws:ViaAWSService": "true",
                "kms:EncryptionContext:aws:sns:topicArn": topic,
            },
        )
        for action in ("kms:Decrypt", "kms:GenerateDataKey")
    ]


SERVICE = AwsService(
    name="sns",
    operations=OPERATIONS,
    resource_types=(TOPIC, TOPIC_POLICY, SUBSCRIPTION),
    tagging=TagOperations(parameters={"ResourceArn": "{arn}"}),
    encryption_rights=_encryption_rights,
)
