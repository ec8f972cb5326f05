"""Actions by which a principal comes to act with another role's permissions, or to change them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

# Service that a role is passed to -> actions that make it run with the role. Source: each service's page of the
# Service Authorization Reference, column of dependent actions (iam:PassRole), and every operation that takes a role in
# botocore's models of sagemaker, codebuild, codepipeline, cloudformation, events and lambda.
PASS_ROLE_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "sagemaker.amazonaws.com": (
        "sagemaker:CreateAIBenchmarkJob",
        "sagemaker:CreateAIRecommendationJob",
        "sagemaker:CreateApp",
        "sagemaker:CreateAutoMLJob",
        "sagemaker:CreateAutoMLJobV2",
        "sagemaker:CreateCluster",
        "sagemaker:CreateCompilationJob",
        "sagemaker:CreateDataQualityJobDefinition",
        "sagemaker:CreateDeviceFleet",
        "sagemaker:CreateDomain",
        "sagemaker:CreateEdgePackagingJob",
        "sagemaker:CreateEndpointConfig",
        "sagemaker:CreateFeatureGroup",
        "sagemaker:CreateFlowDefinition",
        "sagemaker:CreateHyperParameterTuningJob",
        "sagemaker:CreateImage",
        "sagemaker:CreateInferenceExperiment",
        "sagemaker:CreateInferenceRecommendationsJob",
        "sagemaker:CreateJob",
        "sagemaker:CreateLabelingJob",
        "sagemaker:CreateMlflowApp",
        "sagemaker:CreateMlflowTrackingServer",
        "sagemaker:CreateModel",
        "sagemaker:CreateModelBiasJobDefinition",
        "sagemaker:CreateModelExplainabilityJobDefinition",
        "sagemaker:CreateModelQualityJobDefinition",
        "sagemaker:CreateMonitoringSchedule",
        "sagemaker:CreateNotebookInstance",
        "sagemaker:CreateOptimizationJob",
        "sagemaker:CreatePartnerApp",
        "sagemaker:CreatePipeline",
        "sagemaker:CreateProcessingJob",
        "sagemaker:CreateProject",
        "sagemaker:CreateTrainingJob",
        "sagemaker:CreateTrainingSession",
        "sagemaker:CreateUserProfile",
        "sagemaker:RenderUiTemplate",
        "sagemaker:StartPipelineExecution",
        "sagemaker:UpdateCluster",
        "sagemaker:UpdateDeviceFleet",
        "sagemaker:UpdateDomain",
        "sagemaker:UpdateImage",
        "sagemaker:UpdateMonitoringSchedule",
        "sagemaker:UpdateNotebookInstance",
        "sagemaker:UpdatePipeline",
        "sagemaker:UpdateUserProfile",
    ),
    "lambda.amazonaws.com": ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"),
    "codebuild.amazonaws.com": (
        "codebuild:CreateProject",
        "codebuild:StartBuild",
        "codebuild:StartBuildBatch",
        "codebuild:UpdateProject",
    ),
    "codepipeline.amazonaws.com": ("codepipeline:CreatePipeline", "codepipeline:UpdatePipeline"),
    "cloudformation.amazonaws.com": (
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:CreateChangeSet",
        "cloudformation:CreateStack",
        "cloudformation:CreateStackInstances",
        "cloudformation:CreateStackSet",
        "cloudformation:DeleteStack",
        "cloudformation:DeleteStackInstances",
        "cloudformation:RollbackStack",
        "cloudformation:UpdateStack",
        "cloudformation:UpdateStackInstances",
        "cloudformation:UpdateStackSet",
    ),
    "events.amazonaws.com": (
        "events:PutRule",
        "events:PutTargets",
    ),
    "states.amazonaws.com": ("states:CreateStateMachine", "states:UpdateStateMachine"),
    "ec2.amazonaws.com": ("ec2:AssociateIamInstanceProfile", "ec2:RunInstances"),
    "ecs-tasks.amazonaws.com": ("ecs:RegisterTaskDefinition",),
    "glue.amazonaws.com": ("glue:CreateJob", "glue:UpdateJob", "glue:CreateDevEndpoint"),
    "servicecatalog.amazonaws.com": ("servicecatalog:CreateConstraint",),
}

# Kind of runner -> actions on it, or on what is below it, that decide what runs there with its role. A build is started
# with any build specification (CodeBuild StartBuild, buildspecOverride), a sandbox takes commands, and credentials or
# webhooks say which source is built; a presigned URL opens a profile or notebook as its owner; a stack set's instances
# take other parameters, and a stack that keeps a role lends it to every later operation (AWS CloudFormation User Guide,
# "AWS CloudFormation service role"); whoever answers for a step's job decides its result.
RUNNER_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "build": (
        "codebuild:CreateWebhook",
        "codebuild:ImportSourceCredentials",
        "codebuild:StartBuild",
        "codebuild:StartBuildBatch",
        "codebuild:StartCommandExecution",
        "codebuild:StartSandbox",
        "codebuild:StartSandboxConnection",
        "codebuild:UpdateProject",
        "codebuild:UpdateWebhook",
    ),
    "function": ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
    # A run takes other files of code (AWS Glue Developer Guide, "Using job parameters in AWS Glue jobs").
    "Glue job": ("glue:StartJobRun", "glue:UpdateJob", "glue:UpdateJobFromSourceControl"),
    "instance": (
        "ec2:ModifyInstanceAttribute",
        "ec2:ReplaceIamInstanceProfileAssociation",
        "ssm:SendCommand",
        "ssm:StartAutomationExecution",
        "ssm:StartSession",
    ),
    "notebook": (
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "sagemaker:UpdateNotebookInstance",
        "sagemaker:UpdateNotebookInstanceLifecycleConfig",
    ),
    "pipeline": (
        "codepipeline:AcknowledgeJob",
        "codepipeline:AcknowledgeThirdPartyJob",
        "codepipeline:OverrideStageCondition",
        "codepipeline:PollForJobs",
        "codepipeline:PollForThirdPartyJobs",
        "codepipeline:PutActionRevision",
        "codepipeline:PutJobSuccessResult",
        "codepipeline:PutThirdPartyJobSuccessResult",
        "codepipeline:PutWebhook",
        "codepipeline:RollbackStage",
        "codepipeline:UpdateActionType",
        "codepipeline:UpdatePipeline",
    ),
    "profile": ("sagemaker:CreatePresignedDomainUrl", "sagemaker:UpdateUserProfile"),
    "domain": ("sagemaker:UpdateDomain",),
    "rule": ("events:PutRule", "events:PutTargets"),
    "stack": (
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteStack",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:ExecuteStackRefactor",
        "cloudformation:RollbackStack",
        "cloudformation:SetStackPolicy",
        "cloudformation:UpdateStack",
    ),
    "stack set": (
        "cloudformation:CreateStackInstances",
        "cloudformation:DeleteStackInstances",
        "cloudformation:ImportStacksToStackSet",
        "cloudformation:UpdateStackInstances",
        "cloudformation:UpdateStackSet",
    ),
    "state machine": ("states:SendTaskSuccess", "states:UpdateStateMachine", "states:UpdateStateMachineAlias"),
    "training pipeline": (
        "sagemaker:SendPipelineExecutionStepSuccess",
        "sagemaker:UpdatePipeline",
        "sagemaker:UpdatePipelineExecution",
        "sagemaker:UpdatePipelineVersion",
    ),
}

# Kind of runner -> actions that set it to work, or on its way, as it stands: with other values of its variables, or
# another revision from its own source at most. They lend no rights, but not everybody may.
STARTING_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "build": ("codebuild:RetryBuild", "codebuild:RetryBuildBatch"),
    "function": ("lambda:InvokeAsync", "lambda:InvokeFunction"),
    "notebook": ("sagemaker:StartNotebookInstance",),
    "pipeline": (
        "codepipeline:EnableStageTransition",
        "codepipeline:PutApprovalResult",
        "codepipeline:RetryStageExecution",
        "codepipeline:StartPipelineExecution",
    ),
    "state machine": ("states:RedriveExecution", "states:StartExecution", "states:StartSyncExecution"),
    "training pipeline": (
        "sagemaker:RetryPipelineExecution",
        "sagemaker:SendPipelineExecutionStepFailure",
        "sagemaker:StartPipelineExecution",
    ),
}

# Kind of runner -> what separates its ARN from those of what is below it: executions, versions and aliases, ids.
BELOW: Mapping[str, str] = {
    "function": ":",
    "stack": "/",
    "stack set": ":",
    "state machine": ":",
    "training pipeline": "/",
}

# What runs with a profile's role without naming the profile: its owner is told by a condition key (Service
# Authorization Reference, "Amazon SageMaker AI": sagemaker:OwnerUserProfileArn).
OWNED_BY_PROFILE = ("sagemaker:CreateApp", "sagemaker:CreateSpace", "sagemaker:StartSession", "sagemaker:UpdateSpace")
PROFILE_OWNER = "sagemaker:OwnerUserProfileArn"
# An image under the name that jobs pull: whoever pushes it decides what runs with their roles.
IMAGE_CHANGES = ("ecr:PutImage",)
IMAGE_USE = "ecr:BatchGetImage"

# On another role: what lets somebody act with it, or makes it able to do whatever its boundary admits.
TRUST_CHANGES = ("iam:UpdateAssumeRolePolicy",)
POLICY_ADDITIONS = ("iam:AttachRolePolicy", "iam:PutRolePolicy")
# A policy that is taken away may be the one that denies; tags decide which project's objects a role reads.
POLICY_REMOVALS = ("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:TagRole", "iam:UntagRole")
# Kept by nobody, on anything: whoever has one of these stands outside every boundary.
# Whoever sets an identity provider up, or changes one, signs in as anybody who comes by it.
IDENTITY_CHANGES = (
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreateSAMLProvider",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateUser",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutGroupPolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateLoginProfile",
    "iam:UpdateOpenIDConnectProviderThumbprint",
    "iam:UpdateSAMLProvider",
    "iam:UploadSSHPublicKey",
    "iam:UploadSigningCertificate",
)
BOUNDARY_REMOVAL = ("iam:DeleteRolePermissionsBoundary",)
BOUNDARY_CHANGE = ("iam:PutRolePermissionsBoundary",)
MANAGED_POLICY_CHANGES = ("iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion")
ROLE_CREATION = ("iam:CreateRole",)


@cache
def followed() -> frozenset[str]:
    """Every action, in lower case, that some step follows."""
    by_kind = (*PASS_ROLE_ACTIONS.values(), *RUNNER_ACTIONS.values(), *STARTING_ACTIONS.values())
    others = (
        *OWNED_BY_PROFILE,
        *IMAGE_CHANGES,
        *TRUST_CHANGES,
        *POLICY_ADDITIONS,
        *POLICY_REMOVALS,
        *IDENTITY_CHANGES,
        *BOUNDARY_REMOVAL,
        *BOUNDARY_CHANGE,
        *MANAGED_POLICY_CHANGES,
        *ROLE_CREATION,
        "iam:PassRole",
        "s3:PutObject",
        "sts:AssumeRole",
    )
    return frozenset(action.lower() for action in (*others, *(one for actions in by_kind for one in actions)))
