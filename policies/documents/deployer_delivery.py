"""The deployer's rights over what models are built and delivered with: by name, Studio by the platform's tag."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.account import AccountScope
from policies.documents.statement import Statement

_STUDIO = (
    "sagemaker:DeleteDomain",
    "sagemaker:DeleteUserProfile",
    "sagemaker:UpdateDomain",
    "sagemaker:UpdateUserProfile",
)
_GROUPS = (
    "sagemaker:CreateModelPackageGroup",
    "sagemaker:DeleteModelPackageGroup",
    "sagemaker:DeleteModelPackageGroupPolicy",
    "sagemaker:DescribeModelPackageGroup",
    "sagemaker:GetModelPackageGroupPolicy",
    "sagemaker:PutModelPackageGroupPolicy",
)
_BUILDS = (
    "codebuild:BatchGetProjects",
    "codebuild:CreateProject",
    "codebuild:DeleteProject",
    "codebuild:UpdateProject",
)
_PIPELINES = (
    "codepipeline:CreatePipeline",
    "codepipeline:DeletePipeline",
    "codepipeline:GetPipeline",
    "codepipeline:ListTagsForResource",
    "codepipeline:TagResource",
    "codepipeline:UntagResource",
    "codepipeline:UpdatePipeline",
)
_FUNCTIONS = (
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
)


def delivery(account: AccountScope) -> Sequence[Statement]:
    """Studio, registry groups, builds, pipelines, and the functions that stacks call."""
    studio = [account.arn("sagemaker", f"{kind}/*") for kind in ("domain", "user-profile")]
    groups = [account.arn("sagemaker", f"model-package-group/{account.prefix}-*")]
    return (
        *_studio(account, studio),
        Statement(sid="KeepRegistryGroups", actions=_GROUPS, resources=groups),
        Statement(
            sid="TagWhatItMakes",
            actions=["sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"],
            resources=[*studio, *groups],
        ),
        *_pipelines(account),
        *_functions(account),
    )


def _studio(account: AccountScope, studio: Sequence[str]) -> tuple[Statement, ...]:
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
        Statement(sid="KeepStudio", actions=_STUDIO, resources=studio, conditions=account.tagged()),
        Statement(
            sid="SeeStudio",
            actions=["sagemaker:DescribeDomain", "sagemaker:DescribeUserProfile"],
            resources=studio,
        ),
    )


def _pipelines(account: AccountScope) -> tuple[Statement, ...]:
    prefix = account.prefix
    pipelines = [account.arn("codepipeline", f"*-{prefix}-{purpose}") for purpose in ("build", "deploy")]
    return (
        Statement(sid="KeepBuilds", actions=_BUILDS, resources=[account.arn("codebuild", f"project/{prefix}-*")]),
        Statement(sid="KeepPipelines", actions=_PIPELINES, resources=pipelines),
    )


def _functions(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="KeepFunctions",
            actions=_FUNCTIONS,
            resources=[account.arn("lambda", f"function:{account.prefix}-*")],
        ),
        Statement(
            sid="CallTheReleaseCleaner",
            actions=["lambda:InvokeFunction"],
            resources=[account.arn("lambda", f"function:{account.prefix}-*-release-cleaner")],
        ),
    )
