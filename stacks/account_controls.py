"""What guards an account: the rules as a service control policy, what detects, and what corrects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from catalog import names
from components.alarm_topic import AlarmTopic
from components.dead_letters import DeadLetters, DeadLettersArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.remediator import Remediator, RemediatorArgs
from functions.remediator import resource_kinds
from policies.documents.detection import guards_key
from policies.documents.prevention import has_local_storage, service_control_policy
from stacks.account import inside
from stacks.detection import detection, detectors
from stacks.foundations import alarm_topic
from stacks.repositories import packaged_function

if TYPE_CHECKING:
    from stacks.foundation import Foundation

# In names of resources, which stay as they are: renaming a physical resource replaces it.
GUARD = "guard"


def account_controls(it: Foundation, boundary: pulumi.Input[str]) -> None:
    """Declare the guards that the account's settings switch on. `boundary` is the ARN that their roles carry."""
    _organization(it)
    if not (detectors(it) or it.settings.correction.enabled):
        return
    key = _key(it)
    topic = alarm_topic(it.place, it.here, key.arn, it.settings.alerts.emails, it.provider)
    pulumi.export("alarmTopicArn", topic.arn)
    letters = _dead_letters(it, key, topic)
    detection(it, key, topic, letters)
    if it.settings.correction.enabled:
        _remediator(it, key, topic, letters, boundary)


# ---- preventive


def _organization(it: Foundation) -> None:
    """The preventive rules for whole units of the organization. Their form in this account is the boundary."""
    prevention = it.settings.prevention
    if not prevention.service_control_policy:
        return
    options = pulumi.ResourceOptions(provider=it.provider)
    policy = aws.organizations.Policy(
        "prevention",
        name=it.here.of("prevention"),
        description="No job outside the VPC, without keys or on other instances; nobody blinds the guards",
        type="SERVICE_CONTROL_POLICY",
        content=service_control_policy(
            partition=it.partition,
            prefix=it.settings.prefix,
            owners=[anywhere(arn) for arn in prevention.owners],
            instance_types=prevention.instance_types,
        ),
        opts=options,
    )
    for target in prevention.service_control_policy:
        aws.organizations.PolicyAttachment(f"prevention-{target}", policy_id=policy.id, target_id=target, opts=options)


def anywhere(role: str) -> str:
    """A role's ARN as a pattern of that path and name in whichever account."""
    parts = role.split(":")
    return ":".join([*parts[:4], "*", *parts[5:]])


# ---- what the guards share


def _key(it: Foundation) -> EncryptionKey:
    """Key of what the guards write and tell."""
    base, name = f"arn:{it.partition}", it.here.of("*")
    where = f"{it.settings.region}:{it.settings.account}"
    groups = [f"/aws/lambda/{name}", it.here.log_group("*")]
    policy = guards_key(
        it.place,
        log_groups=[f"{base}:logs:{where}:log-group:{group}" for group in groups],
        topics=[f"{base}:sns:{where}:{name}"],
        queues=[f"{base}:sqs:{where}:{name}"],
        publishers=[names.role_arn(it.partition, it.settings.account, it.path, it.here.role(GUARD))],
    )
    args = EncryptionKeyArgs(
        purpose="guards",
        alias=it.here.alias("guards"),
        description="What the account's guards write and tell",
        policy=policy,
        protect=it.settings.protect,
    )
    return EncryptionKey("guards-key", args, inside(it.provider))


def _dead_letters(it: Foundation, key: EncryptionKey, topic: AlarmTopic) -> DeadLetters:
    args = DeadLettersArgs(
        queue=it.here.of("dead-letters"),
        alarm=it.here.of("lost-events"),
        place=it.place,
        rules=it.here.of("*"),
        key_arn=key.arn,
        topic_arn=topic.arn,
    )
    return DeadLetters("dead-letters", args, inside(it.provider))


# ---- corrective


def _remediator(
    it: Foundation, key: EncryptionKey, topic: AlarmTopic, letters: DeadLetters, boundary: pulumi.Input[str]
) -> None:
    correction = it.settings.correction
    prefix = it.settings.prefix
    args = RemediatorArgs(
        name=it.here.role(GUARD),
        place=it.place,
        path=it.path,
        boundary=boundary,
        code=packaged_function("remediator", {"config.json": config(it)}),
        handler="functions.remediator.handler.handle",
        topic_arn=topic.arn,
        queue_arn=letters.arn,
        key_arn=key.arn,
        tags=[resource_kinds.reported_tag(prefix), resource_kinds.stopped_tag(prefix)],
        detail_types=sorted(resource_kinds.BY_DETAIL_TYPE),
        calls=sorted([*resource_kinds.BY_CALL, *resource_kinds.DENIED_CALLS]),
        stops=not correction.only_report,
        deletes_endpoints=correction.delete_endpoints,
    )
    Remediator(GUARD, args, inside(it.provider))


def config(it: Foundation) -> str:
    """The config.json in the function's archive, which `functions.remediator.handler.read_config` reads."""
    types = it.settings.prevention.instance_types
    return json.dumps(
        {
            "instanceTypes": list(types),
            "onOwnDisks": [each for each in types if has_local_storage(each)],
            # Named, not asked for: an archive holds what is known when it is made.
            "topic": f"arn:{it.partition}:sns:{it.settings.region}:{it.settings.account}:{it.here.of('alarms')}",
            "prefix": it.settings.prefix,
            "onlyReport": it.settings.correction.only_report,
            "deleteEndpoints": it.settings.correction.delete_endpoints,
        }
    )
