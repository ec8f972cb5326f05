"""What the functions may do that remove what Pulumi did not make, each when its stack is destroyed.

Whoever loses models or data has agreed to it in the stack's settings: without that the right to delete is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from catalog.scope import Scope
from policies.documents.project_scope import ProjectScope
from policies.documents.statement import Conditions, Statement, document

# The tag by which the cleaner knows what a Studio domain made in its VPC; the value is the environment.
STUDIO_TAG = "studio-home-of"


def removal_of_project(
    scope: ProjectScope, code_pipelines: Sequence[str], builds: Sequence[str], *, deletes_models: bool
) -> tuple[Statement, ...]:
    """Stop what runs for a project, look at its models and delete its training pipeline; models by agreement alone.

    Each of `code_pipelines` is started by a rule of its name; `builds` are names of CodeBuild projects.
    """
    pipeline = scope.arn("sagemaker", f"pipeline/{scope.pipeline}")
    delete = Statement(
        sid="DeleteOwnModels",
        actions=["sagemaker:DeleteModelPackage"],
        resources=[scope.arn("sagemaker", f"model-package/{scope.group}/*")],
    )
    return (
        Statement(sid="SeeOwnModels", actions=["sagemaker:ListModelPackages"], resources=scope.group_arns()),
        Statement(
            sid="EndOwnTraining",
            actions=[
                "sagemaker:DeletePipeline",
                "sagemaker:ListPipelineExecutions",
                "sagemaker:StopPipelineExecution",
            ],
            resources=[pipeline, f"{pipeline}/*"],
        ),
        Statement(
            sid="StopOwnPipelines",
            actions=["codepipeline:ListPipelineExecutions", "codepipeline:StopPipelineExecution"],
            resources=[scope.arn("codepipeline", name) for name in code_pipelines],
        ),
        Statement(
            sid="StopOwnBuilds",
            actions=["codebuild:BatchGetBuilds", "codebuild:ListBuildsForProject", "codebuild:StopBuild"],
            resources=[scope.arn("codebuild", f"project/{name}") for name in builds],
        ),
        Statement(
            sid="SilenceOwnRules",
            # Enabled again where the destruction is refused.
            actions=["events:DescribeRule", "events:DisableRule", "events:EnableRule"],
            resources=[scope.arn("events", f"rule/{name}") for name in code_pipelines],
        ),
        *((delete,) if deletes_models else ()),
    )


def account_cleaner(
    scope: Scope, *, log_group: str, environment: str, buckets: Mapping[str, str], deletes: Collection[str]
) -> str:
    """The function that clears a data science account: Studio's leavings always, contents only of what `deletes` names.

    `buckets` are ARNs by what they hold.
    """
    emptied = [arn for what, arn in buckets.items() if what in deletes]
    return document(
        _look(scope),
        Statement(sid="SeeWhatBucketsHold", actions=["s3:ListBucketVersions"], resources=list(buckets.values()))
        if buckets
        else None,
        Statement(
            sid="EmptyBuckets",
            actions=["s3:DeleteObjectVersion"],
            resources=[f"{arn}/*" for arn in emptied],
        )
        if emptied
        else None,
        _end_studio(scope) if "studio" in deletes else None,
        *_clear_network(scope, environment, deletes_home="studio" in deletes),
        Statement(
            sid="WriteOwnLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{log_group}:*"],
        ),
    )


def _look(scope: Scope) -> Statement:
    del scope  # these lists know no resource
    return Statement(
        sid="SeeWhatIsThere",
        actions=[
            "ec2:DescribeSecurityGroups",
            "elasticfilesystem:DescribeFileSystems",
            "elasticfilesystem:DescribeMountTargets",
            "sagemaker:ListApps",
            "sagemaker:ListModelPackageGroups",
            "sagemaker:ListSpaces",
        ],
        resources=["*"],
        reason='Lists know no resource (Service Authorization Reference, "Amazon SageMaker AI", "Amazon EC2"); of file '
        "systems it has to find the one that SageMaker made",
    )


def _end_studio(scope: Scope) -> Statement:
    return Statement(
        sid="EndStudiosAppsAndSpaces",
        actions=["sagemaker:DeleteApp", "sagemaker:DeleteSpace"],
        resources=[scope.arn("sagemaker", f"{kind}/*") for kind in ("app", "space")],
    )


def _clear_network(scope: Scope, environment: str, *, deletes_home: bool) -> tuple[Statement, ...]:
    """Marking is for whatever SageMaker made for a domain; removing, for what is marked."""
    groups = [scope.arn("ec2", "security-group/*")]
    systems = [scope.arn("elasticfilesystem", "file-system/*")]
    marks: Conditions = {"StringEquals": {f"aws:RequestTag/{STUDIO_TAG}": environment}}
    # Without the second a call that names no tag would pass the first.
    only: Conditions = {"ForAllValues:StringEquals": {"aws:TagKeys": [STUDIO_TAG]}, "Null": {"aws:TagKeys": "false"}}
    marked: Conditions = {"StringEquals": {f"aws:ResourceTag/{STUDIO_TAG}": environment}}
    delete = ["elasticfilesystem:DeleteMountTarget", *(["elasticfilesystem:DeleteFileSystem"] if deletes_home else [])]
    return (
        Statement(
            sid="MarkWhatStudioMade",
            actions=["ec2:CreateTags", "elasticfilesystem:TagResource"],
            resources=[*groups, *systems],
            conditions={**marks, **only},
        ),
        Statement(
            sid="RemoveStudiosGroups",
            actions=[
                "ec2:DeleteSecurityGroup",
                "ec2:RevokeSecurityGroupEgress",
                "ec2:RevokeSecurityGroupIngress",
            ],
            resources=groups,
            conditions=marked,
        ),
        Statement(sid="UnmountStudiosHome", actions=delete, resources=systems, conditions=marked),
        Statement(
            sid="RemoveItsInterfaces",
            # EFS asks its caller for it (EFS User Guide, "DeleteMountTarget"). What is attached cannot be deleted.
            actions=["ec2:DeleteNetworkInterface"],
            resources=[scope.arn("ec2", "network-interface/*")],
        ),
    )
