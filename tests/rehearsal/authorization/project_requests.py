"""API requests of a project's roles, as the recorder would write them, for the roles and resources of a graph."""

from __future__ import annotations

from typing import Any

from policies.access.graph import PolicyGraph
from rehearsal.aws.recorder import Recorded, source_keys
from rehearsal.service_model.required_action import ApiRequest, Right
from rehearsal.services import rights_of

DEV, STAGING = "111111111111", "222222222222"
REGION = "eu-west-1"


class ProjectRequests:
    """The screening project's way from data to staging."""

    def __init__(self, graph: PolicyGraph) -> None:
        self.graph = graph
        self.models = graph.named("bucket", f"-models-{DEV}-{REGION}")
        self.artifacts = graph.named("bucket", f"-artifacts-{DEV}-{REGION}")
        self.package = f"arn:aws:sagemaker:{REGION}:{DEV}:model-package/mlops-screening/1"

    def role(self, ending: str) -> str:
        """The one role whose name ends so."""
        (arn,) = [arn for arn in self.graph.roles if arn.endswith(ending)]
        return arn

    def endpoint(self, account: str, service: str) -> str:
        """An account's endpoint of a service."""
        found = self.graph.endpoint(account, service)
        assert found is not None
        return found.id

    def ask(
        self, role: str, service: str, operation: str, endpoint: str | None = None, phase: str = "journey", **given: Any
    ) -> Recorded:
        """One request of a role."""
        account = role.split(":")[4]
        query = ApiRequest(service=service, operation=operation, account=account, region=REGION, parameters=given)
        return _line(role, account, endpoint, service, operation, rights_of(query), phase)

    def start(self, principal: str, role: str, source: str) -> Recorded:
        """A service that takes on a role for a resource."""
        right = Right(
            action="sts:AssumeRole", resource=role, context=source_keys(principal, role.split(":")[4], source)
        )
        return _line(principal, role.split(":")[4], None, "sts", "AssumeRole", (right,), "journey")

    # ---- its requests

    def model_read(self, endpoint: str | None = None) -> Recorded:
        """Staging's model role reads its model out of the registry account."""
        through = endpoint or self.endpoint(STAGING, "s3")
        key = "screening/training/1/model.tar.gz"
        return self.ask(
            self.role("mlops-staging-screening-model"), "s3", "GetObject", through, Bucket=self.models.name, Key=key
        )

    def image_pull(self) -> Recorded:
        """Staging's model role fetches its image."""
        role = self.role("mlops-staging-screening-model")
        return self.ask(role, "ecr", "BatchGetImage", None, registryId=DEV, repositoryName="mlops/model")

    def report_written(self) -> Recorded:
        """Processing writes a report."""
        role, through = self.role("mlops-screening-processing"), self.endpoint(DEV, "s3")
        return self.ask(
            role, "s3", "PutObject", through, Bucket=self.artifacts.name, Key="screening/runs/1/report.json"
        )

    def package_described(self) -> Recorded:
        """CloudFormation in staging looks at the registry account's package."""
        role = self.role("mlops-staging-screening-stackset-execution")
        return self.ask(role, "sagemaker", "DescribeModelPackage", None, ModelPackageName=self.package)

    def pipeline_defined(self) -> Recorded:
        """The build defines the training pipeline and hands it its role."""
        return self.ask(
            self.role("mlops-screening-build"),
            "sagemaker",
            "CreatePipeline",
            self.endpoint(DEV, "sagemaker.api"),
            PipelineName="mlops-screening",
            RoleArn=self.role("mlops-screening-pipeline"),
        )

    def build_started(self) -> Recorded:
        """CodeBuild takes on the build's role."""
        source = f"arn:aws:codebuild:{REGION}:{DEV}:project/mlops-screening-build"
        return self.start("codebuild.amazonaws.com", self.role("mlops-screening-build"), source)

    def everything(self) -> list[Recorded]:
        """All of it."""
        return [
            self.build_started(),
            self.pipeline_defined(),
            self.report_written(),
            self.package_described(),
            self.image_pull(),
            self.model_read(),
        ]


def _line(
    role: str,
    account: str,
    endpoint: str | None,
    service: str,
    operation: str,
    rights: tuple[Right, ...] | None,
    phase: str,
) -> Recorded:
    return Recorded(
        number=1,
        at=0.0,
        phase=phase,
        role=role,
        session="session",
        account=account,
        endpoint=endpoint,
        service=service,
        operation=operation,
        resource="",
        status=200,
        region=REGION,
        rights=rights,
    )
