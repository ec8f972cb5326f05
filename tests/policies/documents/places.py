"""Projects and accounts that documents are written for in tests."""

from __future__ import annotations

from policies.documents.project_place import ProjectPlace
from policies.documents.workload_roles import WorkloadPlace
from tests.policies.documents.asked import ACCOUNT, REGION, arn


def workload_place() -> WorkloadPlace:
    """A staging account."""
    return WorkloadPlace(
        partition="aws",
        account="222222222222",
        region=REGION,
        prefix="mlops",
        stage="staging",
        registry_account=ACCOUNT,
        registry_region=REGION,
        models_bucket="models",
        models_key_alias="alias/mlops/dev/models",
        capture_bucket_arn="arn:aws:s3:::capture",
        capture_key_arn="arn:aws:kms:eu-west-1:222222222222:key/c",
        volume_key_arn="arn:aws:kms:eu-west-1:222222222222:key/v",
    )


def project_place(project: str) -> ProjectPlace:
    """A project of the data science account."""
    key = arn("kms", "key/k")
    return ProjectPlace(
        partition="aws",
        account=ACCOUNT,
        region=REGION,
        project=project,
        data_bucket="arn:aws:s3:::data",
        models_bucket="arn:aws:s3:::models",
        artifacts_bucket="arn:aws:s3:::artifacts",
        data_key=key,
        models_key=key,
        volume_key=key,
        operations_key=key,
        image_repository=arn("ecr", "repository/mlops/model"),
        parameters=f"/mlops/dev/projects/{project}",
        group=f"mlops-{project}",
        pipeline=f"mlops-{project}",
        build_folder=f"{project}-mlops-build"[:20],
        deploy_folder=f"{project}-mlops-deploy"[:20],
    )
