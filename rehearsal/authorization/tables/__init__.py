"""Every operation that is known, by the name of its service's model in botocore."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.authorization.need import Table
from rehearsal.authorization.tables import delivery, identity, network, operations, sagemaker, storage, watching

TABLES: Mapping[str, Table] = {
    "accessanalyzer": watching.ACCESS_ANALYZER,
    "application-autoscaling": operations.SCALING,
    "cloudformation": delivery.CLOUDFORMATION,
    "cloudtrail": watching.CLOUDTRAIL,
    "cloudwatch": operations.CLOUDWATCH,
    "codebuild": delivery.CODEBUILD,
    "codepipeline": delivery.CODEPIPELINE,
    "config": watching.CONFIG,
    "ec2": network.TABLE,
    "ecr": delivery.ECR,
    "events": operations.EVENTS,
    "guardduty": watching.GUARDDUTY,
    "iam": identity.IAM,
    "kms": identity.KMS,
    "lambda": delivery.LAMBDA,
    "logs": operations.LOGS,
    "macie2": watching.MACIE,
    "organizations": watching.ORGANIZATIONS,
    "resource-groups": operations.RESOURCE_GROUPS,
    "s3": storage.TABLE,
    "sagemaker": sagemaker.TABLE,
    "sagemaker-runtime": sagemaker.RUNTIME,
    "securityhub": watching.SECURITY_HUB,
    "sns": operations.SNS,
    "sqs": operations.SQS,
    "ssm": operations.SSM,
    "sts": identity.STS,
}
