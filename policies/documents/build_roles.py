"""Identity policies of the platform's own builds, which run outside the VPC and nothing that a repository says."""

from __future__ import annotations

from catalog.scope import Scope
from policies.documents import common_statements
from policies.documents.buckets import READ_OBJECT
from policies.documents.project_scope import ProjectScope
from policies.documents.statement import Statement, document

_WRITE_OBJECT = ("s3:AbortMultipartUpload", "s3:PutObject")


def packages(scope: ProjectScope, project: str) -> str:
    """The packages' build: reads the source artifacts of both pipelines, writes wheels, and does nothing else."""
    bucket = scope.artifacts_bucket
    folders = (scope.build_folder, scope.deploy_folder, scope.rollback_folder)
    return document(
        common_statements.write_build_logs(scope, [project]),
        Statement(
            sid="SeeTheArtifactsBucket",
            # AWS CodeBuild User Guide, "Allow CodeBuild to interact with other AWS services".
            actions=["s3:GetBucketAcl", "s3:GetBucketLocation"],
            resources=[bucket],
        ),
        Statement(
            sid="ReadTheRepositories",
            actions=READ_OBJECT,
            resources=[f"{bucket}/{folder}/Source/*" for folder in folders],
        ),
        Statement(sid="WriteWheels", actions=_WRITE_OBJECT, resources=[f"{bucket}/{scope.wheelhouse()}"]),
        Statement(
            sid="ListWheels",
            actions=["s3:ListBucket"],
            resources=[bucket],
            conditions={"StringLike": {"s3:prefix": [scope.wheelhouse()]}},
        ),
        common_statements.use_storage_keys("UseKeysThroughStorage", scope.region, scope.data_key),
    )


def image_build(scope: Scope, project: str, *, source: str, key: str, repository: str, pin: str) -> str:
    """The image's build: reads `source`, pushes to one repository, reads the scan, writes `pin` (objects' ARNs).

    Actions of a push: Amazon ECR User Guide, "IAM permissions for pushing an image to an Amazon ECR private
    repository".
    """
    return document(
        common_statements.write_build_logs(scope, [project]),
        Statement(sid="ReadTheSource", actions=READ_OBJECT, resources=[source]),
        common_statements.use_storage_keys("UseKeysThroughStorage", scope.region, key),
        common_statements.sign_in_to_registry(),
        Statement(
            sid="PushAndScan",
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:DescribeImageScanFindings",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            resources=[repository],
        ),
        Statement(sid="PinTheDigest", actions=_WRITE_OBJECT, resources=[pin]),
    )
