"""The table of marks: for each service in use, what is neither a harmless look nor denied to all but the deployers.

Sources: Service Authorization Reference, the services' pages; what an action returns: botocore's models. An action that
has no row is harmless if its access level is List or Read, and denied otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from catalog.roles import RoleKind as K
from policies.access.actions.marks import ServiceMarks, bounded, denied, harmless, held

_APPROVERS = (K.APPROVER, K.TEAM_APPROVER)
_PEOPLE = (K.ADMINISTRATOR, K.TEAM_ADMINISTRATOR)
_EXECUTION = (K.STACK_SET_EXECUTION,)
_JOBS = (K.PROCESSING, K.TRAINING)
_BUILDS = (K.BUILD, K.DEPLOY, K.DEPLOY_TEST)
_CODE_PIPELINES = (K.BUILD_PIPELINE, K.DEPLOY_PIPELINE)
_API_FUNCTIONS = (K.API, K.API_AUTHORIZER, K.API_HOOKS)
_IN_VPC = (*_BUILDS, *_JOBS, K.API, K.API_HOOKS, K.ENDPOINT_CHECKER, K.MODEL)
# Who leaves objects behind: code and data, runs and models, artifacts, records, captures, and what a test asks.
_WRITERS = (
    *(*_CODE_PIPELINES, *_JOBS, K.BUILD, K.DEPLOY, K.IMAGE_BUILD, K.MODEL),
    *(K.PACKAGES, K.PUBLISH, K.RELEASE_RECORDER, K.SCIENTIST, K.TEST),
)
_ENTER_ROLES = (K.DEPLOY, K.DEPLOY_TEST, K.RELEASE_RECORDER, K.SCIENTIST, K.STACK_SET_ADMINISTRATION)
_LEAVE_MESSAGES = (K.APPROVAL_SENDER, K.ENDPOINT_CHECKER, K.PIPELINE_STARTER, K.RELEASE_RECORDER, K.REMEDIATOR)
# Objects of projects, of models and of the account controls.
_OBJECTS = ("project-walls", "models-readers", "objects-through-endpoints")
_KEYS = ("keys-through-endpoints", "models-readers", "no-strangers")

SERVICES: Mapping[str, ServiceMarks] = {
    "access-analyzer": ServiceMarks(),
    "account": ServiceMarks(reads=False),
    "apigateway": ServiceMarks(
        reads=False,
        rows=[
            # Whoever reads an API key may ask for its value.
            held(_EXECUTION, "DELETE", "GET", "PATCH", "POST", "PUT", "SetWebACL", "UpdateRestApiPolicy"),
        ],
    ),
    "application-autoscaling": ServiceMarks(
        rows=[
            held(_EXECUTION, "*ScalingPolicy", "*ScalableTarget", "TagResource", "UntagResource"),
        ]
    ),
    "athena": ServiceMarks(reads=False),
    "budgets": ServiceMarks(),
    "chatbot": ServiceMarks(rows=[denied("Get*OauthParameters")]),
    "cloudformation": ServiceMarks(
        rows=[
            # Of stacks of its own set alone: AWS asks for all of CloudFormation.
            held(_EXECUTION, "ContinueUpdateRollback", "DeleteStack", "ExecuteChangeSet", "ExecuteStackRefactor"),
            held(_EXECUTION, "CreateStack", "RollbackStack", "SetStackPolicy", "UpdateStack", "ImportStacksToStackSet"),
            held((K.CHANGE_SET, K.STACK_SET_EXECUTION), "CreateChangeSet"),
            held((K.DEPLOY_PIPELINE, K.STACK_SET_EXECUTION), "CreateStackInstances", "CreateStackSet"),
            held((K.DEPLOY_PIPELINE, K.STACK_SET_EXECUTION), "UpdateStackInstances", "UpdateStackSet"),
            held((K.RELEASE_CLEANER, K.STACK_SET_EXECUTION), "DeleteStackInstances"),
            held(_EXECUTION, "CancelUpdateStack", "RecordHandlerProgress", "SignalResource"),
            held(_EXECUTION, "UpdateTerminationProtection", "UntagResource", "CreateStackRefactor"),
            held(_EXECUTION, "StopStackSetOperation"),
            held((K.CHANGE_SET, K.STACK_SET_EXECUTION), "DeleteChangeSet"),
            held((K.DEPLOY_PIPELINE, K.STACK_SET_EXECUTION), "TagResource"),
            held((K.RELEASE_CLEANER, K.STACK_SET_EXECUTION), "DeleteStackSet"),
        ]
    ),
    "cloudtrail": ServiceMarks(
        rows=[
            held((K.AUDITOR,), "LookupEvents"),
            denied("GetQueryResults", "GenerateQueryResultsSummary", "GetImport"),
        ]
    ),
    "cloudwatch": ServiceMarks(
        rows=[
            held(_EXECUTION, "DeleteAlarms", "PutMetricAlarm", "TagResource", "UntagResource"),
            held((*_JOBS, K.ENDPOINT_CHECKER), "PutMetricData"),
            denied("GetSpaceCredentials*", "GetRecords", "GetTelemetryQueryResults"),
        ]
    ),
    "codebuild": ServiceMarks(
        rows=[
            held(_CODE_PIPELINES, "StartBuild"),
            held((*_PEOPLE, *_CODE_PIPELINES, K.RELEASE_CLEANER), "StopBuild"),
        ]
    ),
    "codecommit": ServiceMarks(reads=False),
    "codeconnections": ServiceMarks(reads=False),
    "codedeploy": ServiceMarks(
        rows=[
            held(_EXECUTION, "CreateApplication", "CreateDeployment*", "DeleteApplication", "DeleteDeployment*"),
            held(_EXECUTION, "RegisterApplicationRevision", "StopDeployment", "UpdateDeploymentGroup"),
            held(_EXECUTION, "CreateCloudFormationDeployment", "DeleteResourcesByExternalId", "TagResource"),
            held(_EXECUTION, "UntagResource", "DeleteGitHubAccountToken"),
            held((K.API_HOOKS,), "PutLifecycleEventHookExecutionStatus"),
        ]
    ),
    "codepipeline": ServiceMarks(
        rows=[
            held((*_PEOPLE, K.RELEASE_CLEANER), "StopPipelineExecution"),
            held((K.ADMINISTRATOR,), "DisableStageTransition", "EnableStageTransition"),
            held((*_APPROVERS, K.APPROVAL_PAGE), "PutApprovalResult"),
            held((*_APPROVERS, K.TEAM_ADMINISTRATOR), "RetryStageExecution"),
            held((*_APPROVERS, *_PEOPLE, K.PIPELINE_STARTER), "StartPipelineExecution"),
            # A job's details hold credentials of the pipeline's role.
            denied("GetJobDetails", "GetThirdPartyJobDetails"),
        ]
    ),
    "config": ServiceMarks(),
    "dynamodb": ServiceMarks(
        rows=[
            held(_EXECUTION, "CreateTable", "DeleteTable", "TagResource", "UntagResource"),
            held(_EXECUTION, "UpdateTable", "UpdateTimeToLive"),
            held((K.API,), "DeleteItem", "GetItem", "PutItem", "UpdateItem"),
            denied("BatchGetItem", "ConditionCheckItem", "GetRecords", "GetShardIterator", "PartiQLSelect"),
            denied("Query", "ReadDataForReplication", "Scan", "SearchVectors"),
        ]
    ),
    "ec2": ServiceMarks(
        rows=[
            held((*_IN_VPC, K.ACCOUNT_CLEANER), "DeleteNetworkInterface"),
            held(_IN_VPC, "CreateNetworkInterface"),
            held((*_BUILDS, *_JOBS, K.MODEL), "CreateNetworkInterfacePermission", "DeleteNetworkInterfacePermission"),
            held((K.API, K.API_HOOKS, K.ENDPOINT_CHECKER), "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"),
            held((K.ACCOUNT_CLEANER,), "CreateTags", "DeleteSecurityGroup", "RevokeSecurityGroup*gress"),
            denied("ExportClientVpn*", "ExportVerifiedAccess*", "GetConsole*", "GetLaunchTemplateData"),
            denied("GetPasswordData", "GetVpnConnectionDeviceSampleConfiguration"),
        ]
    ),
    "ecr": ServiceMarks(
        rows=[
            held((K.IMAGE_BUILD,), "CompleteLayerUpload", "InitiateLayerUpload", "PutImage", "UploadLayerPart"),
            harmless("the token carries its caller's own rights", "GetAuthorizationToken"),
            harmless("images hold the platform's code, no data", "BatchGetImage", "GetDownloadUrlForLayer"),
        ]
    ),
    "elasticfilesystem": ServiceMarks(
        rows=[
            held((K.ACCOUNT_CLEANER,), "DeleteFileSystem", "DeleteMountTarget", "TagResource"),
            denied("ClientMount", "ReplicationRead"),
        ]
    ),
    "events": ServiceMarks(
        rows=[
            held((K.ADMINISTRATOR, K.RELEASE_CLEANER), "DisableRule", "EnableRule"),
            held((K.RELEASE_RECORDER,), "PutEvents"),
            denied("RetrieveConnectionCredentials"),
        ]
    ),
    "execute-api": ServiceMarks(reads=False),
    "glue": ServiceMarks(reads=False),
    "guardduty": ServiceMarks(),
    "iam": ServiceMarks(
        rows=[
            held(_EXECUTION, "CreateServiceLinkedRole"),
            held((K.BUILD, K.DEPLOY_PIPELINE, K.PIPELINE, K.RELEASE_CLEANER, K.STACK_SET_EXECUTION), "PassRole"),
        ]
    ),
    "kms": ServiceMarks(
        rows=[
            bounded(_KEYS, "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
            bounded(("policies-stay",), "CreateGrant"),
            held((K.APPROVAL_SENDER,), "GenerateMac"),
            held((K.APPROVAL_PAGE,), "VerifyMac"),
            held((K.ADMINISTRATOR,), "CancelKeyDeletion", "DisableKey", "EnableKey", "EnableKeyRotation"),
            held((K.ADMINISTRATOR,), "RevokeGrant", "ScheduleKeyDeletion"),
            denied("GetParametersForImport"),
        ]
    ),
    "lambda": ServiceMarks(
        rows=[
            held(_EXECUTION, "AddPermission", "CreateAlias", "DeleteAlias", "DeleteFunction", "PublishVersion"),
            held((K.API_DEPLOYMENT, K.STACK_SET_EXECUTION), "UpdateAlias"),
            held(_EXECUTION, "CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration"),
            held((K.API_DEPLOYMENT, K.API_HOOKS, K.TEAM_ADMINISTRATOR), "InvokeFunction"),
            held(_EXECUTION, "RemovePermission", "TagResource", "UntagResource", "UpdateFunctionCodeSigningConfig"),
            held(_EXECUTION, "UpdateFunctionEventInvokeConfig", "UpdateFunctionUrlConfig"),
            # Each gives an address from which the code is fetched; an execution's history holds what it was given.
            held(_EXECUTION, "GetFunction", "GetLayerVersion", "GetDurableExecution*", "GetMicroVm*"),
        ]
    ),
    "logs": ServiceMarks(
        rows=[
            harmless("adds lines to a log group, and takes none away", "CreateLogGroup", "CreateLogStream"),
            harmless("adds lines to a log group, and takes none away", "PutLogEvents"),
            held(_EXECUTION, "AssociateKmsKey", "DeleteLogGroup", "PutRetentionPolicy", "TagResource"),
            held(_EXECUTION, "UntagResource"),
            held((*_PEOPLE, K.API_LOGS), "FilterLogEvents", "GetLogEvents"),
            denied("GetLogRecord", "GetLookupTable", "GetQueryResults", "GetScheduledQueryHistory"),
            denied("StartLiveTail", "StartQuery", "Unmask"),
        ]
    ),
    # What was found comes with samples of the data themselves (Amazon Macie API Reference,
    # "GetSensitiveDataOccurrences").
    "macie2": ServiceMarks(rows=[denied("GetSensitiveDataOccurrences")]),
    "organizations": ServiceMarks(reads=False),
    "ram": ServiceMarks(reads=False),
    "resource-groups": ServiceMarks(),
    "route53": ServiceMarks(),
    "s3": ServiceMarks(
        rows=[
            bounded(_OBJECTS, "AbortMultipartUpload", "DeleteObject", "GetObject*"),
            bounded(_OBJECTS, "ListBucket", "ListBucketVersions"),
            held(_WRITERS, "PutObject"),
            held((K.ACCOUNT_CLEANER,), "DeleteObjectVersion"),
            held((K.PUBLISH,), "PutObjectTagging"),
            # Both hand out credentials or content by a grant of its own kind.
            denied("GetDataAccess", "GetObjectTorrent", "GetObjectVersionForReplication"),
        ]
    ),
    "sagemaker": ServiceMarks(
        rows=[
            held((K.BUILD, K.PIPELINE, K.REMEDIATOR, K.SCIENTIST, K.STACK_SET_EXECUTION), "AddTags"),
            held((K.SCIENTIST,), "CreateApp", "CreatePresignedDomainUrl", "CreateSpace", "UpdateSpace"),
            held((K.PIPELINE,), "CreateProcessingJob", "CreateTrainingJob"),
            held((K.BUILD,), "CreatePipeline", "UpdatePipeline"),
            held((K.BUILD, K.TEAM_ADMINISTRATOR), "StartPipelineExecution"),
            held((K.TEAM_ADMINISTRATOR,), "RetryPipelineExecution"),
            held(_EXECUTION, "CreateEndpointConfig", "CreateModel"),
            held(_EXECUTION, "CreateEndpoint", "DeleteEndpointConfig", "DeleteModel", "DeleteTags"),
            held(_EXECUTION, "UpdateEndpoint", "UpdateEndpointWeightsAndCapacities"),
            bounded(("approvers-only-approve",), "UpdateModelPackage"),
            held((K.PIPELINE,), "CreateModelPackage"),
            held((K.TEST,), "CreateTransformJob"),
            held((K.ADMINISTRATOR, K.REMEDIATOR, K.STACK_SET_EXECUTION), "DeleteEndpoint"),
            held((K.ACCOUNT_CLEANER, K.ADMINISTRATOR, K.SCIENTIST), "DeleteApp"),
            held((K.ACCOUNT_CLEANER, K.SCIENTIST), "DeleteSpace"),
            held((K.RELEASE_CLEANER,), "DeleteModelPackage", "DeletePipeline"),
            held((K.ADMINISTRATOR, K.REMEDIATOR), "StopAutoMLJob", "StopHyperParameterTuningJob"),
            held((K.ADMINISTRATOR, K.REMEDIATOR), "StopNotebookInstance"),
            held((K.ADMINISTRATOR, K.REMEDIATOR, K.TEST), "StopTransformJob"),
            held((*_PEOPLE, K.PIPELINE, K.REMEDIATOR), "StopProcessingJob", "StopTrainingJob"),
            held((*_PEOPLE, K.BUILD, K.RELEASE_CLEANER), "StopPipelineExecution"),
            bounded(("delivery-walls", "no-strangers"), "InvokeEndpoint", "InvokeEndpointAsync"),
            # They read features, models of hubs, everybody's runs, and what training services answer.
            denied("BatchGetRecord", "CreateHubContentPresignedUrls", "GetRecord", "ListRecords", "QueryLineage"),
            denied("GetDeployments", "GetDeviceRegistration", "GetSamplingOperationResult"),
            denied("GetSearchSuggestions", "GetTrainingOperationResult", "InvokeEndpointWithResponseStream", "Search"),
        ]
    ),
    "sagemaker-mlflow": ServiceMarks(reads=False),
    "scheduler": ServiceMarks(),
    "secretsmanager": ServiceMarks(rows=[denied("BatchGetSecretValue", "GetSecretValue")]),
    "securityhub": ServiceMarks(),
    "servicecatalog": ServiceMarks(reads=False),
    "servicequotas": ServiceMarks(),
    "sns": ServiceMarks(
        rows=[
            held((K.APPROVAL_SENDER, K.DEPLOY_PIPELINE, K.RELEASE_RECORDER, K.REMEDIATOR), "Publish"),
        ]
    ),
    "sqs": ServiceMarks(
        rows=[
            held((K.TEAM_ADMINISTRATOR,), "ChangeMessageVisibility", "DeleteMessage", "ReceiveMessage"),
            held((*_LEAVE_MESSAGES, K.TEAM_ADMINISTRATOR), "SendMessage"),
        ]
    ),
    "ssm": ServiceMarks(
        rows=[
            harmless("the platform's parameters hold names and no secret", "GetParameter", "GetParameters"),
            harmless("the platform's parameters hold names and no secret", "GetParametersByPath"),
            denied("ExecuteApi", "GetAccessToken", "GetAutomationExecution", "GetCommandInvocation"),
            denied("GetDeployablePatchSnapshotForInstance", "GetParameterHistory", "StartExecutionPreview"),
        ]
    ),
    "states": ServiceMarks(reads=False),
    "sts": ServiceMarks(
        rows=[
            held(_ENTER_ROLES, "AssumeRole"),
            bounded(("tags-stay",), "TagSession"),
            bounded(("publishing-has-a-name",), "SetSourceIdentity"),
            bounded(("duties-apart",), "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"),
            # They hand out credentials, tokens, or what a refusal hides.
            denied("DecodeAuthorizationMessage", "GetAccessKeyInfo", "GetDelegatedAccessToken", "GetFederationToken"),
            denied("GetServiceBearerToken", "GetSessionToken", "GetWebIdentityToken"),
        ]
    ),
    "tag": ServiceMarks(),
    "wafv2": ServiceMarks(
        rows=[
            held(_EXECUTION, "AssociateWebACL", "CreateWebACL", "DeleteWebACL", "DisassociateWebACL", "UpdateWebACL"),
            held(_EXECUTION, "TagResource", "UntagResource"),
            denied("GetDecryptedApiKey"),
        ]
    ),
    "xray": ServiceMarks(reads=False, rows=[held((K.API,), "PutTelemetryRecords", "PutTraceSegments")]),
}
