"""Identity policies of the platform's own roles in the data science account."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents import common
from policies.documents.statement import Statement, document


def stack_set_administration(execution_roles: Sequence[str]) -> str:
    """CloudFormation StackSets enter exactly the execution roles of the workload accounts (ARNs)."""
    return document(
        Statement(sid="EnterWorkloadAccounts", actions=["sts:AssumeRole"], resources=execution_roles),
    )


def studio_user(
    *,
    partition: str,
    account: str,
    region: str,
    data_bucket: str,
    data_key: str,
    volume_key: str,
    repository_arn: str,
    parameters: str,
    publish_roles: str,
) -> str:
    """A scientist's work in Studio: own apps and spaces, the shared data, jobs of the projects seen but not started."""
    here = f"{region}:{account}"
    sagemaker = f"arn:{partition}:sagemaker:{here}"
    return document(
        *_studio_itself(sagemaker),
        Statement(
            sid="ReadAndWriteSharedData",
            actions=["s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            resources=[f"{data_bucket}/shared/*"],
        ),
        Statement(
            sid="ListSharedData",
            actions=["s3:ListBucket"],
            resources=[data_bucket],
            conditions={"StringLike": {"s3:prefix": ["shared", "shared/*"]}},
        ),
        common.use_storage_keys("UseTheDataKey", region, data_key),
        common.encrypt_volumes("EncryptOwnVolumes", region, volume_key),
        Statement(
            sid="FindThePlatform",
            actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
            resources=[f"arn:{partition}:ssm:{here}:parameter{parameters}/*"],
        ),
        Statement(
            sid="BorrowPublishRoles",
            actions=["sts:AssumeRole"],
            # Each project's own trust decides whose scientist publishes to it.
            resources=[publish_roles],
        ),
        common.write_logs("WriteStudioLogs", [f"arn:{partition}:logs:{here}:log-group:/aws/sagemaker/studio*"]),
        common.pull_image(repository_arn),
        common.sign_in_to_registry(),
    )


def _studio_itself(sagemaker: str) -> tuple[Statement, ...]:
    """Apps and spaces of one's own; runs and models to look at. `sagemaker` begins the ARNs."""
    return (
        Statement(
            sid="UseStudio",
            actions=[
                "sagemaker:CreateApp",
                "sagemaker:CreatePresignedDomainUrl",
                "sagemaker:CreateSpace",
                "sagemaker:DeleteApp",
                "sagemaker:DeleteSpace",
                "sagemaker:DescribeApp",
                "sagemaker:DescribeDomain",
                "sagemaker:DescribeSpace",
                "sagemaker:DescribeUserProfile",
                "sagemaker:UpdateSpace",
            ],
            resources=[f"{sagemaker}:{kind}/*" for kind in ("app", "domain", "space", "user-profile")],
        ),
        Statement(
            sid="SeeRunsAndModels",
            actions=[
                "sagemaker:DescribeModelPackage",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:DescribePipeline",
                "sagemaker:DescribePipelineExecution",
                "sagemaker:DescribeProcessingJob",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:ListPipelineExecutionSteps",
                "sagemaker:ListPipelineExecutions",
            ],
            resources=[
                f"{sagemaker}:{kind}/*"
                for kind in ("model-package", "model-package-group", "pipeline", "processing-job", "training-job")
            ],
        ),
        Statement(
            sid="ListInStudio",
            actions=["sagemaker:List*", "sagemaker:Search"],
            resources=["*"],
            reason="Lists that Studio's pages show know no resource; they hold names, not data",
        ),
    )


def approver(*, partition: str, account: str, region: str, prefix: str) -> str:
    """An approver's work: see what a model is and how it measured, say yes or no, and let it into production."""
    here = f"{region}:{account}"
    packages = [
        f"arn:{partition}:sagemaker:{here}:model-package-group/{prefix}-*",
        f"arn:{partition}:sagemaker:{here}:model-package/{prefix}-*/*",
    ]
    pipelines = f"arn:{partition}:codepipeline:{here}:*-{prefix}-deploy"
    return document(
        Statement(
            sid="SeeModels",
            actions=[
                "sagemaker:DescribeModelPackage",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:ListModelPackages",
            ],
            resources=packages,
        ),
        Statement(
            sid="ListModels",
            actions=["sagemaker:ListModelPackageGroups"],
            resources=["*"],
            reason="Listing groups knows no resource",
        ),
        Statement(
            sid="DecideOnModels",
            actions=["sagemaker:UpdateModelPackage"],
            resources=packages,
        ),
        Statement(
            sid="SeeDeployments",
            actions=[
                "codepipeline:GetPipelineExecution",
                "codepipeline:GetPipelineState",
                "codepipeline:ListPipelineExecutions",
            ],
            resources=[pipelines],
        ),
        Statement(
            sid="DecideOnProduction",
            actions=["codepipeline:PutApprovalResult"],
            resources=[f"{pipelines}/Approve/*"],
        ),
    )
