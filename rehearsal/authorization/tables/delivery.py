"""What builds and delivers: CodeBuild, CodePipeline, CloudFormation, ECR, Lambda. Source: each service's SAR."""

from __future__ import annotations

from typing import Any

from rehearsal.authorization.need import Asked, Need, Right, Table, needs, own, passes, values

PROJECT = own("codebuild", "project/{name}")


def _builds(action: str) -> Any:
    """A build's right is its project's: `<project>:<id>` (SAR list_awscodebuild)."""

    def rights(asked: Asked) -> list[Right]:
        ids = values(asked.parameters, "ids") or values(asked.parameters, "id") or ["*"]
        names = dict.fromkeys(one.rsplit(":build/", 1)[-1].partition(":")[0] for one in ids)
        base = f"arn:{asked.partition}:codebuild:{asked.region}:{asked.account}:project/"
        return [Right(action=f"codebuild:{action}", resource=base + name) for name in names]

    return rights


CODEBUILD: Table = {
    "BatchGetBuilds": (_builds("BatchGetBuilds"),),
    "BatchGetProjects": needs("codebuild:BatchGetProjects", own("codebuild", "project/{names}")),
    "CreateProject": (
        *needs("codebuild:CreateProject", PROJECT, tags="tags"),
        passes("serviceRole", "codebuild.amazonaws.com"),
    ),
    "DeleteProject": needs("codebuild:DeleteProject", PROJECT),
    "ListBuildsForProject": needs("codebuild:ListBuildsForProject", own("codebuild", "project/{projectName}")),
    "RetryBuild": (_builds("RetryBuild"),),
    "StartBuild": needs("codebuild:StartBuild", own("codebuild", "project/{projectName}")),
    "StopBuild": (_builds("StopBuild"),),
    "UpdateProject": (
        *needs("codebuild:UpdateProject", PROJECT, tags="tags"),
        passes("serviceRole", "codebuild.amazonaws.com"),
    ),
}

PIPELINE = own("codepipeline", "{name}")
_STRUCTURE = own("codepipeline", "{pipeline.name}")
_ACTION = own("codepipeline", "{pipelineName}/{stageName}/{actionName}")
_RUNNER = passes("pipeline.roleArn", "codepipeline.amazonaws.com")
_TAGGING = Need(action="codepipeline:TagResource", resource=_STRUCTURE, tags="tags", when="tags")


def _pipeline(action: str) -> tuple[Need, ...]:
    return needs(f"codepipeline:{action}", own("codepipeline", "{pipelineName}"))


CODEPIPELINE: Table = {
    "CreatePipeline": (
        *needs("codepipeline:CreatePipeline", _STRUCTURE, tags="tags"),
        _RUNNER,
        _TAGGING,
    ),
    "DeletePipeline": needs("codepipeline:DeletePipeline", PIPELINE),
    "DisableStageTransition": needs(
        "codepipeline:DisableStageTransition", own("codepipeline", "{pipelineName}/{stageName}")
    ),
    "EnableStageTransition": needs(
        "codepipeline:EnableStageTransition", own("codepipeline", "{pipelineName}/{stageName}")
    ),
    "GetPipeline": needs("codepipeline:GetPipeline", PIPELINE),
    "GetPipelineExecution": _pipeline("GetPipelineExecution"),
    "GetPipelineState": needs("codepipeline:GetPipelineState", PIPELINE),
    "ListPipelineExecutions": _pipeline("ListPipelineExecutions"),
    "ListTagsForResource": needs("codepipeline:ListTagsForResource", "{resourceArn}"),
    "PutApprovalResult": needs("codepipeline:PutApprovalResult", _ACTION),
    "PutJobFailureResult": needs("codepipeline:PutJobFailureResult"),
    "PutJobSuccessResult": needs("codepipeline:PutJobSuccessResult"),
    "RetryStageExecution": needs("codepipeline:RetryStageExecution", own("codepipeline", "{pipelineName}/{stageName}")),
    "StartPipelineExecution": needs("codepipeline:StartPipelineExecution", PIPELINE),
    "StopPipelineExecution": _pipeline("StopPipelineExecution"),
    "TagResource": needs("codepipeline:TagResource", "{resourceArn}", tags="tags"),
    "UntagResource": needs("codepipeline:UntagResource", "{resourceArn}", keys={"aws:TagKeys": "tagKeys"}),
    "UpdatePipeline": (*needs("codepipeline:UpdatePipeline", _STRUCTURE), _RUNNER),
}

