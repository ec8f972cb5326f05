"""Projects and accounts that documents are written for in tests."""

from __future__ import annotations

from policies.documents.project_scope import ProjectScope
from policies.documents.workload_scope import WorkloadScope
from tests.policies.documents.requests import ACCOUNT, REGION, arn


def workload_scope() -> WorkloadScope:
    """A staging account."""
    return WorkloadScope(
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


def project_scope_of(project: str) -> ProjectScope:
    """A project of the data science account."""
    key = arn("kms", "key/k")
    return ProjectScope(
        partition="aws",
        account=ACCOUNT,
        region=REGION,
        prefix="mlops",
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
        rollback_folder=f"{project}-mlops-rollback"[:20],
    )
