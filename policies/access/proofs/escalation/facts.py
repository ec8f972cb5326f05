"""What on AWS turns a right into a role's rights."""

from __future__ import annotations

from collections.abc import Mapping

# Service that a role is passed to -> actions that make it run with the role. Source: each service's page of the
# Service Authorization Reference, column of dependent actions (iam:PassRole).
PASSED_TO: Mapping[str, tuple[str, ...]] = {
    "sagemaker.amazonaws.com": (
        "sagemaker:CreateApp",
        "sagemaker:CreateAutoMLJob",
        "sagemaker:CreateAutoMLJobV2",
        "sagemaker:CreateCluster",
        "sagemaker:CreateDomain",
        "sagemaker:CreateFeatureGroup",
        "sagemaker:CreateHyperParameterTuningJob",
        "sagemaker:CreateModel",
        "sagemaker:CreateNotebookInstance",
        "sagemaker:CreatePipeline",
        "sagemaker:CreateProcessingJob",
        "sagemaker:CreateTrainingJob",
        "sagemaker:CreateUserProfile",
        "sagemaker:UpdateDomain",
        "sagemaker:UpdatePipeline",
        "sagemaker:UpdateUserProfile",
    ),
    "lambda.amazonaws.com": ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"),
    "codebuild.amazonaws.com": ("codebuild:CreateProject", "codebuild:StartBuild", "codebuild:UpdateProject"),
    "codepipeline.amazonaws.com": ("codepipeline:CreatePipeline", "codepipeline:UpdatePipeline"),
    "cloudformation.amazonaws.com": (
        "cloudformation:CreateChangeSet",
        "cloudformation:CreateStack",
        "cloudformation:CreateStackInstances",
        "cloudformation:CreateStackSet",
        "cloudformation:DeleteStackInstances",
        "cloudformation:UpdateStack",
        "cloudformation:UpdateStackInstances",
        "cloudformation:UpdateStackSet",
    ),
    "events.amazonaws.com": ("events:PutTargets",),
    "states.amazonaws.com": ("states:CreateStateMachine", "states:UpdateStateMachine"),
    "ec2.amazonaws.com": ("ec2:AssociateIamInstanceProfile", "ec2:RunInstances"),
    "ecs-tasks.amazonaws.com": ("ecs:RegisterTaskDefinition",),
    "glue.amazonaws.com": ("glue:CreateJob", "glue:UpdateJob", "glue:CreateDevEndpoint"),
    "servicecatalog.amazonaws.com": ("servicecatalog:CreateConstraint",),
}

# Kind of runner -> actions on it that decide what runs there with its role. A build is started with any build
# specification (CodeBuild StartBuild, buildspecOverride); a presigned URL opens the profile as its owner.
COMMANDED: Mapping[str, tuple[str, ...]] = {
    "build": ("codebuild:StartBuild", "codebuild:StartBuildBatch", "codebuild:UpdateProject"),
    "function": ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
    "pipeline": ("codepipeline:UpdatePipeline",),
    "profile": ("sagemaker:CreatePresignedDomainUrl",),
    "domain": (),
    "rule": (),
}

# On another role: what lets somebody act with it, or makes it able to do whatever its boundary admits.
RETRUSTED = ("iam:UpdateAssumeRolePolicy",)
# Policies that are taken away may be those that deny; tags decide which project's objects are a role's.
WIDENED = (
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
)
# Kept by nobody, on anything: whoever has one of these stands outside every boundary.
IDENTITIES = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateUser",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutGroupPolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:UpdateLoginProfile",
)
UNBOUND = ("iam:DeleteRolePermissionsBoundary",)
REBOUND = ("iam:PutRolePermissionsBoundary",)
REWRITTEN = ("iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion")
CREATED = ("iam:CreateRole",)
