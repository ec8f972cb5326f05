"""Statements that several roles of a project share: what is theirs in the buckets, builds, runners of CodePipeline."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents import common_statements
from policies.documents.buckets import READ_OBJECT
from policies.documents.project_scope import ProjectScope
from policies.documents.statement import Statement

WRITE_OBJECT = ("s3:AbortMultipartUpload", "s3:PutObject")
READ_AND_WRITE_OBJECT = (*READ_OBJECT, *WRITE_OBJECT)


def objects(scope: ProjectScope, sid: str, bucket: str, actions: Sequence[str], below: str = "*") -> Statement:
    """Objects of the project in a bucket (ARN): all of them, or those `below` its prefix."""
    return Statement(sid=sid, actions=actions, resources=[f"{bucket}/{scope.project}/{below}"])


def artifacts(scope: ProjectScope, sid: str, actions: Sequence[str], *keys: str) -> Statement:
    """Objects in the artifacts bucket, by the key patterns that a role's work needs.

    A scientist's code runs as the build and as its jobs: were the repository that deploys within their reach, or the
    deploy pipeline's folder, then a scientist could deploy.
    """
    return Statement(sid=sid, actions=actions, resources=[f"{scope.artifacts_bucket}/{below}" for below in keys])


def listing(scope: ProjectScope, *buckets: str) -> Statement:
    """The project's keys in buckets (ARNs)."""
    return Statement(
        sid="ListOwnPrefix",
        actions=["s3:ListBucket"],
        resources=buckets,
        conditions={"StringLike": {"s3:prefix": [scope.project, f"{scope.project}/*"]}},
    )


def storage_keys(scope: ProjectScope, *keys: str, encrypts: bool = False) -> Statement:
    """Keys (ARNs) through S3; with `encrypts` for objects that are written too."""
    return common_statements.use_storage_keys("UseKeysThroughStorage", scope.region, *keys, encrypts=encrypts)


def volumes(scope: ProjectScope) -> tuple[Statement, ...]:
    """Volumes of jobs, encrypted with the account's volume key."""
    return common_statements.encrypt_volumes("EncryptVolumes", scope.region, scope.volume_key)


def build_basics(scope: ProjectScope, *projects: str) -> tuple[Statement, ...]:
    """What each build in the VPC needs: its log (by the CodeBuild project's name), wheels, a network interface."""
    return (
        common_statements.write_build_logs(scope, projects),
        artifacts(scope, "ReadWheels", READ_OBJECT, scope.wheelhouse()),
        Statement(
            sid="SeeTheArtifactsBucket",
            # AWS CodeBuild User Guide, "Allow CodeBuild to interact with other AWS services".
            actions=["s3:GetBucketAcl", "s3:GetBucketLocation"],
            resources=[scope.artifacts_bucket],
        ),
        Statement(
            sid="SeeTheNetwork",
            actions=[
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
            ],
            resources=["*"],
            reason="CodeBuild makes its interface itself, so its id does not exist yet (AWS CodeBuild User "
            'Guide, "Use AWS CodeBuild with Amazon Virtual Private Cloud")',
        ),
        Statement(
            sid="AttachToTheNetwork",
            actions=["ec2:CreateNetworkInterfacePermission"],
            resources=[scope.arn("ec2", "network-interface/*")],
            conditions={"StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"}},
        ),
    )


def read_parameters(scope: ProjectScope) -> Statement:
    """What the project's stack says in Parameter Store."""
    return Statement(
        sid="ReadOwnParameters",
        actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
        resources=[scope.arn("ssm", f"parameter{scope.parameters}{below}") for below in ("", "/*")],
    )


def runner(
    scope: ProjectScope, repository: str, folders: Sequence[str], build_projects: Sequence[str], topic: str | None
) -> tuple[Statement | None, ...]:
    """A CodePipeline's runner: one repository, the keys of its artifacts, its builds, questions to `topic` (ARN)."""
    return (
        artifacts(scope, "ReadTheRepository", READ_OBJECT, scope.source(repository)),
        artifacts(scope, "CarryArtifacts", READ_AND_WRITE_OBJECT, *folders),
        Statement(
            sid="SeeTheSourceBucket",
            # AWS CodePipeline User Guide, "Manage the CodePipeline service role".
            actions=["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
            resources=[scope.artifacts_bucket],
        ),
        listing(scope, scope.artifacts_bucket),
        storage_keys(scope, scope.data_key),
        Statement(
            sid="RunOwnBuilds",
            actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"],
            resources=[scope.arn("codebuild", f"project/{name}") for name in build_projects],
        ),
        Statement(sid="AskForApproval", actions=["sns:Publish"], resources=[topic]) if topic else None,
        Statement(
            sid="EncryptTheQuestion",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[scope.operations_key],
            conditions={"StringEquals": {"kms:ViaService": f"sns.{scope.region}.amazonaws.com"}},
        )
        if topic
        else None,
    )
