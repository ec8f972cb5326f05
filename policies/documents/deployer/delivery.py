"""The deployer's rights over what models are built and delivered with: by name, Studio by the platform's tag."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.roles import RoleKind
from policies.documents.account import AccountScope
from policies.documents.deployer.deployed import DeployedTypes
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


def _sagemaker(account: AccountScope) -> tuple[Statement, ...]:
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
            reason="CreateDomain makes it for its caller, before it has a name (SageMaker Developer Guide, "
            '"Amazon SageMaker AI API Permissions")',
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
    pipelines = [account.arn("codepipeline", f"*-{prefix}-{purpose}") for purpose in ("build", "deploy", "rollback")]
    return (
        Statement(sid="KeepBuilds", actions=_BUILDS, resources=[account.arn("codebuild", f"project/{prefix}-*")]),
        Statement(
            sid="BuildTheModelImage",
            actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
            resources=[account.arn("codebuild", f"project/{prefix}-*-{what}") for what in ("image", "api-functions")],
        ),
        Statement(sid="KeepPipelines", actions=_PIPELINES, resources=pipelines),
    )


_APIS = tuple(f"apigateway:{verb}" for verb in ("DELETE", "GET", "PATCH", "POST", "PUT"))


def _apis(account: AccountScope) -> tuple[Statement, ...]:
    """REST APIs have ids of AWS's own; what is an API's stands below it."""
    apis = [account.arn("apigateway", f"/restapis{below}", account="") for below in ("", "/*")]
    return (
        Statement(sid="KeepApis", actions=_APIS, resources=apis),
        Statement(
            sid="TagApis",
            actions=["apigateway:DELETE", "apigateway:PUT"],
            resources=[account.arn("apigateway", "/tags/*", account="")],
        ),
    )


def _functions(account: AccountScope) -> tuple[Statement, ...]:
    called = [
        account.arn("lambda", f"function:{account.prefix}-*-{kind}")
        for kind in (
            RoleKind.APPROVAL_PAGE,
            RoleKind.APPROVAL_SENDER,
            RoleKind.ENDPOINT_CHECKER,
            RoleKind.PIPELINE_STARTER,
            RoleKind.RELEASE_RECORDER,
        )
    ]
    return (
        Statement(
            sid="KeepFunctions",
            actions=_FUNCTIONS,
            resources=[account.arn("lambda", f"function:{account.prefix}-*")],
        ),
        Statement(
            sid="LetRulesCallFunctions",
            actions=["lambda:AddPermission"],
            resources=called,
            conditions={"StringEquals": {"lambda:Principal": ["apigateway.amazonaws.com", "events.amazonaws.com"]}},
        ),
        Statement(
            sid="SeeWhoCallsFunctions",
            actions=["lambda:GetPolicy", "lambda:RemovePermission"],
            resources=called,
        ),
        Statement(
            sid="CallTheCleaners",
            actions=["lambda:InvokeFunction"],
            # With and without a qualifier: the provider calls `$LATEST` by name, which is authorised on the qualified
            # ARN (AWS Lambda Developer Guide, "Fine-tuning the Resources and Conditions sections of policies").
            resources=[
                account.arn("lambda", f"function:{account.prefix}-*-cleaner{qualifier}") for qualifier in ("", ":*")
            ],
        ),
    )


DELIVERY = (
    DeployedTypes(
        types=(
            "aws:sagemaker/domain:Domain",
            "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
            "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
            "aws:sagemaker/userProfile:UserProfile",
        ),
        statements=_sagemaker,
        ceiling=(
            "elasticfilesystem:CreateFileSystem",
            "elasticfilesystem:TagResource",
            "sagemaker:*Domain",
            "sagemaker:*ModelPackageGroup*",
            "sagemaker:*Tags",
            "sagemaker:*UserProfile",
        ),
        passed_to=("sagemaker",),
        keys_used_by=("elasticfilesystem", "sagemaker"),
    ),
    DeployedTypes(
        types=("aws:codebuild/project:Project", "aws:codepipeline/pipeline:Pipeline"),
        statements=_pipelines,
        ceiling=("codebuild:*", "codepipeline:*"),
        passed_to=("codebuild", "codepipeline"),
    ),
    DeployedTypes(
        types=(
            "aws:apigateway/deployment:Deployment",
            "aws:apigateway/methodSettings:MethodSettings",
            "aws:apigateway/restApi:RestApi",
            "aws:apigateway/stage:Stage",
        ),
        statements=_apis,
        ceiling=("apigateway:*",),
    ),
    DeployedTypes(
        types=(
            "aws:lambda/function:Function",
            "aws:lambda/invocation:Invocation",
            "aws:lambda/permission:Permission",
        ),
        statements=_functions,
        ceiling=("lambda:*",),
        passed_to=("lambda",),
    ),
)
