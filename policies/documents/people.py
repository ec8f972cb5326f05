"""Identity policies of those who look after an account and of those who look at it. Neither touches data."""

from __future__ import annotations

from policies.documents.account import FOUNDATION_TAG, AccountScope
from policies.documents.boundaries import CRYPTOGRAPHY, IAM_WRITES
from policies.documents.statement import Statement, document

# What configuration is read with. None of them gives an object, a prediction, a secret or a job worker's credentials.
_CONFIGURATION = (
    "access-analyzer:Get*",
    "access-analyzer:List*",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingActivities",
    "application-autoscaling:DescribeScalingPolicies",
    "cloudformation:Describe*",
    "cloudformation:GetTemplate",
    "cloudformation:List*",
    "cloudtrail:Describe*",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrail",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:List*",
    "cloudwatch:Describe*",
    "cloudwatch:GetDashboard",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:List*",
    "codebuild:BatchGet*",
    "codebuild:List*",
    "codedeploy:Get*",
    "codedeploy:List*",
    "codepipeline:GetPipeline",
    "codepipeline:GetPipelineExecution",
    "codepipeline:GetPipelineState",
    "codepipeline:List*",
    "config:Describe*",
    "config:Get*",
    "config:List*",
    "ec2:Describe*",
    "ecr:Describe*",
    "ecr:GetLifecyclePolicy",
    "ecr:GetRepositoryPolicy",
    "ecr:List*",
    "events:Describe*",
    "events:List*",
    "guardduty:Get*",
    "guardduty:List*",
    "iam:Get*",
    "iam:List*",
    "kms:Describe*",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:List*",
    "lambda:GetFunctionConfiguration",
    "lambda:GetPolicy",
    "lambda:List*",
    "logs:Describe*",
    "logs:ListTagsForResource",
    "macie2:Get*",
    "macie2:List*",
    "s3:GetAccountPublicAccessBlock",
    "s3:GetBucket*",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:ListAllMyBuckets",
    "sagemaker:Describe*",
    "sagemaker:GetModelPackageGroupPolicy",
    "sagemaker:List*",
    "securityhub:Get*",
    "sns:GetSubscriptionAttributes",
    "sns:GetTopicAttributes",
    "sns:List*",
    "ssm:DescribeParameters",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:ListTagsForResource",
    "tag:GetResources",
)
_STOP_WORK = (
    "sagemaker:DeleteApp",
    "sagemaker:DeleteEndpoint",
    "sagemaker:StopAutoMLJob",
    "sagemaker:StopHyperParameterTuningJob",
    "sagemaker:StopNotebookInstance",
    "sagemaker:StopPipelineExecution",
    "sagemaker:StopProcessingJob",
    "sagemaker:StopTrainingJob",
    "sagemaker:StopTransformJob",
)
_STOPPED = (
    *("app", "automl-job", "endpoint", "hyper-parameter-tuning-job", "notebook-instance", "pipeline"),
    *("processing-job", "training-job", "transform-job"),
)
# What a model's way into production hangs on.
_DECISIONS = ("codepipeline:PutApprovalResult", "sagemaker:CreateModelPackage", "sagemaker:UpdateModelPackage")
_DATA = ("s3:DeleteObject*", "s3:GetObject*", "s3:PutObject*", "sagemaker:InvokeEndpoint*")
# What the patterns of configuration would let through besides: samples of the data that Macie found, and features.
_SAMPLES = ("macie2:GetSensitiveDataOccurrences", "sagemaker:ListRecords")
_LOOK_AFTER_KEYS = (
    "kms:CancelKeyDeletion",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
)
_HOLD_DELIVERIES = (
    "codepipeline:DisableStageTransition",
    "codepipeline:EnableStageTransition",
    "codepipeline:StopPipelineExecution",
)
# How the keys of the account controls and of the trail are told apart from those of the stacks.
_FOUNDATION_KEYS = {f"aws:ResourceTag/{FOUNDATION_TAG[0]}": FOUNDATION_TAG[1]}


def administrator(account: AccountScope) -> str:
    """An administrator: sees every configuration, looks after keys without using them, stops what others started."""
    return document(
        _see_configuration(),
        Statement(sid="LookAfterKeys", actions=_LOOK_AFTER_KEYS, resources=[account.arn("kms", "key/*")]),
        *_stop(account),
        Statement(
            sid="ReadLogs",
            actions=["logs:FilterLogEvents", "logs:GetLogEvents"],
            resources=[account.arn("logs", f"log-group:{group}") for group in ("/aws/*", f"/{account.prefix}/*")],
        ),
        _deny("DenyDecisions", _DECISIONS),
        _deny("DenyMoreRights", IAM_WRITES),
        _deny("DenyData", (*_DATA, *_SAMPLES)),
        _deny("DenyUseOfKeys", CRYPTOGRAPHY),
        *_spare_the_guards(account),
    )