# The set's id is not in the request; it is any.
STACK_SET = own("cloudformation", "stackset/{StackSetName}:*")
STACK = own("cloudformation", "stack/{StackName}/*")
_CLOUDFORMATION = "cloudformation.amazonaws.com"
_TARGET = {"cloudformation:TargetRegion": "Regions"}
_STACK_KEYS = {"cloudformation:RoleArn": "RoleARN", "cloudformation:TemplateUrl": "TemplateURL"}
_SET_KEYS = {"cloudformation:RoleArn": "AdministrationRoleARN", "cloudformation:TemplateUrl": "TemplateURL"}


def _sets(*actions: str) -> Table:
    return {action: needs(f"cloudformation:{action}", STACK_SET) for action in actions}


def _stacks(*actions: str) -> Table:
    return {action: needs(f"cloudformation:{action}", STACK) for action in actions}


CLOUDFORMATION: Table = {
    **_sets(
        "DeleteStackSet",
        "DescribeStackInstance",
        "DescribeStackSet",
        "DescribeStackSetOperation",
        "ListStackInstances",
        "ListStackSetOperationResults",
        "ListStackSetOperations",
        "StopStackSetOperation",
    ),
    **_stacks(
        "DescribeStackEvents",
        "DescribeStackResource",
        "DescribeStackResources",
        "DescribeStacks",
        "GetTemplate",
        "ListStackResources",
    ),
    "CreateStack": (
        *needs("cloudformation:CreateStack", STACK, keys=_STACK_KEYS, tags="Tags"),
        passes("RoleARN", _CLOUDFORMATION),
    ),
    "CreateStackInstances": needs("cloudformation:CreateStackInstances", STACK_SET, keys=_TARGET),
    # A set that does not exist yet is no resource (SAR: CreateStackSet knows none).
    "CreateStackSet": (
        *needs("cloudformation:CreateStackSet", keys=_SET_KEYS, tags="Tags"),
        passes("AdministrationRoleARN", _CLOUDFORMATION),
    ),
    "DeleteStack": needs("cloudformation:DeleteStack", STACK, keys={"cloudformation:RoleArn": "RoleARN"}),
    "DeleteStackInstances": needs("cloudformation:DeleteStackInstances", STACK_SET, keys=_TARGET),
    "UpdateStack": (
        *needs("cloudformation:UpdateStack", STACK, keys=_STACK_KEYS, tags="Tags"),
        passes("RoleARN", _CLOUDFORMATION),
    ),
    "UpdateStackInstances": needs("cloudformation:UpdateStackInstances", STACK_SET, keys=_TARGET),
    "UpdateStackSet": (
        *needs("cloudformation:UpdateStackSet", STACK_SET, keys=_SET_KEYS, tags="Tags"),
        passes("AdministrationRoleARN", _CLOUDFORMATION),
    ),
    "ValidateTemplate": needs("cloudformation:ValidateTemplate"),
}


def _repository(asked: Asked, action: str, name: str) -> Right:
    """`registryId` is the account whose registry is meant; the caller's own without it."""
    registry = asked.parameters.get("registryId") or asked.account
    return Right(action=action, resource=f"arn:{asked.partition}:ecr:{asked.region}:{registry}:repository/{name}")


def _ecr(*actions: str) -> Any:
    def rights(asked: Asked) -> list[Right]:
        names = values(asked.parameters, "repositoryName") or values(asked.parameters, "repositoryNames") or ["*"]
        return [_repository(asked, f"ecr:{action}", name) for action in actions for name in names]

    return rights


