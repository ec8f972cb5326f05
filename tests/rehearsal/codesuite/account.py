"""A small account with a bucket, roles, a build project and pipelines, in the in-memory AWS."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.suite import CodeSuite

DEV = "111111111111"
REGION = "eu-west-1"
BUCKET = "mlops-artifacts"


def archive(files: Mapping[str, str]) -> bytes:
    """A zip of texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return buffer.getvalue()


def trust(service: str) -> str:
    """A trust policy for a service."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class CodeSuiteAccount:
    """The data science account: makes what a test names, as the deployer."""

    def __init__(self, cloud: Cloud, suite: CodeSuite) -> None:
        self.cloud, self.suite = cloud, suite
        self.deployer = cloud.deployer(DEV)
        self.s3 = self.client("s3")
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.key = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.pipeline_role = self.role("runner", "codepipeline.amazonaws.com")
        self.build_role = self.role("build", "codebuild.amazonaws.com")

    def client(self, service: str) -> Any:
        return self.cloud.client(self.deployer, service)

    def role(self, name: str, service: str) -> str:
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))
        return str(made["Role"]["Arn"])

    def source(self, files: Mapping[str, str]) -> str:
        """Put the source archive. Gives its version."""
        return str(self.s3.put_object(Bucket=BUCKET, Key="source.zip", Body=archive(files))["VersionId"])

    def project(self, name: str, buildspec: str = "buildspec.yml", **more: Any) -> None:
        environment = {
            "type": "LINUX_CONTAINER",
            "image": more.pop("image", "aws/codebuild/x"),
            "computeType": "BUILD_GENERAL1_SMALL",
        }
        environment["environmentVariables"] = more.pop("variables", [])
        self.client("codebuild").create_project(
            name=name,
            source={"type": "CODEPIPELINE", "location": "pipeline", "buildspec": buildspec},
            artifacts={"type": "CODEPIPELINE", "location": "pipeline"},
            environment=environment,
            serviceRole=self.build_role,
            **more,
        )

    def pipeline(self, name: str, *stages: tuple[str, list[dict[str, Any]]], **more: Any) -> None:
        store = {"type": "S3", "location": BUCKET, "encryptionKey": {"id": self.key, "type": "KMS"}}
        fetch = action("Source", "Source", "S3", outputs=["Source"], S3Bucket=BUCKET, S3ObjectKey="source.zip")
        declared = [("Source", [fetch]), *stages]
        self.client("codepipeline").create_pipeline(
            pipeline={
                "name": name,
                "roleArn": self.pipeline_role,
                "artifactStore": store,
                "pipelineType": "V2",
                "stages": [{"name": stage, "actions": actions} for stage, actions in declared],
                **more,
            }
        )

    def run(self, name: str) -> dict[str, Any]:
        """Start a pipeline as anybody would and wait for its end. Gives GetPipelineExecution's answer."""
        started = self.client("codepipeline").start_pipeline_execution(name=name)["pipelineExecutionId"]
        self.suite.pipelines.executions(DEV, REGION, name)[-1].wait(60)
        answer = self.client("codepipeline").get_pipeline_execution(pipelineName=name, pipelineExecutionId=started)
        return dict(answer["pipelineExecution"])

    def failure(self, name: str) -> str:
        return self.suite.pipelines.executions(DEV, REGION, name)[-1].failure

    def by(self, actor_role: str) -> list[str]:
        """What a role asked for, as service:Operation."""
        lines = self.cloud.recorder.requests
        return [f"{line.service}:{line.operation}" for line in lines if line.role == actor_role]


def action(name: str, category: str, provider: str, **more: Any) -> dict[str, Any]:
    """An action of a definition; capitalised keywords are its configuration."""
    extra: dict[str, Any] = {
        key: more.pop(key) for key in ("runOrder", "namespace", "roleArn", "timeoutInMinutes") if key in more
    }
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "inputArtifacts": [{"name": name} for name in more.pop("inputs", [])],
        "outputArtifacts": [{"name": name} for name in more.pop("outputs", [])],
        "configuration": more,
        **extra,
    }
