"""Findings of an account's detectors reach whoever hears its alarms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

# What each detector sends to the default bus, and from which severity on somebody is notified. Sources: Amazon
# GuardDuty User Guide, "Processing GuardDuty findings with Amazon EventBridge" (4.0 is medium); AWS Security Hub User
# Guide, "EventBridge event formats for Security Hub"; IAM User Guide, "Monitoring AWS IAM Access Analyzer with Amazon
# EventBridge"; Amazon Macie User Guide, "Amazon EventBridge event schema for Macie findings"; AWS Config Developer
# Guide, "Monitoring AWS Config with Amazon EventBridge".
PATTERNS: Mapping[str, Mapping[str, Any]] = {
    "access-analyzer": {
        "source": ["aws.access-analyzer"],
        "detail-type": ["Access Analyzer Finding"],
        "detail": {"status": ["ACTIVE"]},
    },
    "config-rules": {
        "source": ["aws.config"],
        "detail-type": ["Config Rules Compliance Change"],
        "detail": {"newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]}},
    },
    "guard-duty": {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {"severity": [{"numeric": [">=", 4]}]},
    },
    "macie": {
        "source": ["aws.macie"],
        "detail-type": ["Macie Finding"],
        "detail": {"severity": {"description": ["High", "Medium"]}},
    },
    # Only its own: it imports the others' findings, which tell for themselves.
    "security-hub": {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {
            "findings": {
                "ProductName": ["Security Hub"],
                "RecordState": ["ACTIVE"],
                "Severity": {"Label": ["CRITICAL", "HIGH"]},
                "Workflow": {"Status": ["NEW"]},
            }
        },
    },
    # Whoever blinds the trail is told of by its last record.
    "trail": {
        "source": ["aws.cloudtrail"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["cloudtrail.amazonaws.com"],
            "eventName": ["DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"],
        },
    },
}


@dataclass(frozen=True, kw_only=True)
class FindingNotificationsArgs:
    """Name of the rule, which detector it hears (a key of PATTERNS), whom it tells, and where lost findings wait."""

    name: str
    detector: str
    topic_arn: pulumi.Input[str]
    queue_arn: pulumi.Input[str]


class FindingNotifications(pulumi.ComponentResource):
    """A rule that hands one detector's findings to the alarm topic."""

    def __init__(self, name: str, args: FindingNotificationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:detection:Findings", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            f"{name}-rule",
            name=args.name,
            description=f"What {args.detector} found",
            event_pattern=json.dumps(PATTERNS[args.detector]),
            opts=options,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-topic",
            rule=rule.name,
            target_id="alarm-topic",
            arn=args.topic_arn,
            dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=args.queue_arn),
            opts=options,
        )
        self.register_outputs({"ruleArn": rule.arn})
