"""What detects in an account: each detector by its switch, its findings told to the alarm topic."""

from __future__ import annotations

from catalog import names
from catalog.roles import RoleKind
from components.alarm_topic import AlarmTopic
from components.dead_letters import DeadLetters
from components.detection_config import ConfigRules, ConfigRulesArgs
from components.detection_findings import FindingNotifications, FindingNotificationsArgs
from components.detection_services import (
    AccessAnalyzer,
    ContentInspection,
    ContentInspectionArgs,
    PostureChecks,
    ThreatDetection,
)
from components.detection_trail import Trail, TrailArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.private_bucket import PrivateBucket, PrivateBucketArgs
from policies.documents.detection import EVIDENCE_DAYS, config_bucket, trail_bucket, trail_key
from stacks.account_baseline import log_bucket
from stacks.foundation_context import FoundationContext

# Path and name of the service-linked role.
_CONFIG_ROLE = ("/aws-service-role/config.amazonaws.com/", "AWSServiceRoleForConfig")


def detection(context: FoundationContext, key: EncryptionKey, topic: AlarmTopic, dead_letters: DeadLetters) -> None:
    """Declare the detectors that the settings switch on, with a rule for the findings of each."""
    wanted, options = context.settings.detection, context.child_options()
    logs = log_bucket(context) if keeps_files(context) else None
    if wanted.trail and logs:
        _trail(context, logs)
    if wanted.config_rules and logs:
        _config(context, key, logs)
    if wanted.access_analyzer:
        AccessAnalyzer("access", context.env_names.name("access"), options)
    if wanted.guard_duty:
        ThreatDetection("threats", options)
    if wanted.security_hub:
        # https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html
        standard = "standards/aws-foundational-security-best-practices/v/1.0.0"
        PostureChecks("posture", context.scope.arn("securityhub", standard, account=""), options)
    if wanted.macie:
        job = ContentInspectionArgs(
            account=context.settings.account, job=context.env_names.name("content"), buckets=wanted.macie_buckets
        )
        ContentInspection("content", job, options)
    for detector in detectors(context):
        findings = FindingNotificationsArgs(
            name=context.env_names.rule(f"{detector}-findings"),
            detector=detector,
            topic_arn=topic.arn,
            queue_arn=dead_letters.arn,
        )
        FindingNotifications(f"{detector}-findings", findings, options)


def detectors(context: FoundationContext) -> list[str]:
    """The detectors that are switched on, by the names of their findings."""
    wanted = context.settings.detection
    switches = {
        "access-analyzer": wanted.access_analyzer,
        "config-rules": wanted.config_rules,
        "guard-duty": wanted.guard_duty,
        "macie": wanted.macie,
        "security-hub": wanted.security_hub,
        "trail": wanted.trail,
    }
    return [name for name, on in switches.items() if on]


def keeps_files(context: FoundationContext) -> bool:
    """Whether a detector leaves files in a bucket, whose access is then logged."""
    return context.settings.detection.trail or context.settings.detection.config_rules


def _trail(context: FoundationContext, logs: PrivateBucket) -> None:
    name = context.env_names.name("trail")
    trail = context.scope.arn("cloudtrail", f"trail/{name}")
    prefix = context.settings.prefix
    auditor = names.account_role_arn(context.scope, RoleKind.AUDITOR)
    key = EncryptionKey(
        "trail-key",
        EncryptionKeyArgs(
            purpose="trail",
            alias=context.env_names.alias("trail"),
            description="Who did what in the account",
            policy=trail_key(context.scope, trail=trail, readers=[auditor] if context.settings.people.auditors else []),
            protect=context.settings.protect,
        ),
        context.child_options(),
    )
    bucket = _evidence(context, "trail", key, logs, trail)
    args = TrailArgs(
        name=name,
        bucket=bucket.name,
        key_arn=key.arn,
        watched=context.scope.bucket_arn(f"{prefix}-"),
        unwatched=context.scope.bucket_arn(f"{prefix}-{names.FOUNDATION}-"),
    )
    Trail("trail", args, context.child_options())


def _config(context: FoundationContext, key: EncryptionKey, logs: PrivateBucket) -> None:
    bucket = _evidence(context, "config", key, logs)
    args = ConfigRulesArgs(
        name=context.env_names.name("config"),
        bucket=bucket.name,
        key_arn=key.arn,
        role_arn=context.scope.role_arn(*_CONFIG_ROLE),
        make_role=not context.settings.detection.config_role_exists,
    )
    ConfigRules("config", args, context.child_options())


def _evidence(
    context: FoundationContext, purpose: str, key: EncryptionKey, logs: PrivateBucket, trail: str = ""
) -> PrivateBucket:
    """A bucket that a detector fills and nobody empties."""
    name = context.bucket_name(purpose)
    arn = context.scope.bucket_arn(name)
    account = context.settings.account
    args = PrivateBucketArgs(
        purpose=purpose,
        bucket=name,
        key_arn=key.arn,
        # With a bucket key CloudTrail would have to decrypt: policies.documents.detection.trail_key.
        bucket_key=not trail,
        policy=trail_bucket(arn, account, trail) if trail else config_bucket(arn, account),
        log_bucket=logs.name,
        protect=context.settings.protect,
        expire_days=EVIDENCE_DAYS,
    )
    return PrivateBucket(purpose, args, context.child_options())
