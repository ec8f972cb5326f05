"""What watches over an account and an organization, one of each type."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from tests.rehearsal.engine.programs import ACCOUNT, REGION, document


def detection(options: pulumi.ResourceOptions, bucket: aws.s3.Bucket, key: aws.kms.Key) -> None:
    """A trail, a recorder with a rule, and AWS's own detectors."""
    selector = aws.cloudtrail.TrailAdvancedEventSelectorArgs(
        name="Objects",
        field_selectors=[
            aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs(field="eventCategory", equals=["Data"]),
            aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs(
                field="resources.type", equals=["AWS::S3::Object"]
            ),
            aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs(
                field="resources.ARN", starts_withs=["arn:aws:s3:::mlops-"], not_starts_withs=["arn:aws:s3:::x-"]
            ),
        ],
    )
    aws.cloudtrail.Trail(
        "trail",
        name="trail",
        s3_bucket_name=bucket.bucket,
        kms_key_id=key.arn,
        is_multi_region_trail=True,
        enable_log_file_validation=True,
        advanced_event_selectors=[selector],
        opts=options,
    )
    _config(options, bucket)
    detector = aws.guardduty.Detector("detector", enable=True, opts=options)
    aws.guardduty.DetectorFeature("s3", detector_id=detector.id, name="S3_DATA_EVENTS", status="ENABLED", opts=options)
    hub = aws.securityhub.Account("hub", enable_default_standards=False, opts=options)
    aws.securityhub.StandardsSubscription(
        "practices",
        standards_arn=f"arn:aws:securityhub:{REGION}::standards/aws-foundational-security-best-practices/v/1.0.0",
        opts=_after(options, hub),
    )
    aws.accessanalyzer.Analyzer("analyzer", analyzer_name="access", type="ACCOUNT", opts=options)
    session = aws.macie2.Account("macie", status="ENABLED", opts=options)
    where = aws.macie2.ClassificationJobS3JobDefinitionBucketDefinitionArgs(account_id=ACCOUNT, buckets=["data"])
    aws.macie2.ClassificationJob(
        "content",
        name="content",
        job_type="SCHEDULED",
        schedule_frequency=aws.macie2.ClassificationJobScheduleFrequencyArgs(weekly_schedule="SUNDAY"),
        s3_job_definition=aws.macie2.ClassificationJobS3JobDefinitionArgs(bucket_definitions=[where]),
        opts=_after(options, session),
    )


def _config(options: pulumi.ResourceOptions, bucket: aws.s3.Bucket) -> None:
    role = aws.iam.ServiceLinkedRole("config", aws_service_name="config.amazonaws.com", opts=options)
    recorder = aws.cfg.Recorder(
        "recorder",
        name="recorder",
        role_arn=role.arn,
        recording_group=aws.cfg.RecorderRecordingGroupArgs(all_supported=True, include_global_resource_types=True),
        opts=options,
    )
    channel = aws.cfg.DeliveryChannel(
        "channel", name="channel", s3_bucket_name=bucket.bucket, opts=_after(options, recorder)
    )
    started = aws.cfg.RecorderStatus("started", name=recorder.name, is_enabled=True, opts=_after(options, channel))
    aws.cfg.Rule(
        "rule",
        name="rule",
        source=aws.cfg.RuleSourceArgs(owner="AWS", source_identifier="CMK_BACKING_KEY_ROTATION_ENABLED"),
        opts=_after(options, started),
    )


def organization(options: pulumi.ResourceOptions) -> None:
    """A policy of the organization that the account manages, on the account itself."""
    policy = aws.organizations.Policy(
        "policy",
        name="policy",
        type="SERVICE_CONTROL_POLICY",
        content=document("s3:GetObject"),
        opts=options,
    )
    aws.organizations.PolicyAttachment("attachment", policy_id=policy.id, target_id=ACCOUNT, opts=options)


def _after(options: pulumi.ResourceOptions, first: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[first]))
