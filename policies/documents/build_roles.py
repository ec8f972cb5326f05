"""Identity policies of the platform's own builds, which run outside the VPC and nothing that a repository says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, kw_only=True)
class ImageBuildScope:
    """What a build of an image reads, pushes to and writes: ARNs of its source, its repository, and its pin.

    `archives` are objects of an archive bucket that it writes beside, and `archives_key` that bucket's key.
    """

    project: str
    source: str
    repository: str
    pin: str
    archives: str | None = None
    archives_key: str | None = None


def image_build(scope: Scope, key: str, builds: Sequence[ImageBuildScope]) -> str:
    """The platform's builds of images: each reads a source, pushes, reads the scan, writes which digest is used.

    `key` (ARN) is that of sources and pins. Actions of a push: Amazon ECR User Guide, "IAM permissions for pushing an
    image to an Amazon ECR private repository".
    """
    archives = [build.archives for build in builds if build.archives]
    keys = [key, *(build.archives_key for build in builds if build.archives_key)]
    return document(
        common_statements.write_build_logs(scope, [build.project for build in builds]),
        Statement(sid="ReadTheSource", actions=READ_OBJECT, resources=[build.source for build in builds]),
        common_statements.use_storage_keys("UseKeysThroughStorage", scope.region, *keys),
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
            resources=[build.repository for build in builds],
        ),
        Statement(sid="PinTheDigest", actions=_WRITE_OBJECT, resources=[build.pin for build in builds]),
        Statement(sid="WriteArchives", actions=_WRITE_OBJECT, resources=archives) if archives else None,
    )
