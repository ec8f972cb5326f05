"""The remediator in an in-memory SageMaker, with a topic and who listens to it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.sagemaker.models import sagemaker_backends

from functions.remediator import handler, resource_kinds
from functions.remediator.remediator import Remediation
from rehearsal.sagemaker import job_states
from rehearsal.service_model.patches import Patches
from rehearsal.services.sagemaker import patches as sagemaker_patches
from rehearsal.services.sagemaker import runtime_patches
from rehearsal.services.sagemaker.runtime_patches import State
from tests.functions.remediated import CONFIG, CONFORMING, KEY, TOPIC, VPC, arn, changed

REGION = "eu-west-1"
ROLE = "arn:aws:iam::111111111111:role/mlops/projects/screening/mlops-screening-processing"


@dataclass
class Account:
    """SageMaker, a topic and who listens to it."""

    sagemaker: Any
    sns: Any
    sqs: Any
    queue: str
    jobs: State
    patches: Patches

    def remediator(self, **config: Any) -> Remediation:
        return Remediation(self.sagemaker, self.sns, replace(CONFIG, **config))

    def messages(self) -> list[str]:
        """Messages since the last look."""
        found = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"])["Message"] for message in found]

    def tags(self, kind: resource_kinds.ResourceKind, name: str) -> dict[str, str]:
        tags = self.sagemaker.list_tags(ResourceArn=arn(kind, name))["Tags"]
        return {tag["Key"]: tag["Value"] for tag in tags}

    def processing(self, **more: Any) -> dict[str, Any]:
        """A processing job that runs; gives its event."""
        self.sagemaker.create_processing_job(
            ProcessingJobName="one",
            AppSpecification={"ImageUri": "image"},
            RoleArn=ROLE,
            **{**CONFORMING[resource_kinds.PROCESSING.resource], **more},
        )
        return changed(resource_kinds.PROCESSING, "one", "InProgress")

    def status(self) -> str:
        return str(self.sagemaker.describe_processing_job(ProcessingJobName="one")["ProcessingJobStatus"])

    def completes(self) -> None:
        """The processing job ends by itself."""
        self.jobs.put("111111111111", REGION, "ProcessingJob", "one", {"ProcessingJobStatus": "Completed"})

    def vanishes(self) -> None:
        """The processing job is forgotten."""
        sagemaker_backends["111111111111"][REGION].processing_jobs.pop("one", None)

    def notebook(self, **more: Any) -> dict[str, Any]:
        given = {**CONFORMING[resource_kinds.NOTEBOOK.resource], "RoleArn": ROLE, "SecurityGroupIds": ["sg-1"], **more}
        self.sagemaker.create_notebook_instance(NotebookInstanceName="one", **{k: v for k, v in given.items() if v})
        return changed(resource_kinds.NOTEBOOK, "one", "InService")

    def endpoint(self, name: str = "one", *, vpc: bool = True, key: bool = True) -> dict[str, Any]:
        """An endpoint with its model and configuration, each of that name."""
        network = {"VpcConfig": VPC} if vpc else {}
        container = {"Image": "image", "ModelDataUrl": "s3://models/one"}
        self.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE, **network)
        variant = {"VariantName": "primary", "ModelName": name, "InstanceType": "ml.m5.large"}
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[{**variant, "InitialInstanceCount": 1, "InitialVariantWeight": 1}],
            **({"KmsKeyId": KEY} if key else {}),
        )
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        return changed(resource_kinds.ENDPOINT, name, "IN_SERVICE")


@contextmanager
def remediator_account() -> Iterator[Account]:
    """An empty account, which the environment's credentials are of."""
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    environment = {**dict.fromkeys(keys, "testing"), "AWS_DEFAULT_REGION": REGION, "MOTO_ACCOUNT_ID": "111111111111"}
    patches, jobs = Patches(), State()
    default = patch("moto.core.models.DEFAULT_ACCOUNT_ID", "111111111111", create=True)
    with patch.dict(os.environ, environment), default, mock_aws():
        # moto has every job completed at once, drops members and stops no training job.
        sagemaker_patches.patch(patches)
        runtime_patches.install(patches, jobs, runtime_patches.Hooks())
        job_states.install(patches, jobs, lambda *_: None, lambda *_: False)
        sns, sqs = boto3.client("sns"), boto3.client("sqs")
        sns.create_topic(Name=TOPIC.rpartition(":")[2])
        queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
        sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:111111111111:heard")
        yield Account(boto3.client("sagemaker", config=handler.PATIENCE), sns, sqs, queue, jobs, patches)
        patches.undo()
