"""What asks an endpoint each minute whether it still answers rightly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.dead_letters import DeadLetters, DeadLettersArgs
from components.lambda_function import FunctionNetwork, LambdaFunction, LambdaFunctionArgs

# Requests begin for 30 seconds, and the last one may take a minute, twice; the rest are a handful of calls.
TIMEOUT_SECONDS = 240
MEMORY_MB = 256
SCHEDULE = "rate(1 minute)"


@dataclass(frozen=True, kw_only=True)
class EndpointCheckerArgs:
    """The function's name, its config and rights, where it runs, and where lost events wait.

    - `config`: JSON that `functions.endpoint_checker.config.read_config` reads.
    - `policy`: what its role may do, by the ARN of its dead-letter queue.
    - `queue`, `alarm`: names of the dead-letter queue and of the alarm that tells `topic_arn` of it.
    - `key_arn`: key of the log and the queue.
    """

    name: str
    project: str
    endpoint: str
    scope: Scope
    path: str
    boundary: pulumi.Input[str]
    config: str
    policy: Callable[[pulumi.Output[str]], pulumi.Input[str]]
    network: FunctionNetwork
    queue: str
    alarm: str
    topic_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    tags: Mapping[str, str]


class EndpointChecker(pulumi.ComponentResource):
    """A function that a schedule calls each minute, and a queue for checks that came to nothing.

    What it finds are metrics: the alarms on them come with the endpoint (`delivery.alarms`).
    """

    def __init__(self, name: str, args: EndpointCheckerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:serving:EndpointChecker", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        dead_letters = DeadLetters(f"{name}-dead-letters", _dead_letters(args), options)
        function = LambdaFunction(name, _function(args, dead_letters.arn), options)
        self._schedule(name, args, function, dead_letters.arn)
        self.function_arn = function.arn
        self.register_outputs({"functionArn": function.arn})

    def _schedule(
        self, name: str, args: EndpointCheckerArgs, function: LambdaFunction, queue: pulumi.Output[str]
    ) -> None:
        rule = aws.cloudwatch.EventRule(
            f"{name}-each-minute",
            name=args.name,
            description=f"Check the endpoint {args.endpoint}",
            schedule_expression=SCHEDULE,
            opts=pulumi.ResourceOptions(parent=self),
        )
        allowed = aws.lambda_.Permission(
            f"{name}-each-minute",
            statement_id="schedule",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-each-minute",
            rule=rule.name,
            target_id="checker",
            arn=function.arn,
            dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=queue),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )


def _dead_letters(args: EndpointCheckerArgs) -> DeadLettersArgs:
    return DeadLettersArgs(
        queue=args.queue,
        alarm=args.alarm,
        description=f"The endpoint {args.endpoint} could not be checked, or not all that it serves: the function's log "
        "says why; its event waits in the dead-letter queue",
        scope=args.scope,
        # A rule has the name of the function that it calls.
        rules=[args.name],
        key_arn=args.key_arn,
        topic_arn=args.topic_arn,
    )


def _function(args: EndpointCheckerArgs, queue: pulumi.Output[str]) -> LambdaFunctionArgs:
    return LambdaFunctionArgs(
        name=args.name,
        description=f"Asks the endpoint {args.endpoint} for rows whose answers are known",
        code="endpoint_checker",
        scope=args.scope,
        kind=RoleKind.ENDPOINT_CHECKER,
        role_description=f"The endpoint of project {args.project} is checked with it",
        path=args.path,
        boundary=args.boundary,
        policy=args.policy(queue),
        key_arn=args.key_arn,
        timeout_seconds=TIMEOUT_SECONDS,
        memory_mb=MEMORY_MB,
        files={"config.json": args.config},
        tags=args.tags,
        dead_letter_arn=queue,
        network=args.network,
    )
