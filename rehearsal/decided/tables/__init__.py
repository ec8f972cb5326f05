"""Every operation that is known, by the name of its service's model in botocore."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.decided.need import Table
from rehearsal.decided.tables import delivery, identity, network, operations, sagemaker, storage

TABLES: Mapping[str, Table] = {
    "application-autoscaling": operations.SCALING,
    "cloudformation": delivery.CLOUDFORMATION,
    "cloudwatch": operations.CLOUDWATCH,
    "codebuild": delivery.CODEBUILD,
    "codepipeline": delivery.CODEPIPELINE,
    "ec2": network.TABLE,
    "ecr": delivery.ECR,
    "events": operations.EVENTS,
    "iam": identity.IAM,
    "kms": identity.KMS,
    "lambda": delivery.LAMBDA,
    "logs": operations.LOGS,
    "resource-groups": operations.RESOURCE_GROUPS,
    "s3": storage.TABLE,
    "sagemaker": sagemaker.TABLE,
    "sagemaker-runtime": sagemaker.RUNTIME,
    "sns": operations.SNS,
    "sqs": operations.SQS,
    "ssm": operations.SSM,
    "sts": identity.STS,
}
