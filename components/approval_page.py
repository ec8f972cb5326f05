"""Approval by a link: the key that signs links, the function that sends them, and the page behind an API."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.roles import PURPOSE_TAG, RoleKind
from catalog.scope import Scope
from components.dead_letters import DeadLetters, DeadLettersArgs
from components.encryption_key import DELETION_WINDOW_DAYS
from components.lambda_function import LambdaFunction, LambdaFunctionArgs

_CODE = "approval_page"
_STAGE = "v1"
_PATH = "approvals"
# People decide a few times a day; whoever tries links tries this many a second.
_RATE, _BURST = 5, 10
# Below the 29 seconds that API Gateway waits (Amazon API Gateway Developer Guide, quotas).
_PAGE_SECONDS, _SENDER_SECONDS = 28, 120


@dataclass(frozen=True, kw_only=True)
class ApprovalPageArgs:
    """A project's approval by link.

    - `names`: of the functions, by kind; of the API, the rule, the dead-letter queue and its alarm.
    - `key_policy`, `policies`: documents of the key, and of the functions' roles by the ARNs of key and queue.
    - `config`: JSON that `functions.approval_page.config` reads; `parameter`: where the outputs beside it stand.
    - `event`: pattern of the approval that begins to wait.
    - `approvers`, `topic`: who is asked, and where links are sent.
    """

    project: str
    scope: Scope
    path: str
    boundary: pulumi.Input[str]
    names: Mapping[str, str]
    alias: str
    key_policy: str
    protect: bool
    policies: Mapping[RoleKind, Callable[[str, str], pulumi.Output[str]]]
    config: str
    parameter: str
    event: str
    approvers: pulumi.Input[Sequence[str]]
    topic: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    tags: Mapping[str, str]


class ApprovalPage(pulumi.ComponentResource):
    """A regional REST API with one path, whose GET shows and whose POST decides; and the links to it."""

    def __init__(self, name: str, args: ApprovalPageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:project:ApprovalPage", name, None, opts)
        self._name, self._args, self._options = name, args, pulumi.ResourceOptions(parent=self)
        key = self._key()
        dead_letters = DeadLetters(f"{name}-dead-letters", self._dead_letters(), self._options)
        page = self._function(RoleKind.APPROVAL_PAGE, key, dead_letters)
        sender = self._function(RoleKind.APPROVAL_SENDER, key, dead_letters)
        self.url = self._api(page)
        self._rule(sender, dead_letters)
        values = pulumi.Output.all(approvers=args.approvers, url=self.url, key=key.arn, topic=args.topic)
        aws.ssm.Parameter(
            f"{name}-parameter", name=args.parameter, type="String", value=values.apply(_text), opts=self._options
        )
        self.register_outputs({"url": self.url})

    def _key(self) -> aws.kms.Key:
        """KMS rotates no HMAC key by itself (AWS KMS Developer Guide, "Rotate AWS KMS keys")."""
        args = self._args
        key = aws.kms.Key(
            f"{self._name}-key",
            description=f"Signs the links by which releases of project {args.project} are approved",
            key_usage="GENERATE_VERIFY_MAC",
            customer_master_key_spec="HMAC_256",
            policy=args.key_policy,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            tags={PURPOSE_TAG: "approval-links"},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.kms.Alias(f"{self._name}-alias", name=args.alias, target_key_id=key.key_id, opts=self._options)
        return key

    def _dead_letters(self) -> DeadLettersArgs:
        args = self._args
        return DeadLettersArgs(
            queue=args.names["queue"],
            alarm=args.names["alarm"],
            description=f"Approvers of project {args.project} were sent no link to a release that waits for them: it "
            "is decided in the console",
            scope=args.scope,
            rules=[args.names["rule"]],
            key_arn=args.logs_key_arn,
            topic_arn=args.alarm_topic_arn,
        )

    def _function(self, kind: RoleKind, key: aws.kms.Key, dead_letters: DeadLetters) -> LambdaFunction:
        args, sends = self._args, kind is RoleKind.APPROVAL_SENDER
        arns: pulumi.Output[list[str]] = pulumi.Output.all(key.arn, dead_letters.arn)
        policy: pulumi.Output[str] = arns.apply(lambda known: args.policies[kind](known[0], known[1]))
        function = LambdaFunctionArgs(
            name=args.names[str(kind)],
            description=f"{'Sends links to' if sends else 'The page of'} approvers of project {args.project}",
            code=_CODE,
            entry="sender" if sends else "handler",
            scope=args.scope,
            kind=kind,
            role_description=f"{kind} of project {args.project}",
            path=args.path,
            boundary=args.boundary,
            policy=policy,
            key_arn=args.logs_key_arn,
            timeout_seconds=_SENDER_SECONDS if sends else _PAGE_SECONDS,
            memory_mb=256,
            files={"config.json": args.config},
            tags=args.tags,
            dead_letter_arn=dead_letters.arn if sends else None,
        )
        return LambdaFunction(f"{self._name}-{kind}", function, self._options)

    def _api(self, page: LambdaFunction) -> pulumi.Output[str]:
        """The API, deployed anew with each change of its document; gives the address that a link's token follows.

        It keeps no access log: the token is in the path. The function writes a line for each request, without it.
        """
        args, name = self._args, self._name
        body = page.arn.apply(lambda arn: open_api(args.names["api"], args.scope.region, arn))
        api = aws.apigateway.RestApi(
            f"{name}-api",
            name=args.names["api"],
            description=f"Approval of releases of project {args.project}",
            body=body,
            endpoint_configuration=aws.apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"),
            opts=self._options,
        )
        deployment = aws.apigateway.Deployment(
            f"{name}-deployment",
            rest_api=api.id,
            triggers={"document": body.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())},
            opts=self._options,
        )
        stage = aws.apigateway.Stage(
            f"{name}-stage", rest_api=api.id, deployment=deployment.id, stage_name=_STAGE, opts=self._options
        )
        aws.apigateway.MethodSettings(
            f"{name}-throttles",
            rest_api=api.id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings=aws.apigateway.MethodSettingsSettingsArgs(
                throttling_rate_limit=_RATE, throttling_burst_limit=_BURST
            ),
            opts=self._options,
        )
        aws.lambda_.Permission(
            f"{name}-page",
            statement_id=args.names["api"],
            action="lambda:InvokeFunction",
            function=page.name,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.format("{0}/{1}/*/{2}/*", api.execution_arn, _STAGE, _PATH),
            opts=self._options,
        )
        return pulumi.Output.format("{0}/{1}", stage.invoke_url, _PATH)

    def _rule(self, sender: LambdaFunction, dead_letters: DeadLetters) -> None:
        args, name = self._args, self._name
        rule = aws.cloudwatch.EventRule(
            f"{name}-rule",
            name=args.names["rule"],
            description="A release waits for an approver",
            event_pattern=args.event,
            opts=self._options,
        )
        allowed = aws.lambda_.Permission(
            f"{name}-sender",
            statement_id=args.names["rule"],
            action="lambda:InvokeFunction",
            function=sender.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=self._options,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-target",
            rule=rule.name,
            target_id="sender",
            arn=sender.arn,
            dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=dead_letters.arn),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )


def open_api(title: str, region: str, function: str) -> str:
    """The API's document: one path, of which nothing but GET and POST exists. Its title becomes the API's name."""
    uri = f"arn:{function.split(':')[1]}:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations"
    method = {
        "parameters": [{"name": "link", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "A page"}},
        "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri},
    }
    return json.dumps(
        {
            "openapi": "3.0.1",
            "info": {"title": title, "version": _STAGE},
            "paths": {f"/{_PATH}/{{link}}": {"get": method, "post": method}},
        },
        sort_keys=True,
    )


def _text(outputs: Mapping[str, object]) -> str:
    return json.dumps(dict(outputs), sort_keys=True)
