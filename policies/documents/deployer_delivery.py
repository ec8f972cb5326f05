"""The deployer's rights over what models are built and delivered with: by name, Studio by the platform's tag."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.account import Account
from policies.documents.statement import Statement


def delivery(account: Account) -> Sequence[Statement]:
    """Studio, registry groups, builds, pipelines, and the functions that stacks call."""
    prefix = account.prefix
    studio = [account.arn("sagemaker", f"{kind}/*") for kind in ("domain", "user-profile")]
    groups = [account.arn("sagemaker", f"model-package-group/{prefix}-*")]
    pipelines = [account.arn("codepipeline", f"*-{prefix}-{purpose}") for purpose in ("build", "deploy")]
    return (
        Statement(
            sid="MakeStudio",
            actions=["sagemaker:CreateDomain", "sagemaker:CreateUserProfile"],
            resources=studio,
            conditions=account.tagging(),
        ),
        Statement(
            sid="MakeStudiosHome",
            actions=["elasticfilesystem:CreateFileSystem"],
            resources=["*"],
            conditions={"Bool": {"elasticfilesystem:Encrypted": "true"}},
            reason="CreateDomain makes it for its caller, before it has a name (SM api-permissions-reference)",
        ),
        Statement(
            sid="TagStudiosHome",
            actions=["elasticfilesystem:TagResource"],
            resources=[account.arn("elasticfilesystem", "file-system/*")],
            conditions={"StringEquals": {"elasticfilesystem:CreateAction": "CreateFileSystem"}},
        ),
        Statement(
            sid="KeepStudio",
            actions=[
                "sagemaker:DeleteDomain",
                "sagemaker:DeleteUserProfile",
                "sagemaker:UpdateDomain",
                "sagemaker:UpdateUserProfile",
            ],
            resources=studio,
            conditions=account.tagged(),
        ),
        Statement(
            sid="SeeStudio",
            actions=["sagemaker:DescribeDomain", "sagemaker:DescribeUserProfile"],
            resources=studio,
        ),
        Statement(
            sid="KeepRegistryGroups",
            actions=[
                "sagemaker:CreateModelPackageGroup",
                "sagemaker:DeleteModelPackageGroup",
                "sagemaker:DeleteModelPackageGroupPolicy",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:GetModelPackageGroupPolicy",
                "sagemaker:PutModelPackageGroupPolicy",
            ],
            resources=groups,
        ),
        Statement(
            sid="TagWhatItMakes",
            actions=["sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"],
            resources=[*studio, *groups],
        ),
        Statement(
            sid="KeepBuilds",
            actions=[
                "codebuild:BatchGetProjects",
                "codebuild:CreateProject",
                "codebuild:DeleteProject",
                "codebuild:UpdateProject",
            ],
            resources=[account.arn("codebuild", f"project/{prefix}-*")],
        ),
        Statement(
            sid="KeepPipelines",
            actions=[
                "codepipeline:CreatePipeline",
                "codepipeline:DeletePipeline",
                "codepipeline:GetPipeline",
                "codepipeline:ListTagsForResource",
                "codepipeline:TagResource",
                "codepipeline:UntagResource",
                "codepipeline:UpdatePipeline",
            ],
            resources=pipelines,
        ),
        *_functions(account),
    )


def _functions(account: Account) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="KeepFunctions",
            actions=[
                "lambda:CreateFunction",
                "lambda:DeleteFunction",
                "lambda:GetFunction",
                "lambda:GetFunctionCodeSigningConfig",
                "lambda:GetFunctionConfiguration",
                "lambda:ListTags",
                "lambda:ListVersionsByFunction",
                "lambda:TagResource",
                "lambda:UntagResource",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
            ],
            resources=[account.arn("lambda", f"function:{account.prefix}-*")],
        ),
        Statement(
            sid="CallTheReleaseCleaner",
            actions=["lambda:InvokeFunction"],
            resources=[account.arn("lambda", f"function:{account.prefix}-*-release-cleaner")],
        ),
    )
