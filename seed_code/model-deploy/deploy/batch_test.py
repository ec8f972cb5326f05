"""Tests a model for batches: a transform job over the held-out rows."""

import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from deploy import checks
from deploy.endpoint import EndpointTest
from deploy.report import CheckResult, failed, passed, skipped
from deploy.wire import CSV, decode, encode

JOB = "transform job"
# SDK waiters of SageMaker give a transform job an hour (botocore).
_SECONDS = 3600.0
_PAUSE = 0.5


@dataclass
class BatchTest(EndpointTest):
    """The model, a job with it, and the job's answers."""

    seconds: float = _SECONDS

    def call(self) -> None:
        """All checks."""
        if self._record(checks.PACKAGE, self._package):
            self._record(f"answers {CSV}", self._batch)

    def await_capture(self, deadline: float) -> None:
        """Nothing is captured: files and answers are objects already."""
        del deadline
        self.results.append(skipped("data capture", "files and answers are objects already"))

    @property
    def model_name(self) -> str:
        """The model's name, as the template has it."""
        return f"{self.target.endpoint}-v{self.deployment.package_arn.rpartition('/')[2]}"

    def _package(self) -> CheckResult:
        model = self.clients.sagemaker.describe_model(ModelName=self.model_name)
        return checks.check_package({self.model_name: model}, self.deployment.package_arn)

    def _batch(self) -> CheckResult:
        bucket = self._parameter("storage/capture-bucket")
        folder = f"{self.deployment.project_id}/batch"
        requests, answers = f"{folder}/requests/{self._run}", f"{folder}/answers/{self._run}"
        body = encode(self.holdout.rows, CSV)
        self.clients.s3.put_object(Bucket=bucket, Key=f"{requests}/rows.csv", Body=body)
        job = f"{self.target.endpoint}-{self._run}"
        self.clients.sagemaker.create_transform_job(**self._job(job, bucket, requests, answers))
        self._requests += 1
        ended = self._ended(job)
        if ended["TransformJobStatus"] != "Completed":
            return failed(
                f"answers {CSV}", f"job {job} is {ended['TransformJobStatus']}: {ended.get('FailureReason')}"
            )
        found = self.clients.s3.get_object(Bucket=bucket, Key=f"{answers}/rows.csv.out")["Body"].read()
        predictions = decode(found, CSV)
        self.results.append(passed(JOB, f"{job} is Completed"))
        if self.plan.metric and len(predictions) == len(self.holdout.rows):
            problem, gate = self.deployment.problem, self.deployment.gate
            self.results.append(checks.check_metric(gate, problem, self.holdout, predictions))
        return checks.check_answers(CSV, predictions, self.holdout.expected)

    def _job(self, name: str, bucket: str, requests: str, answers: str) -> dict[str, Any]:
        source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{requests}/"}
        return {
            "TransformJobName": name,
            "ModelName": self.model_name,
            "BatchStrategy": "MultiRecord",
            "TransformInput": {
                "DataSource": {"S3DataSource": source},
                "ContentType": CSV,
                "SplitType": "Line",
            },
            "TransformOutput": {
                "S3OutputPath": f"s3://{bucket}/{answers}",
                "Accept": CSV,
                "AssembleWith": "Line",
                "KmsKeyId": self._parameter("keys/capture"),
            },
            "TransformResources": {
                "InstanceType": self.settings.instance_type,
                "InstanceCount": 1,
                "VolumeKmsKeyId": self._parameter("keys/volumes"),
            },
        }

    def _parameter(self, name: str) -> str:
        """What the account's own stack publishes."""
        path = f"{self.settings.parameters_path.rstrip('/')}/{name}"
        return str(self.clients.ssm.get_parameter(Name=path)["Parameter"]["Value"])

    def _ended(self, job: str) -> dict[str, Any]:
        """The job's description once it has ended, or at the time-out, when it is stopped."""
        deadline = time.monotonic() + self.seconds
        while True:
            found: dict[str, Any] = self.clients.sagemaker.describe_transform_job(TransformJobName=job)
            if found["TransformJobStatus"] not in ("InProgress", "Stopping"):
                return found
            if time.monotonic() > deadline:
                self._stop(job)
                return {
                    "TransformJobStatus": "stopped",
                    "FailureReason": f"not over after {self.seconds:.0f} s",
                }
            time.sleep(_PAUSE)

    def _stop(self, job: str) -> None:
        try:
            self.clients.sagemaker.stop_transform_job(TransformJobName=job)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":
                raise
