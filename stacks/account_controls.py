"""What controls an account: the rules as a service control policy, what detects, and what corrects."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from catalog import names
from catalog.compute import watched_calls
from catalog.roles import RoleKind
from components.alarm_topic import AlarmTopic
from components.dead_letters import DeadLetters, DeadLettersArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.remediator import Remediator, RemediatorArgs
from functions.remediator import resource_kinds
from policies.documents.detection import guards_key
from policies.documents.prevention import has_local_storage, serverless_makers, service_control_policy
from settings.values import DeploymentStage
from stacks.account_baseline import alarm_topic
from stacks.detection import detection, detectors
from stacks.foundation_context import FoundationContext

# In names of resources, which stay as they are: renaming a physical resource replaces it.
GUARD = "guard"


def account_controls(context: FoundationContext, boundary: pulumi.Input[str]) -> None:
    """Declare the account controls that the settings switch on. `boundary` is the ARN that their roles carry."""
    _organization(context)
    if not (detectors(context) or context.settings.correction.enabled):
        return
    key = _key(context)
    topic = alarm_topic(context, key.arn, chat_role=RoleKind.FOUNDATION_CHAT, boundary=boundary)
    pulumi.export("alarmTopicArn", topic.arn)
    dead_letters = _dead_letters(context, key, topic)
    detection(context, key, topic, dead_letters)
    if context.settings.correction.enabled:
        _remediator(context, key, topic, dead_letters, boundary)


# ---- preventive


def _organization(context: FoundationContext) -> None:
    """The preventive rules for whole units of the organization. Their form in this account is the boundary."""
    prevention = context.settings.prevention
    if not prevention.service_control_policy:
        return
    options = pulumi.ResourceOptions(provider=context.provider)
    policy = aws.organizations.Policy(
        "prevention",
        name=context.env_names.name("prevention"),
        description="No job outside the VPC, without keys or on other instances; nobody blinds the guards",
        type="SERVICE_CONTROL_POLICY",
        content=service_control_policy(
            context.scope,
            owners=[anywhere(arn) for arn in prevention.owners],
            instance_types=prevention.instance_types,
            serverless=[anywhere(arn) for arn in serverless_makers(context.scope, prevention.serverless)],
        ),
        opts=options,
    )
    for target in prevention.service_control_policy:
        aws.organizations.PolicyAttachment(f"prevention-{target}", policy_id=policy.id, target_id=target, opts=options)


def anywhere(role: str) -> str:
    """A role's ARN as a pattern of that path and name in whichever account."""
    parts = role.split(":")
    return ":".join([*parts[:4], "*", *parts[5:]])


# ---- what the controls share


def _key(context: FoundationContext) -> EncryptionKey:
    """Key of what the controls write and report."""
    scope, name = context.scope, context.env_names.name("*")
    groups = [f"/aws/lambda/{name}", context.env_names.log_group("*")]
    policy = guards_key(
        context.scope,
        log_groups=[scope.arn("logs", f"log-group:{group}") for group in groups],
        topics=[scope.arn("sns", name)],
        queues=[scope.arn("sqs", name)],
        publishers=[scope.role_arn(context.path, names.account_role(RoleKind.REMEDIATOR, context.settings.prefix))],
    )
    args = EncryptionKeyArgs(
        purpose="guards",
        alias=context.env_names.alias("guards"),
        description="What the account's guards write and tell",
        policy=policy,
        protect=context.settings.protect,
    )
    return EncryptionKey("guards-key", args, context.child_options())


def _dead_letters(context: FoundationContext, key: EncryptionKey, topic: AlarmTopic) -> DeadLetters:
    args = DeadLettersArgs(
        queue=context.env_names.name("dead-letters"),
        alarm=context.env_names.name("lost-events"),
        description="An event of the account's guards could not be dealt with and waits in the dead-letter queue: "
        "something may be running, or changed, that nobody looked at",
        scope=context.scope,
        rules=[context.env_names.name("*")],
        key_arn=key.arn,
        topic_arn=topic.arn,
    )
    return DeadLetters("dead-letters", args, context.child_options())


# ---- corrective


def _remediator(
    context: FoundationContext,
    key: EncryptionKey,
    topic: AlarmTopic,
    dead_letters: DeadLetters,
    boundary: pulumi.Input[str],
) -> None:
    correction = context.settings.correction
    prefix = context.settings.prefix
    args = RemediatorArgs(
        name=names.account_role(RoleKind.REMEDIATOR, context.settings.prefix),
        scope=context.scope,
        path=context.path,
        boundary=boundary,
        config=config(context),
        topic_arn=topic.arn,
        queue_arn=dead_letters.arn,
        key_arn=key.arn,
        tags=[resource_kinds.reported_tag(prefix), resource_kinds.stopped_tag(prefix)],
        detail_types=sorted(resource_kinds.BY_DETAIL_TYPE),
        calls=sorted([*resource_kinds.BY_CALL, *watched_calls()]),
        stops=not correction.only_report,
        deletes_endpoints=correction.delete_endpoints,
    )
    Remediator(GUARD, args, context.child_options())


def config(context: FoundationContext) -> str:
    """The config.json in the function's archive, which `functions.remediator.handler.read_config` reads."""
    types = context.settings.prevention.instance_types
    return json.dumps(
        {
            "instanceTypes": list(types),
            "serverless": [
                names.ProjectNames(context.settings.prefix, project).stage_role_arn(
                    context.scope, stage, RoleKind.MODEL
                )
                for project in context.settings.prevention.serverless
                for stage in DeploymentStage
            ],
            "onOwnDisks": [each for each in types if has_local_storage(each)],
            # Named, not asked for: an archive holds what is known when it is made.
            "topic": context.scope.arn("sns", context.env_names.name("alarms")),
            "prefix": context.settings.prefix,
            "onlyReport": context.settings.correction.only_report,
            "deleteEndpoints": context.settings.correction.delete_endpoints,
            "deniedCalls": sorted(watched_calls()),
        }
    )
