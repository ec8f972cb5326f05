"""Actions by which a principal comes to act with another role's permissions, or to change them."""

from __future__ import annotations

from collections.abc import Mapping

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

# Kind of runner -> actions on it that decide what runs there with its role. A build is started with any build
# specification (CodeBuild StartBuild, buildspecOverride); a presigned URL opens the profile as its owner.
RUNNER_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "build": ("codebuild:StartBuild", "codebuild:StartBuildBatch", "codebuild:UpdateProject"),
    "function": ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
    "pipeline": ("codepipeline:UpdatePipeline",),
    "profile": ("sagemaker:CreatePresignedDomainUrl",),
    "domain": (),
    "rule": (),
}

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