def _stop(account: AccountScope) -> tuple[Statement, ...]:
    """Stop jobs, endpoints, deliveries and builds that others started, and what starts them; take releases back."""
    prefix = account.prefix
    pipelines = account.arn("codepipeline", f"*-{prefix}-*")
    return (
        Statement(
            sid="StopWork",
            actions=_STOP_WORK,
            resources=[account.arn("sagemaker", f"{kind}/*") for kind in _STOPPED],
        ),
        # Back to what approvers have let in before: rendering refuses everything else.
        Statement(
            sid="GoBack",
            actions=["codepipeline:StartPipelineExecution"],
            resources=[account.arn("codepipeline", f"*-{prefix}-rollback")],
        ),
        Statement(sid="HoldDeliveries", actions=_HOLD_DELIVERIES, resources=[pipelines, f"{pipelines}/*"]),
        Statement(
            sid="StopBuilds",
            actions=["codebuild:StopBuild"],
            resources=[account.arn("codebuild", f"project/{prefix}-*")],
        ),
        # Rules that start pipelines have the pipelines' names. Those that begin with the prefix write releases down,
        # ask endpoints and tell of what fails: nobody silences them.
        Statement(
            sid="SilenceTriggers",
            actions=["events:DisableRule", "events:EnableRule"],
            resources=[account.arn("events", f"rule/*-{prefix}-*")],
        ),
    )


def _spare_the_guards(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="DenyTheGuards",
            effect="Deny",
            actions=["events:DisableRule", "events:EnableRule"],
            resources=list(account.controls()),
        ),
        Statement(
            sid="DenyTheGuardsKeys",
            effect="Deny",
            actions=["kms:DisableKey", "kms:RevokeGrant", "kms:ScheduleKeyDeletion"],
            resources=["*"],
            conditions={"StringEquals": _FOUNDATION_KEYS},
        ),
    )


def auditor(account: AccountScope) -> str:
    """An auditor: reads every configuration and policy, and what CloudTrail has written down. Changes nothing."""
    return document(
        _see_configuration(),
        Statement(
            sid="LookEventsUp",
            actions=["cloudtrail:LookupEvents"],
            resources=["*"],
            reason='The history of events knows no resource (Service Authorization Reference, "AWS CloudTrail")',
        ),
        *_read_the_trail(account),
        _deny("DenyDecisions", _DECISIONS),
        _deny("DenyMoreRights", IAM_WRITES),
        _deny("DenySamples", _SAMPLES),
        Statement(
            sid="DenyData",
            effect="Deny",
            actions=_DATA,
            resources=[
                *(f"{account.buckets(purpose)}/*" for purpose in ("artifacts", "capture", "data", "models")),
                account.arn("sagemaker", "endpoint/*"),
            ],
        ),
        Statement(
            sid="DenyUseOfKeys",
            effect="Deny",
            actions=CRYPTOGRAPHY,
            resources=["*"],
            conditions={"StringNotEquals": _FOUNDATION_KEYS},
        ),
    )


def _read_the_trail(account: AccountScope) -> tuple[Statement, ...]:
    trails = account.bucket_arn(f"{account.prefix}-foundation-trail-{account.account}-*")
    return (
        Statement(sid="ListTheTrail", actions=["s3:ListBucket"], resources=[trails]),
        Statement(sid="ReadTheTrail", actions=["s3:GetObject", "s3:GetObjectVersion"], resources=[f"{trails}/*"]),
        Statement(
            sid="DecryptTheTrail",
            actions=["kms:Decrypt"],
            resources=[account.arn("kms", "key/*")],
            conditions={
                "StringEquals": _FOUNDATION_KEYS,
                "StringLike": {"kms:ViaService": "s3.*.amazonaws.com"},
            },
        ),
    )


def _see_configuration() -> Statement:
    return Statement(
        sid="SeeConfiguration",
        actions=_CONFIGURATION,
        resources=["*"],
        reason="Whoever looks after an account sees all of it; these actions show how things are set up, not data",
    )


def _deny(sid: str, actions: tuple[str, ...]) -> Statement:
    return Statement(sid=sid, effect="Deny", actions=actions, resources=["*"])
