"""What starts a project's pipelines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pulumi

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.dead_letters import DeadLetters, DeadLettersArgs
from components.lambda_function import LambdaFunction, LambdaFunctionArgs

# One call fits, tried again where it is throttled or answered slowly.
TIMEOUT_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class PipelineStarterArgs:
    """The function's name, its config and rights, the rules that call it, and where lost events wait.

    - `config`: JSON that `functions.pipeline_starter.read_config` reads: what the project is.
    - `policy`: what its role may do, by the ARN of its dead-letter queue.
    - `rules`: names of the rules that call it.
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
    rules: Sequence[str]
    queue: str
    alarm: str
    topic_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    tags: Mapping[str, str]


class PipelineStarter(pulumi.ComponentResource):
    """A function that starts the project's pipelines for the project's rules, and a queue for events that start none.

    CodePipeline as the rules' own target would be given its variables by no documented way; a function calls
    StartPipelineExecution, which takes them.
    """

    def __init__(self, name: str, args: PipelineStarterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:project:PipelineStarter", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        dead_letters = DeadLetters(f"{name}-dead-letters", _dead_letters(args), options)
        function = LambdaFunction(name, _function(args, dead_letters.arn), options)
        self.function_name, self.function_arn, self.queue_arn = function.name, function.arn, dead_letters.arn
        self.register_outputs({"functionArn": self.function_arn, "queueArn": self.queue_arn})


def _dead_letters(args: PipelineStarterArgs) -> DeadLettersArgs:
    return DeadLettersArgs(
        queue=args.queue,
        alarm=args.alarm,
        description=f"An event that starts a pipeline of project {args.project} started none and waits in the "
        "dead-letter queue: an approved model may not have been deployed, or code that was handed over not built",
        scope=args.scope,
        rules=args.rules,
        key_arn=args.key_arn,
        topic_arn=args.topic_arn,
    )


def _function(args: PipelineStarterArgs, queue: pulumi.Output[str]) -> LambdaFunctionArgs:
    return LambdaFunctionArgs(
        name=args.name,
        description=f"Starts the pipelines of project {args.project} with what an event says",
        code="pipeline_starter",
        scope=args.scope,
        kind=RoleKind.PIPELINE_STARTER,
        role_description=f"{RoleKind.PIPELINE_STARTER} of project {args.project}",
        path=args.path,
        boundary=args.boundary,
        policy=args.policy(queue),
        key_arn=args.key_arn,
        timeout_seconds=TIMEOUT_SECONDS,
        files={"config.json": args.config},
        tags=args.tags,
        dead_letter_arn=queue,
    )
