"""What stops jobs, endpoints and notebooks that break the rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.lambda_function import LambdaFunction, LambdaFunctionArgs, log_group_arn
from components.rendering import rendered
from policies.documents.remediation import remediator as remediator_policy

# Eight attempts at each of a handful of calls fit; a state change is answered in a second or two.
TIMEOUT_SECONDS = 180
MEMORY_MB = 256


@dataclass(frozen=True, kw_only=True)
class RemediatorArgs:
    """The function's name and config (JSON), whom it reports to, where lost events wait, and which events it hears.

    `tags` are the keys that it marks with; `detail_types` SageMaker's state changes, `calls` operations that CloudTrail
    records. `stops` and `deletes_endpoints` say what its role may do.
    """

    name: str
    scope: Scope
    path: str
    boundary: pulumi.Input[str]
    config: str
    topic_arn: pulumi.Input[str]
    queue_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    tags: Sequence[str]
    detail_types: Sequence[str]
    calls: Sequence[str]
    stops: bool
    deletes_endpoints: bool
    log_days: int = 365


class Remediator(pulumi.ComponentResource):
    """A function that EventBridge calls for whatever begins in SageMaker, with its role and its log."""

    def __init__(self, name: str, args: RemediatorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:guards:Guard", name, None, opts)
        self._name, self._args, self._options = name, args, pulumi.ResourceOptions(parent=self)
        patterns = {"states": _states(args), "calls": _calls(args)}
        self.function = self._function()
        for purpose, pattern in patterns.items():
            self._rule(purpose, pattern)
        self.register_outputs({"functionArn": self.function.arn})

    def _function(self) -> LambdaFunction:
        args = self._args
        policy = rendered(
            remediator_policy,
            scope=args.scope,
            topic=args.topic_arn,
            queue=args.queue_arn,
            key=args.key_arn,
            log_group=log_group_arn(args.scope, args.name),
            tags=list(args.tags),
            stops=args.stops,
            deletes_endpoints=args.deletes_endpoints,
        )
        function = LambdaFunctionArgs(
            name=args.name,
            description="Stops, marks and reports what runs in SageMaker outside the platform's rules",
            code="remediator",
            scope=args.scope,
            kind=RoleKind.REMEDIATOR,
            role_description="Looks at what runs in SageMaker and stops what breaks the rules",
            path=args.path,
            boundary=args.boundary,
            policy=policy,
            key_arn=args.key_arn,
            timeout_seconds=TIMEOUT_SECONDS,
            memory_mb=MEMORY_MB,
            files={"config.json": args.config},
            dead_letter_arn=args.queue_arn,
            log_days=args.log_days,
        )
        return LambdaFunction(self._name, function, self._options)

    def _rule(self, purpose: str, pattern: Mapping[str, Any]) -> None:
        name = f"{self._name}-{purpose}"
        rule = aws.cloudwatch.EventRule(
            name,
            name=f"{self._args.name}-{purpose}",
            description="What begins or changes in SageMaker",
            event_pattern=json.dumps(pattern),
            opts=self._options,
        )
        allowed = aws.lambda_.Permission(
            name,
            statement_id=f"rule-{purpose}",
            action="lambda:InvokeFunction",
            function=self.function.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=self._options,
        )
        aws.cloudwatch.EventTarget(
            name,
            rule=rule.name,
            target_id="guard",
            arn=self.function.arn,
            dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=self._args.queue_arn),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )


def _states(args: RemediatorArgs) -> dict[str, Any]:
    return {
        "source": ["aws.sagemaker"],
        "account": [args.scope.account],
        "detail-type": list(args.detail_types),
    }


def _calls(args: RemediatorArgs) -> dict[str, Any]:
    return {
        "source": ["aws.sagemaker"],
        "account": [args.scope.account],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventSource": ["sagemaker.amazonaws.com"], "eventName": list(args.calls)},
    }
