"""The two pipelines of a project, as stages: pure arguments, declared by `Pipeline`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.pipeline_starter import PipelineStarter

A = aws.codepipeline.PipelineStageActionArgs
Stage = aws.codepipeline.PipelineStageArgs
# The value of a variable that nobody gave: CodePipeline allows no empty one (botocore, PipelineVariableValue).
NOTHING = "none"


@dataclass(frozen=True)
class EventVariable:
    """A variable of a pipeline that the project's starter fills from an event: its name, and what it is for.

    A run without it does nothing after its source stage. AWS runs a pipeline once as soon as it is created
    (CodePipeline User Guide, "Start a pipeline in CodePipeline"), and that run must neither train nor deploy.
    """

    name: str
    description: str

    @property
    def reference(self) -> str:
        """Its value, in an action's configuration."""
        return f"#{{variables.{self.name}}}"


PACKAGE = EventVariable("ModelPackageArn", "The approved model package to deploy")
SOURCE_VERSION = EventVariable("SourceVersion", "The S3 version of the repository that was handed over")


@dataclass(frozen=True, kw_only=True)
class PipelineArgs:
    """A pipeline's role, its artifact store, its stages, the event at which the starter starts it, and its variable."""

    name: str
    role_arn: pulumi.Input[str]
    bucket: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    stages: Sequence[Stage]
    starter: PipelineStarter
    event: pulumi.Input[str]
    event_description: str
    variable: EventVariable


class Pipeline(pulumi.ComponentResource):
    """A CodePipeline (V2) that the starter starts for one EventBridge rule. A newer run waits for the one before it.

    Stages after the first are skipped where the event's variable was not given.
    """

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
            stages=[args.stages[0], *(_only_with(args.variable, stage) for stage in args.stages[1:])],
            variables=[
                aws.codepipeline.PipelineVariableArgs(
                    name=args.variable.name, default_value=NOTHING, description=args.variable.description
                )
            ],
            opts=options,
        )
        self._trigger(f"{name}-trigger", args)
        self.name = self.pipeline.name
        self.arn = self.pipeline.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def _trigger(self, name: str, args: PipelineArgs) -> None:
        """The rule, which calls the starter with the whole event."""
        starter, options = args.starter, pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            name, name=args.name, description=args.event_description, event_pattern=args.event, opts=options
        )
        allowed = aws.lambda_.Permission(
            name,
            statement_id=args.name,
            action="lambda:InvokeFunction",
            function=starter.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=options,
        )
        aws.cloudwatch.EventTarget(
            name,
            rule=rule.name,
            target_id="pipeline",
            arn=starter.function_arn,
            dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=starter.queue_arn),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.pipeline, allowed]),
        )


def _only_with(variable: EventVariable, stage: Stage) -> Stage:
    """The stage, skipped without the variable (CodePipeline User Guide, "VariableCheck")."""
    rule = aws.codepipeline.PipelineStageBeforeEntryConditionRuleArgs(
        name="Started",
        rule_type_id=aws.codepipeline.PipelineStageBeforeEntryConditionRuleRuleTypeIdArgs(
            category="Rule", owner="AWS", provider="VariableCheck", version="1"
        ),
        configuration={"Variable": variable.reference, "Operator": "NE", "Value": NOTHING},
    )
    condition = aws.codepipeline.PipelineStageBeforeEntryConditionArgs(result="SKIP", rules=[rule])
    entry = aws.codepipeline.PipelineStageBeforeEntryArgs(condition=condition)
    return Stage(name=stage.name, actions=stage.actions, before_entry=entry)


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
    """Two updates of the set and of each account's stack, the second of which usually has nothing to change.

    The first has `<stage>-deregister-template.json` and `-parameters.json`: where the release changes the instance
    type, those of before without scaling (`delivery.endpoint.scaled` says why); where another shape of serving takes a
    new endpoint, nothing; else the release's own. Each makes the stacks
    of accounts that lack one as well (CodePipeline User Guide, "AWS CloudFormation StackSets deploy action reference").
    Accounts follow one another and the first failure stops the rest: production is never changed everywhere at once.
    """
    return [
        _update(delivery, artifact, "Deregister", f"{delivery.stage}-deregister", 1),
        _update(delivery, artifact, "Update", delivery.stage, 2),
    ]


def _update(delivery: StackSetDelivery, artifact: str, name: str, files: str, order: int) -> A:
    configuration: dict[str, pulumi.Input[str]] = {
        "StackSetName": delivery.stack_set,
        "DeploymentTargets": pulumi.Output.from_input(delivery.accounts).apply(",".join),
        "Regions": pulumi.Output.from_input(delivery.regions).apply(",".join),
        "FailureTolerancePercentage": "0",
        "MaxConcurrentPercentage": "1",
        "TemplatePath": f"{artifact}::build/{files}-template.json",
        "Parameters": f"{artifact}::build/{files}-parameters.json",
        "PermissionModel": "SELF_MANAGED",
        "AdministrationRoleArn": delivery.administration_role_arn,
        "ExecutionRoleName": delivery.execution_role,
    }
    return A(
        name=name,
        category="Deploy",
        owner="AWS",
        provider="CloudFormationStackSet",
        version="1",
        input_artifacts=[artifact],
        configuration=configuration,
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
    """Event pattern: a model of the group became Approved.

    Changes of other fields carry the old status: hence the updated field (SageMaker Developer Guide, "Events that
    Amazon SageMaker AI sends to Amazon EventBridge"). Whether every event has it is an assumption
    (docs/assumptions.md); an event without it counts as an approval, since only approvers change an approved model.
    """
    updated = "UpdatedModelPackageFields"
    return json.dumps(
        {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Package State Change"],
            "detail": {
                "ModelPackageGroupName": [group],
                "ModelApprovalStatus": ["Approved"],
                "$or": [{updated: ["ModelApprovalStatus"]}, {updated: [{"exists": False}]}],
            },
        }
    )
