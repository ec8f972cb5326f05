"""Batch transform jobs: a model's container asked for each file below a prefix, and its answers beside one another.

Sources: botocore, CreateTransformJob; SageMaker Developer Guide, "Use Batch Transform", "Custom Inference Code with
Batch Transform".
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.requests import SignedRequest
from rehearsal.sagemaker import invocations, storage
from rehearsal.sagemaker.job_states import OnJobChange
from rehearsal.sagemaker.servers import ModelServer, ModelServerStarter, NotServed, resolve
from rehearsal.services.sagemaker.runtime_patches import State, now

_MIB = 1024 * 1024
# MaxPayloadInMB, where none is given (botocore).
_DEFAULT_MIB = 6


class TransformFailed(Exception):
    """A job that cannot go on; the text is its FailureReason."""


class TransformJobs:
    """Runs each job that somebody creates, in a thread."""

    def __init__(self, cloud: Cloud, state: State, starter: ModelServerStarter, changed: OnJobChange) -> None:
        self._cloud, self._state, self._starter, self._changed = cloud, state, starter, changed
        self._threads: list[threading.Thread] = []

    def see(self, actor: Actor, question: SignedRequest, status: int) -> None:
        """Take note of a request that was answered."""
        if question.operation != "CreateTransformJob" or question.service != "sagemaker" or status >= 400:
            return
        name = str(question.parameters.get("TransformJobName", ""))
        thread = threading.Thread(target=self._run, args=(actor.account, question.region, name), daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Wait for jobs that run."""
        for thread in self._threads:
            thread.join(60)

    def _run(self, account: str, region: str, name: str) -> None:
        key = (account, region, "TransformJob", name)
        started, reason, status = now(), "", "Completed"
        try:
            self._transform(account, region, self._state.get(*key))
        except (TransformFailed, NotServed, NotTrusted, storage.TransferError) as error:
            reason, status = f"ClientError: {error}", "Failed"
        except ClientError as error:
            reason, status = f"ClientError: {logs.refused(error)}", "Failed"
        except BotoCoreError as error:
            reason, status = f"InternalServerError: {error}", "Failed"
        members = {"TransformJobStatus": status, "FailureReason": reason[:1024] or None, "TransformStartTime": started}
        self._state.put(*key, {**members, "TransformEndTime": now()})
        self._changed(*key, status)

    def _transform(self, account: str, region: str, job: Mapping[str, Any]) -> None:
        payload = int(job.get("MaxPayloadInMB") or _DEFAULT_MIB)
        model_name = str(job["ModelName"])
        request = self._state.get(account, region, "Model", model_name)
        if not request:
            raise TransformFailed(f"model {model_name} does not exist")
        model = resolve(model_name, request, self._state.get(account, region, "Packages", model_name))
        # What SageMaker tells a container of a batch.
        batch = {"SAGEMAKER_BATCH": "true", "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(payload)}
        model = replace(model, environment={**model.environment, **batch, **(job.get("Environment") or {})})
        server = self._starter.start(account, region, str(job["TransformJobName"]), "transform", model)
        try:
            self._files(server, job, payload * _MIB)
        finally:
            self._starter.stop(server)

    def _files(self, server: ModelServer, job: Mapping[str, Any], limit: int) -> None:
        source, target = job["TransformInput"], job["TransformOutput"]
        place = source["DataSource"]["S3DataSource"]
        if place["S3DataType"] != "S3Prefix":
            raise TransformFailed(f"S3DataType {place['S3DataType']}: only S3Prefix is run here")
        s3 = self._cloud.client(server.role, "s3")
        bucket, prefix = storage.bucket_and_key(place["S3Uri"])
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        if not keys:
            raise TransformFailed(f"No objects found below {place['S3Uri']}")
        encrypted = storage.output_encryption(target.get("KmsKeyId"))
        for key in keys:
            content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            answers = [self._ask(server, job, part) for part in parts(content, source, job, limit)]
            name = key.removeprefix(prefix).lstrip("/") or key.rpartition("/")[2]
            joint = b"\n" if target.get("AssembleWith") == "Line" else b""
            body = joint.join(answer.rstrip(b"\n") if joint else answer for answer in answers)
            storage.put(s3, f"{target['S3OutputPath'].rstrip('/')}/{name}.out", body + joint, encrypted)

    def _ask(self, server: ModelServer, job: Mapping[str, Any], body: bytes) -> bytes:
        headers = {
            "Content-Type": job["TransformInput"].get("ContentType"),
            "Accept": job["TransformOutput"].get("Accept"),
        }
        reply = invocations.send(server, {name: text for name, text in headers.items() if text}, body)
        if reply.status != 200:
            raise TransformFailed(
                f"the container answered {reply.status}: {reply.body.decode('utf-8', 'replace')[:300]}"
            )
        return reply.body


def parts(content: bytes, source: Mapping[str, Any], job: Mapping[str, Any], limit: int) -> Iterator[bytes]:
    """The requests that a file becomes: whole, record by record, or as many records as a payload holds."""
    if source.get("SplitType") in (None, "None"):
        yield content
        return
    records: Sequence[bytes] = [line for line in content.splitlines(keepends=True) if line.strip()]
    if job.get("BatchStrategy") == "SingleRecord":
        yield from records
        return
    batch = b""
    for record in records:
        if batch and len(batch) + len(record) > limit:
            yield batch
            batch = b""
        batch += record
    if batch:
        yield batch
