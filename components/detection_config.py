"""What an account's resources looked like, when, and which break a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# Managed rules (Config developerguide, managed-rules-by-aws-config) that fit what the platform makes. The name says
# what the account's owner reads in a finding.
RULES: Mapping[str, str] = {
    "boundaries-of-network-closed": "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
    "bucket-default-key": "S3_DEFAULT_ENCRYPTION_KMS",
    "bucket-keeps-versions": "S3_BUCKET_VERSIONING_ENABLED",
    "bucket-not-public-read": "S3_BUCKET_PUBLIC_READ_PROHIBITED",
    "bucket-not-public-write": "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
    "bucket-over-tls": "S3_BUCKET_SSL_REQUESTS_ONLY",
    "endpoint-key": "SAGEMAKER_ENDPOINT_CONFIGURATION_KMS_KEY_CONFIGURED",
    "function-not-public": "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED",
    "key-not-leaving": "KMS_CMK_NOT_SCHEDULED_FOR_DELETION",
    "key-rotates": "CMK_BACKING_KEY_ROTATION_ENABLED",
    "network-logs-flows": "VPC_FLOW_LOGS_ENABLED",
    "no-administrators-by-policy": "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
    "notebook-key": "SAGEMAKER_NOTEBOOK_INSTANCE_KMS_KEY_CONFIGURED",
    "notebook-not-on-internet": "SAGEMAKER_NOTEBOOK_NO_DIRECT_INTERNET_ACCESS",
    "trail-encrypted": "CLOUD_TRAIL_ENCRYPTION_ENABLED",
    "trail-validated": "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
}


@dataclass(frozen=True, kw_only=True)
class ConfigRulesArgs:
    """Name of recorder, channel and rules; where the history goes; the service-linked role, made here or not."""

    name: str
    bucket: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    role_arn: str
    make_role: bool


class ConfigRules(pulumi.ComponentResource):
    """AWS Config with rules on what the platform makes. An account and region have one recorder.

    It acts with its service-linked role: no policy of the account can widen or narrow that one.
    """

    def __init__(self, name: str, args: ConfigRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:detection:ConfigRules", name, None, opts)
        recorder = aws.cfg.Recorder(
            f"{name}-recorder",
            name=args.name,
            role_arn=self._role(name, args),
            recording_group=aws.cfg.RecorderRecordingGroupArgs(all_supported=True, include_global_resource_types=True),
            opts=pulumi.ResourceOptions(parent=self),
        )
        channel = aws.cfg.DeliveryChannel(
            f"{name}-channel",
            name=args.name,
            s3_bucket_name=args.bucket,
            s3_kms_key_arn=args.key_arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[recorder]),
        )
        # AWS starts no recorder without a channel, and takes no rule without a recorder that runs.
        started = aws.cfg.RecorderStatus(
            f"{name}-started",
            name=recorder.name,
            is_enabled=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[channel]),
        )
        for rule, identifier in RULES.items():
            aws.cfg.Rule(
                f"{name}-{rule}",
                name=f"{args.name}-{rule}",
                source=aws.cfg.RuleSourceArgs(owner="AWS", source_identifier=identifier),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[started]),
            )
        self.register_outputs({"recorderName": recorder.name})

    def _role(self, name: str, args: ConfigRulesArgs) -> pulumi.Input[str]:
        if not args.make_role:
            return args.role_arn
        role = aws.iam.ServiceLinkedRole(
            f"{name}-role", aws_service_name="config.amazonaws.com", opts=pulumi.ResourceOptions(parent=self)
        )
        return role.arn
