"""What detects in an account: each detector by its switch, its findings told to the alarm topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog import names
from components.alarm_topic import AlarmTopic
from components.dead_letters import DeadLetters
from components.detection_config import ConfigRules, ConfigRulesArgs
from components.detection_findings import Findings, FindingsArgs
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
from policies.documents.detection import config_bucket, trail_bucket, trail_key
from stacks.account import inside
from stacks.foundations import log_bucket

if TYPE_CHECKING:
    from stacks.foundation import Foundation

# What happened is asked for long after it happened.
EVIDENCE_DAYS = 2557
_CONFIG_ROLE = "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


def detection(it: Foundation, key: EncryptionKey, topic: AlarmTopic, letters: DeadLetters) -> None:
    """Declare the detectors that the settings switch on, with a rule for the findings of each."""
    wanted, options = it.settings.detection, inside(it.provider)
    logs = log_bucket(it.place, it.here, it.provider, it.settings.protect) if keeps_files(it) else None
    if wanted.trail and logs:
        _trail(it, logs)
    if wanted.config_rules and logs:
        _config(it, key, logs)
    if wanted.access_analyzer:
        AccessAnalyzer("access", it.here.of("access"), options)
    if wanted.guard_duty:
        ThreatDetection("threats", options)
    if wanted.security_hub:
        # https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html
        standard = "standards/aws-foundational-security-best-practices/v/1.0.0"
        PostureChecks("posture", f"arn:{it.partition}:securityhub:{it.settings.region}::{standard}", options)
    if wanted.macie:
        job = ContentInspectionArgs(
            account=it.settings.account, job=it.here.of("content"), buckets=wanted.macie_buckets
        )
        ContentInspection("content", job, options)
    for detector in detectors(it):
        findings = FindingsArgs(
            name=it.here.rule(f"{detector}-findings"),
            detector=detector,
            topic_arn=topic.arn,
            queue_arn=letters.arn,
        )
        Findings(f"{detector}-findings", findings, options)


def detectors(it: Foundation) -> list[str]:
    """The detectors that are switched on, by the names of their findings."""
    wanted = it.settings.detection
    switches = {
        "access-analyzer": wanted.access_analyzer,
        "config-rules": wanted.config_rules,
        "guard-duty": wanted.guard_duty,
        "macie": wanted.macie,
        "security-hub": wanted.security_hub,
        "trail": wanted.trail,
    }
    return [name for name, on in switches.items() if on]


def keeps_files(it: Foundation) -> bool:
    """Whether a detector leaves files in a bucket, whose access is then logged."""
    return it.settings.detection.trail or it.settings.detection.config_rules


def _trail(it: Foundation, logs: PrivateBucket) -> None:
    name = it.here.of("trail")
    where = f"{it.settings.region}:{it.settings.account}"
    trail = f"arn:{it.partition}:cloudtrail:{where}:trail/{name}"
    auditor = names.role_arn(
        it.partition,
        it.settings.account,
        names.people_path(it.settings.prefix),
        f"{it.settings.prefix}-{names.AUDITOR}",
    )
    key = EncryptionKey(
        "trail-key",
        EncryptionKeyArgs(
            purpose="trail",
            alias=it.here.alias("trail"),
            description="Who did what in the account",
            policy=trail_key(it.place, trail=trail, readers=[auditor] if it.settings.people.auditors else []),
            protect=it.settings.protect,
        ),
        inside(it.provider),
    )
    bucket = _evidence(it, "trail", key, logs, trail)
    prefix = f"arn:{it.partition}:s3:::{it.settings.prefix}-"
    args = TrailArgs(
        name=name,
        bucket=bucket.name,
        key_arn=key.arn,
        watched=prefix,
        unwatched=f"{prefix}{names.FOUNDATION}-",
    )
    Trail("trail", args, inside(it.provider))


def _config(it: Foundation, key: EncryptionKey, logs: PrivateBucket) -> None:
    bucket = _evidence(it, "config", key, logs)
    args = ConfigRulesArgs(
        name=it.here.of("config"),
        bucket=bucket.name,
        key_arn=key.arn,
        role_arn=f"arn:{it.partition}:iam::{it.settings.account}:{_CONFIG_ROLE}",
        make_role=not it.settings.detection.config_role_exists,
    )
    ConfigRules("config", args, inside(it.provider))


def _evidence(it: Foundation, purpose: str, key: EncryptionKey, logs: PrivateBucket, trail: str = "") -> PrivateBucket:
    """A bucket that a detector fills and nobody empties."""
    name = it.here.bucket(purpose, it.settings.account, it.settings.region)
    arn = f"arn:{it.partition}:s3:::{name}"
    account = it.settings.account
    args = PrivateBucketArgs(
        purpose=purpose,
        bucket=name,
        key_arn=key.arn,
        policy=trail_bucket(arn, account, trail) if trail else config_bucket(arn, account),
        log_bucket=logs.name,
        protect=it.settings.protect,
        expire_days=EVIDENCE_DAYS,
    )
    return PrivateBucket(purpose, args, inside(it.provider))
