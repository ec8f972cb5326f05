"""Small processing jobs of a probe's own, with a role and a key that are made for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from assumptions import images, roles
from assumptions.assumption import ProbedStack
from assumptions.refusals import ended, patiently, refusal
from policies.documents.common_statements import vpc_interfaces

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
# What the platform's job roles may do with the key of a volume besides handing it over (`encrypt_volumes` in
# policies/documents/common_statements.py).
VOLUME = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext")
# Ten for each of three jobs, two for each until its role is known, and what comes before and after.
MINUTES = 40

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
    """What every job's role needs: the image, its logs, and a place in the VPC.

    Source: SageMaker Developer Guide, "How to use SageMaker AI execution roles", CreateProcessingJob.
    """
    scope, owner = roles.scope_of(stack), images.REGISTRIES[stack.region]
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return (
        roles.allow(pull, scope.arn("ecr", f"repository/{images.REPOSITORY}", account=owner)),
        roles.allow("ecr:GetAuthorizationToken", "*"),
        roles.allow(logs, scope.arn("logs", "log-group:/aws/sagemaker/ProcessingJobs*")),
        roles.allow(vpc_interfaces().actions, "*"),
    )


def run(
    stack: ProbedStack, name: str, role_arn: str, key_arn: str, script: str, outputs: Sequence[Mapping[str, Any]] = ()
) -> Job:
    """Run a line of Python as a job to its end, in the stack's VPC, with one key for its volume and its outputs.

    It keeps the platform's rules, or the account's guard would stop it (`functions/remediator/rules.py`); the instance
    type is among those that foundations allow by default. What stays is the record of the job, as of any, and an empty
    log group where the account had none of the name; they cost nothing.
    """
    client = stack.client("sagemaker")
    vpc = {"Subnets": stack.output("subnetIds"), "SecurityGroupIds": [stack.output("workloadSecurityGroupId")]}
    cluster = {"InstanceCount": 1, "InstanceType": "ml.t3.medium", "VolumeSizeInGB": 5, "VolumeKmsKeyId": key_arn}
    given = {
        "ProcessingJobName": name,
        "RoleArn": role_arn,
        "AppSpecification": {
            "ImageUri": images.image(stack.region),
            "ContainerEntrypoint": ["python3", "-c", script],
        },
        "ProcessingResources": {"ClusterConfig": cluster},
        "ProcessingOutputConfig": {"Outputs": list(outputs), "KmsKeyId": key_arn},
        "NetworkConfig": {"EnableInterContainerTrafficEncryption": True, "VpcConfig": vpc},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
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
    client = stack.client("sagemaker")
    found: Mapping[str, Any] = ended(
        stack,
        lambda: client.describe_processing_job(ProcessingJobName=name),
        lambda job: job["ProcessingJobStatus"] in ("InProgress", "Stopping"),
        _TRIES,
    )
    return Job(str(found["ProcessingJobStatus"]), str(found.get("FailureReason", "")))