_NEW_REPOSITORY = own("ecr", "repository/{repositoryName}")
# Whoever asks for an image fetches its layers next, after a sign-in; the rehearsal asks for the manifest alone
# (ECR image-pull, repository-policy-examples).
_PULL = ("BatchGetImage", "BatchCheckLayerAvailability", "GetDownloadUrlForLayer")

ECR: Table = {
    **{
        action: (_ecr(action),)
        for action in (
            "BatchCheckLayerAvailability",
            "CompleteLayerUpload",
            "DeleteLifecyclePolicy",
            "DeleteRepository",
            "DeleteRepositoryPolicy",
            "DescribeImages",
            "DescribeRepositories",
            "GetDownloadUrlForLayer",
            "GetLifecyclePolicy",
            "GetRepositoryPolicy",
            "InitiateLayerUpload",
            "ListImages",
            "PutImage",
            "PutImageScanningConfiguration",
            "PutImageTagMutability",
            "PutLifecyclePolicy",
            "SetRepositoryPolicy",
            "UploadLayerPart",
        )
    },
    "BatchGetImage": (_ecr(*_PULL), *needs("ecr:GetAuthorizationToken")),
    "CreateRepository": (
        *needs("ecr:CreateRepository", _NEW_REPOSITORY, tags="tags"),
        Need(action="ecr:TagResource", resource=_NEW_REPOSITORY, tags="tags", when="tags"),
    ),
    "GetAuthorizationToken": needs("ecr:GetAuthorizationToken"),
    "ListTagsForResource": needs("ecr:ListTagsForResource", "{resourceArn}"),
    "TagResource": needs("ecr:TagResource", "{resourceArn}", tags="tags"),
    "UntagResource": needs("ecr:UntagResource", "{resourceArn}", keys={"aws:TagKeys": "tagKeys"}),
}

FUNCTION = own("lambda", "function:{FunctionName}")
_EXECUTION = passes("Role", "lambda.amazonaws.com")


def _function(*actions: str) -> Table:
    return {action: needs(f"lambda:{action}", FUNCTION) for action in actions}


LAMBDA: Table = {
    **_function(
        "DeleteFunction",
        "DeleteFunctionConcurrency",
        "DeleteFunctionEventInvokeConfig",
        "GetFunction",
        "GetFunctionConfiguration",
        "GetFunctionConcurrency",
        "GetFunctionEventInvokeConfig",
        "GetPolicy",
        "ListVersionsByFunction",
        "PublishVersion",
        "PutFunctionConcurrency",
        "PutFunctionEventInvokeConfig",
        "UpdateFunctionCode",
    ),
    "AddPermission": needs("lambda:AddPermission", FUNCTION, keys={"lambda:Principal": "Principal"}),
    "CreateFunction": (
        *needs(
            "lambda:CreateFunction",
            FUNCTION,
            tags="Tags",
            keys={"lambda:SubnetIds": "VpcConfig.SubnetIds", "lambda:SecurityGroupIds": "VpcConfig.SecurityGroupIds"},
            several=("lambda:SubnetIds", "lambda:SecurityGroupIds"),
        ),
        _EXECUTION,
        Need(action="lambda:TagResource", resource=FUNCTION, tags="Tags", when="Tags"),
    ),
    "Invoke": needs("lambda:InvokeFunction", FUNCTION),
    "ListTags": needs("lambda:ListTags", "{Resource}"),
    "RemovePermission": needs("lambda:RemovePermission", FUNCTION),
    "TagResource": needs("lambda:TagResource", "{Resource}", tags="Tags"),
    "UntagResource": needs("lambda:UntagResource", "{Resource}", keys={"aws:TagKeys": "TagKeys"}),
    "UpdateFunctionConfiguration": (*needs("lambda:UpdateFunctionConfiguration", FUNCTION), _EXECUTION),
}
