"""What writes down which version serves where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.dead_letters import DeadLetters, DeadLettersArgs
from components.lambda_function import LambdaFunction, LambdaFunctionArgs

# Several calls, each tried again where it is throttled or answered slowly.
TIMEOUT_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class ReleaseRecorderArgs:
    """The function's name, its config and rights, the events that it hears, and where lost events wait.

    - `config`: JSON that `functions.release_recorder.config.read_config` reads: what the project is.
    - `policy`: what its role may do, by the ARN of its dead-letter queue.
    - `rules`: name of a rule -> what it is for, and its event pattern.
    - `queue`, `alarm`: names of the dead-letter queue and of the alarm that tells `topic_arn` of it.
    - `key_arn`: key of the log and the queue.
    """

    name: str
    project: str
    scope: Scope
    path: str
    boundary: pulumi.Input[str]
    config: str
    policy: Callable[[pulumi.Output[str]], pulumi.Input[str]]
    rules: Mapping[str, tuple[str, str]]
    queue: str
    alarm: str
    topic_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    tags: Mapping[str, str]


class ReleaseRecorder(pulumi.ComponentResource):
    """A function that hears of deliveries and decisions, and a queue for the events that it could not deal with."""

    def __init__(self, name: str, args: ReleaseRecorderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:project:ReleaseRecorder", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        dead_letters = DeadLetters(f"{name}-dead-letters", _dead_letters(args), options)
        function = LambdaFunction(name, _function(args, dead_letters.arn), options)
        for rule, (why, pattern) in args.rules.items():
            self._hear(f"{name}-{rule.rpartition('-')[2]}", rule, why, pattern, function, dead_letters.arn)
        self.function_name, self.function_arn = function.name, function.arn
        self.register_outputs({"functionArn": self.function_arn, "queueArn": dead_letters.arn})

    def _hear(
        self, name: str, rule: str, why: str, pattern: str, function: LambdaFunction, queue: pulumi.Output[str]
    ) -> None:
        options = pulumi.ResourceOptions(parent=self)
        made = aws.cloudwatch.EventRule(name, name=rule, description=why, event_pattern=pattern, opts=options)
        allowed = aws.lambda_.Permission(
            name,
            statement_id=rule,
            action="lambda:InvokeFunction",
            function=function.name,
            principal="events.amazonaws.com",
            source_arn=made.arn,
            opts=options,
        )
        aws.cloudwatch.EventTarget(
            name,
            rule=made.name,
            target_id="recorder",
            arn=function.arn,
            dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=queue),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )


def _dead_letters(args: ReleaseRecorderArgs) -> DeadLettersArgs:
    return DeadLettersArgs(
        queue=args.queue,
        alarm=args.alarm,
        description=f"A release or a decision of project {args.project} was not written down, and its event waits in "
        "the dead-letter queue: what is said to serve may be out of date, and what was rolled back not marked",
        scope=args.scope,
        rules=list(args.rules),
        key_arn=args.key_arn,
        topic_arn=args.topic_arn,
    )


def _function(args: ReleaseRecorderArgs, queue: pulumi.Output[str]) -> LambdaFunctionArgs:
    return LambdaFunctionArgs(
        name=args.name,
        description=f"Writes down which version of project {args.project} serves where",
        code="release_recorder",
        scope=args.scope,
        kind=RoleKind.RELEASE_RECORDER,
        role_description=f"{RoleKind.RELEASE_RECORDER} of project {args.project}",
        path=args.path,
        boundary=args.boundary,
        policy=args.policy(queue),
        key_arn=args.key_arn,
        timeout_seconds=TIMEOUT_SECONDS,
        files={"config.json": args.config},
        tags=args.tags,
        dead_letter_arn=queue,
    )
