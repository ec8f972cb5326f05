"""The pipelines of a project, as stages: pure arguments, declared by `Pipeline`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.pipeline_starter import PipelineStarter

A = aws.codepipeline.PipelineStageActionArgs
Stage = aws.codepipeline.PipelineStageArgs
# The value of a variable that nobody gave: CodePipeline allows no empty one (botocore, PipelineVariableValue).
NOTHING = "none"
# The running execution's id, in an action's configuration (CodePipeline User Guide, "Variables reference").
EXECUTION = "#{codepipeline.PipelineExecutionId}"


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


@dataclass(frozen=True)
class Skip:
    """A stage is skipped where `variable`, a reference, has the value `value`."""

    name: str
    variable: str
    value: str


PACKAGE = EventVariable("ModelPackageArn", "The approved model package to deploy")
SOURCE_VERSION = EventVariable("SourceVersion", "The S3 version of the repository that was handed over")
STAGE = EventVariable("Stage", "The stage to roll back")
ROLLED_BACK_TO = EventVariable("To", "The version to go back to; none: the one before")
ROLLED_BACK_FROM = EventVariable("From", "The version that is to serve no more; none: whichever serves")
REASON = EventVariable("Reason", "Why, as the records will say")
REQUESTER = EventVariable("Requester", "Who wants it, where a function starts the run for somebody")
# What runs of the rollback pipeline are given besides the stage.
ROLLBACK = (ROLLED_BACK_TO, ROLLED_BACK_FROM, REASON, REQUESTER)


@dataclass(frozen=True, kw_only=True)
class PipelineArgs:
    """A pipeline's role, its artifact store, its stages, the event at which the starter starts it, and its variable.

    A stage without a condition of its own is entered with the variable alone. `more` are further variables.
    `skips` say by a stage's name when it is skipped beside what all stages are skipped for.
    """

    name: str
    role_arn: pulumi.Input[str]
    bucket: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    stages: Sequence[Stage]
    starter: PipelineStarter
    event: pulumi.Input[str]
    event_description: str
    variable: EventVariable
    more: Sequence[EventVariable] = ()
    skips: Mapping[str, Sequence[Skip]] = field(default_factory=dict)


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
            stages=[
                args.stages[0],
                *(
                    stage
                    if stage.before_entry
                    else _entered(
                        stage, [_only_with(args.variable), *map(_unless, args.skips.get(str(stage.name), ()))]
                    )
                    for stage in args.stages[1:]
                ),
            ],
            variables=[
                aws.codepipeline.PipelineVariableArgs(
                    name=variable.name, default_value=NOTHING, description=variable.description
                )
                for variable in (args.variable, *args.more)
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


def only_where(variable: EventVariable, value: str, stage: Stage) -> Stage:
    """The stage, skipped where the variable has another value."""
    return _entered(stage, [_check("Started", variable.reference, "EQ", value)])


def _only_with(variable: EventVariable) -> aws.codepipeline.PipelineStageBeforeEntryConditionRuleArgs:
    """A stage is skipped without the variable."""
    return _check("Started", variable.reference, "NE", NOTHING)


def _unless(skip: Skip) -> aws.codepipeline.PipelineStageBeforeEntryConditionRuleArgs:
    return _check(skip.name, skip.variable, "NE", skip.value)


def _check(
    name: str, variable: str, operator: str, value: str
) -> aws.codepipeline.PipelineStageBeforeEntryConditionRuleArgs:
    """What has to hold for a stage to be entered (CodePipeline User Guide, "VariableCheck")."""
    return aws.codepipeline.PipelineStageBeforeEntryConditionRuleArgs(
        name=name,
        rule_type_id=aws.codepipeline.PipelineStageBeforeEntryConditionRuleRuleTypeIdArgs(
            category="Rule", owner="AWS", provider="VariableCheck", version="1"
        ),
        configuration={"Variable": variable, "Operator": operator, "Value": value},
    )


def _entered(stage: Stage, rules: Sequence[aws.codepipeline.PipelineStageBeforeEntryConditionRuleArgs]) -> Stage:
    """The stage, skipped where one of the rules does not hold."""
    condition = aws.codepipeline.PipelineStageBeforeEntryConditionArgs(result="SKIP", rules=list(rules))
    entry = aws.codepipeline.PipelineStageBeforeEntryArgs(condition=condition)
    return Stage(name=stage.name, actions=stage.actions, before_entry=entry, on_failure=stage.on_failure)


def going_back(stage: Stage) -> Stage:
    """The stage, which CodePipeline runs again as the last execution that it succeeded in when it fails.

    With that execution's artifacts and variables, so that nothing is built again; there is none where the pipeline was
    changed since, and the stage stays as it is then (CodePipeline User Guide, "Configuring stage rollback").
    """
    failure = aws.codepipeline.PipelineStageOnFailureArgs(result="ROLLBACK")
    return Stage(name=stage.name, actions=stage.actions, before_entry=stage.before_entry, on_failure=failure)


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
    namespace: str | None = None,
) -> A:
    """An action that runs a build project; the variables that it exports are those of `namespace`."""
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
        namespace=namespace,
    )


@dataclass(frozen=True, kw_only=True)
class StackSetDelivery:
    """A StackSet into the accounts of one stage: how many change at a time, and how many may fail, in percent.

    `concurrency_mode` is STRICT_FAILURE_TOLERANCE or SOFT_FAILURE_TOLERANCE.
    """

    stage: str
    stack_set: str
    accounts: pulumi.Input[Sequence[str]]
    regions: pulumi.Input[Sequence[str]]
    administration_role_arn: pulumi.Input[str]
    execution_role: str
    failure_tolerance_percent: int = 0
    max_concurrent_percent: int = 1
    concurrency_mode: str = "STRICT_FAILURE_TOLERANCE"


def stack_set(delivery: StackSetDelivery, artifact: str) -> list[A]:
    """Two updates of the set and of each account's stack, the second of which usually has nothing to change.

    The first has the files `<stage>-deregister-…`: where the release changes the instance type, template and parameters
    of before without scaling, else the release's own (`delivery.endpoint.scaled` says why). Each makes the stacks
    of accounts that lack one as well (CodePipeline User Guide, "AWS CloudFormation StackSets deploy action reference").
    Unless the delivery says otherwise, accounts follow one another and the first failure stops the rest: production is
    never changed everywhere at once.
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
        "FailureTolerancePercentage": str(delivery.failure_tolerance_percent),
        "MaxConcurrentPercentage": str(delivery.max_concurrent_percent),
        "ConcurrencyMode": delivery.concurrency_mode,
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
