"""Small processing jobs of a probe's own, with a role and a key that are made for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from assumptions import images, roles
from assumptions.assumption import ProbedStack
from assumptions.refusals import patiently, refusal

SERVICE = {"Service": "sagemaker.amazonaws.com"}
NEEDS = (
    "kms:CreateKey",
    "kms:ScheduleKeyDeletion",
    "sagemaker:CreateProcessingJob",
    "sagemaker:DescribeProcessingJob",
    "sagemaker:StopProcessingJob",
)
# ml.t3.medium costs 0.05 USD an hour for processing in us-east-1 (Amazon SageMaker pricing), counted twice for dearer
# regions. Three jobs of at most ten minutes come to 0.05 USD, their disks of 5 GB to less than a cent. A key costs 1
# USD a month by the hour, and nothing while it waits for its deletion (AWS KMS pricing).
PRICE = 0.07
# Ten for each of three jobs, two for each until its role is known, and what comes before and after.
MINUTES = 40

_SECONDS = 5
_TRIES = 120
# The shortest that KMS waits (botocore, kms ScheduleKeyDeletion).
_PENDING_DAYS = 7
_KMS = re.compile(r"\bkms\b", re.IGNORECASE)


@dataclass(frozen=True)
class Job:
    """How a job ended, or `Refused` where CreateProcessingJob was; the reason is AWS's."""

    status: str
    reason: str = ""

    @property
    def completed(self) -> bool:
        """Whether it did its work."""
        return self.status == "Completed"

    @property
    def lacks_key(self) -> bool:
        """Whether it did not because of a key."""
        return self.status in ("Failed", "Refused") and bool(_KMS.search(self.reason))

    def __str__(self) -> str:
        """For a sentence of evidence."""
        return f"{self.status}: {self.reason}" if self.reason else self.status


@contextmanager
def key(stack: ProbedStack, granted_by: str = "") -> Iterator[str]:
    """A key while the context lasts, of which the account's identity policies decide: its ARN.

    `granted_by` is the one role of the account that they may let hand the key over. It is not denied to others, since
    services hand over what was handed to them, as EBS does with a volume's key (AWS KMS Developer Guide, "Grants in AWS
    KMS").
    """
    kms = stack.client("kms")
    delegated = {"Effect": "Allow", "Principal": {"AWS": roles.scope_of(stack).arn("iam", "root", region="")}}
    everything = [{**delegated, "Action": "kms:*", "Resource": "*"}]
    if granted_by:
        mine = {"ArnEquals": {"aws:PrincipalArn": granted_by}}
        everything = [
            {**delegated, "NotAction": "kms:CreateGrant", "Resource": "*"},
            {**delegated, "Action": "kms:CreateGrant", "Resource": "*", "Condition": mine},
        ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": everything})
    made = kms.create_key(Policy=policy, Description="A probe of the platform's assumptions")["KeyMetadata"]
    try:
        yield str(made["Arn"])
    finally:
        kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=_PENDING_DAYS)


def basics(stack: ProbedStack) -> tuple[Mapping[str, Any], ...]:
    """What every job's role needs: the image and its logs.

    Source: SageMaker Developer Guide, "How to use SageMaker AI execution roles", CreateProcessingJob.
    """
    scope, owner = roles.scope_of(stack), images.REGISTRIES[stack.region]
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return (
        roles.allow(pull, scope.arn("ecr", f"repository/{images.REPOSITORY}", account=owner)),
        roles.allow("ecr:GetAuthorizationToken", "*"),
        roles.allow(logs, scope.arn("logs", "log-group:/aws/sagemaker/ProcessingJobs*")),
    )


def run(
    stack: ProbedStack,
    name: str,
    role_arn: str,
    script: str,
    volume_key: str = "",
    output: Mapping[str, Any] | None = None,
) -> Job:
    """Run a line of Python as a job to its end. `output` is its ProcessingOutputConfig.

    Outside a VPC and perhaps without keys: an account whose organization denies that refuses it, which settles nothing.
    What stays is the record of the job, as of any, and an empty log group where the account had none of the name; they
    cost nothing.
    """
    client = stack.client("sagemaker")
    volume = {"VolumeKmsKeyId": volume_key} if volume_key else {}
    given = {
        "ProcessingJobName": name,
        "RoleArn": role_arn,
        "AppSpecification": {
            "ImageUri": images.image(stack.region),
            "ContainerEntrypoint": ["python3", "-c", script],
        },
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.t3.medium", "VolumeSizeInGB": 5, **volume}
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        **({"ProcessingOutputConfig": output} if output else {}),
    }
    try:
        patiently(stack, lambda: client.create_processing_job(**given), "assume role")
    except ClientError as error:
        return Job("Refused", refusal(error))
    found = _ended(stack, name)
    if found.status == "InProgress":
        client.stop_processing_job(ProcessingJobName=name)
        _ended(stack, name)
    return found


def run_with_known_rights(stack: ProbedStack, name: str, *arguments: Any, **more: Any) -> Job:
    """`run`, and once more where a key is lacking: a right of the role may not have been known to KMS yet."""
    found = run(stack, name, *arguments, **more)
    if not found.lacks_key:
        return found
    stack.pause(roles.PROPAGATION_SECONDS)
    return run(stack, f"{name}-again", *arguments, **more)


def _ended(stack: ProbedStack, name: str) -> Job:
    """How a job ended, or its status after ten minutes."""
    found: Mapping[str, Any] = {"ProcessingJobStatus": "InProgress"}
    for _ in range(_TRIES):
        stack.pause(_SECONDS)
        found = stack.client("sagemaker").describe_processing_job(ProcessingJobName=name)
        if found["ProcessingJobStatus"] not in ("InProgress", "Stopping"):
            break
    return Job(str(found["ProcessingJobStatus"]), str(found.get("FailureReason", "")))
