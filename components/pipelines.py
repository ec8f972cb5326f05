"""The two pipelines of a project, as stages: pure arguments, declared by `Pipeline`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

A = aws.codepipeline.PipelineStageActionArgs
Stage = aws.codepipeline.PipelineStageArgs


@dataclass(frozen=True, kw_only=True)
class PipelineArgs:
    """A pipeline's role, its artifact store, its stages, and the event that starts it."""

    name: str
    role_arn: pulumi.Input[str]
    bucket: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    stages: Sequence[Stage]
    events_role_arn: pulumi.Input[str]
    event: pulumi.Input[str]
    event_description: str


class Pipeline(pulumi.ComponentResource):
    """A CodePipeline (V2) that one EventBridge rule starts. A newer run waits for the one before it."""

    def __init__(self, name: str, args: PipelineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:project:Pipeline", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        key = aws.codepipeline.PipelineArtifactStoreEncryptionKeyArgs(id=args.key_arn, type="KMS")
        self.pipeline = aws.codepipeline.Pipeline(
            f"{name}-pipeline",
            name=args.name,
            role_arn=args.role_arn,
            pipeline_type="V2",
            execution_mode="QUEUED",
            artifact_stores=[
                aws.codepipeline.PipelineArtifactStoreArgs(location=args.bucket, type="S3", encryption_key=key)
            ],
            stages=list(args.stages),
            opts=options,
        )
        rule = aws.cloudwatch.EventRule(
            f"{name}-trigger",
            name=args.name,
            description=args.event_description,
            event_pattern=args.event,
            opts=options,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-trigger",
            rule=rule.name,
            target_id="pipeline",
            arn=self.pipeline.arn,
            role_arn=args.events_role_arn,
            opts=options,
        )
        self.name = self.pipeline.name
        self.arn = self.pipeline.arn
        self.register_outputs({"name": self.name, "arn": self.arn})


def source(bucket: pulumi.Input[str], key: str) -> Stage:
    """The repository, as an archive in the artifacts bucket."""
    action = A(
        name="Source",
        category="Source",
        owner="AWS",
        provider="S3",
        version="1",
        output_artifacts=["Source"],
        configuration={"S3Bucket": bucket, "S3ObjectKey": key, "PollForSourceChanges": "false"},
    )
    return Stage(name="Source", actions=[action])


def build(
    name: str,
    project: pulumi.Input[str],
    *,
    inputs: Sequence[str] = ("Source",),
    outputs: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    category: str = "Build",
    order: int = 1,
) -> A:
    """An action that runs a build project."""
    variables = [
        {"name": key, "value": value, "type": "PLAINTEXT"} for key, value in sorted((environment or {}).items())
    ]
    configuration: dict[str, pulumi.Input[str]] = {"ProjectName": project}
    if variables:
        configuration["EnvironmentVariables"] = json.dumps(variables)
    if len(inputs) > 1:
        configuration["PrimarySource"] = inputs[0]
    return A(
        name=name,
        category=category,
        owner="AWS",
        provider="CodeBuild",
        version="1",
        input_artifacts=list(inputs),
        output_artifacts=list(outputs),
        configuration=configuration,
        run_order=order,
    )


@dataclass(frozen=True, kw_only=True)
class StackSetDelivery:
    """A StackSet into the accounts of one stage."""

    stage: str
    stack_set: str
    accounts: pulumi.Input[Sequence[str]]
    regions: pulumi.Input[Sequence[str]]
    administration_role_arn: pulumi.Input[str]
    execution_role: str


def stack_set(delivery: StackSetDelivery, artifact: str) -> list[A]:
    """Two actions: bring the set to the new template and parameters, then reach the accounts that lack it.

    Accounts follow one another and the first failure stops the rest: production is never changed everywhere at once.
    """
    common: dict[str, pulumi.Input[str]] = {
        "StackSetName": delivery.stack_set,
        "DeploymentTargets": pulumi.Output.from_input(delivery.accounts).apply(",".join),
        "Regions": pulumi.Output.from_input(delivery.regions).apply(",".join),
        "FailureTolerancePercentage": "0",
        "MaxConcurrentPercentage": "1",
    }
    update = common | {
        "TemplatePath": f"{artifact}::build/template.json",
        "Parameters": f"{artifact}::build/{delivery.stage}-parameters.json",
        "PermissionModel": "SELF_MANAGED",
        "AdministrationRoleArn": delivery.administration_role_arn,
        "ExecutionRoleName": delivery.execution_role,
    }
    return [
        _cloudformation("Update", "CloudFormationStackSet", update, artifact, 1),
        _cloudformation("Reach", "CloudFormationStackInstances", common, artifact, 2),
    ]


def _cloudformation(
    name: str, provider: str, configuration: Mapping[str, pulumi.Input[str]], artifact: str, order: int
) -> A:
    return A(
        name=name,
        category="Deploy",
        owner="AWS",
        provider=provider,
        version="1",
        input_artifacts=[artifact],
        configuration=dict(configuration),
        run_order=order,
    )


# 5 minutes to 60 days (AWS CodePipeline User Guide, "Quotas in AWS CodePipeline"): a week, after which nothing has
# changed.
APPROVAL_MINUTES = 7 * 24 * 60


def approval(topic: pulumi.Input[str], what: str) -> A:
    """A person's yes, asked for on a topic."""
    return A(
        name="Approve",
        category="Approval",
        owner="AWS",
        provider="Manual",
        version="1",
        configuration={"NotificationArn": topic, "CustomData": what},
        timeout_in_minutes=APPROVAL_MINUTES,
    )


def object_created(bucket: str, key: str) -> str:
    """Event pattern: an object was written (its bucket sends events to EventBridge)."""
    return json.dumps(
        {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [bucket]}, "object": {"key": [key]}},
        }
    )


def model_approved(group: str) -> str:
    """Event pattern: a model of the group became Approved, and nothing else.

    Several events may follow one change, and changes of other fields carry the old status: hence the updated field
    (SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge").
    """
    return json.dumps(
        {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Package State Change"],
            "detail": {
                "ModelPackageGroupName": [group],
                "ModelApprovalStatus": ["Approved"],
                "UpdatedModelPackageFields": ["ModelApprovalStatus"],
            },
        }
    )
