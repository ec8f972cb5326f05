"""AWS's own detectors. Each is one to an account and region, so each belongs to the account's foundation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

macie = aws.macie2

# pulumi_aws guardduty.DetectorFeature. Whatever is not said GuardDuty switches on for a new detector, with its cost.
FEATURES: Mapping[str, bool] = {
    "S3_DATA_EVENTS": True,
    "LAMBDA_NETWORK_LOGS": True,
    # The platform runs no EC2 instances, clusters or databases of its own.
    "EBS_MALWARE_PROTECTION": False,
    "EKS_AUDIT_LOGS": False,
    "RDS_LOGIN_EVENTS": False,
}


class AccessAnalyzer(pulumi.ComponentResource):
    """Tells of roles, buckets, keys, queues, functions and secrets that somebody outside the account can reach."""

    def __init__(self, name: str, analyzer: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:detection:AccessAnalyzer", name, None, opts)
        self.analyzer = aws.accessanalyzer.Analyzer(
            f"{name}-analyzer", analyzer_name=analyzer, type="ACCOUNT", opts=pulumi.ResourceOptions(parent=self)
        )
        self.register_outputs({"arn": self.analyzer.arn})


class ThreatDetection(pulumi.ComponentResource):
    """GuardDuty, with what it sees of S3 and of functions, and without what the platform does not have."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:detection:ThreatDetection", name, None, opts)
        self.detector = aws.guardduty.Detector(
            f"{name}-detector",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            opts=pulumi.ResourceOptions(parent=self),
        )
        previous: pulumi.Resource = self.detector
        for feature, wanted in FEATURES.items():
            # One after the other: each is an update of the one detector.
            previous = aws.guardduty.DetectorFeature(
                f"{name}-{feature.lower().replace('_', '-')}",
                detector_id=self.detector.id,
                name=feature,
                status="ENABLED" if wanted else "DISABLED",
                opts=pulumi.ResourceOptions(parent=self, depends_on=[previous]),
            )
        self.register_outputs({"detectorId": self.detector.id})


class PostureChecks(pulumi.ComponentResource):
    """Security Hub with the standard AWS Foundational Security Best Practices. It looks through AWS Config."""

    def __init__(self, name: str, standard: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:detection:PostureChecks", name, None, opts)
        self.hub = aws.securityhub.Account(
            f"{name}-hub",
            enable_default_standards=False,
            auto_enable_controls=True,
            control_finding_generator="SECURITY_CONTROL",
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.securityhub.StandardsSubscription(
            f"{name}-best-practices",
            standards_arn=standard,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.hub]),
        )
        self.register_outputs({"hubArn": self.hub.arn})


@dataclass(frozen=True, kw_only=True)
class ContentInspectionArgs:
    """The account, and the buckets whose content is read; none: only how buckets are protected is watched."""

    account: str
    job: str
    buckets: Sequence[str] = ()


class ContentInspection(pulumi.ComponentResource):
    """Macie. It reads objects only of buckets that are named, once a week what is new: each gigabyte costs."""

    def __init__(self, name: str, args: ContentInspectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:detection:ContentInspection", name, None, opts)
        self.session = macie.Account(
            f"{name}-session",
            status="ENABLED",
            finding_publishing_frequency="FIFTEEN_MINUTES",
            opts=pulumi.ResourceOptions(parent=self),
        )
        if args.buckets:
            where = macie.ClassificationJobS3JobDefinitionBucketDefinitionArgs(
                account_id=args.account, buckets=list(args.buckets)
            )
            macie.ClassificationJob(
                f"{name}-job",
                name=args.job,
                job_type="SCHEDULED",
                initial_run=True,
                schedule_frequency=macie.ClassificationJobScheduleFrequencyArgs(weekly_schedule="SUNDAY"),
                s3_job_definition=macie.ClassificationJobS3JobDefinitionArgs(bucket_definitions=[where]),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.session]),
            )
        self.register_outputs({"sessionId": self.session.id})
