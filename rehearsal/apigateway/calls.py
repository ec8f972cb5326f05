"""Calls of functions by API Gateway: by the function's own policy, or as a role that the method hands over."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.apigateway.routes import DeployedStage
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.requests import SignedRequest
from rehearsal.lambda_functions import InvocationResult, LambdaFunctions, Throttled, UnknownFunction
from rehearsal.lambda_functions.versions import function_name
from rehearsal.service_model.admission import PolicyCaller, admits
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.services.apigateway.methods import function_of

_SERVICE = "apigateway.amazonaws.com"


@dataclass(frozen=True)
class FunctionCall:
    """How a call ended. `problem` says why the function was not called, or not in time; `status` is Lambda's own."""

    payload: Any = None
    failed: bool = False
    problem: str = ""
    timed_out: bool = False
    status: int = 200
    request_id: str = ""


class FunctionCalls:
    """Calls functions for integrations and authorizers."""

    def __init__(self, cloud: Cloud, functions: LambdaFunctions) -> None:
        self._cloud, self._functions = cloud, functions

    def integration(
        self, stage: DeployedStage, integration: Mapping[str, Any], source: str, event: Mapping[str, Any], trace: str
    ) -> FunctionCall:
        """Call an integration's function, for at most the integration's time."""
        arn = function_of(str(integration["uri"]), stage.stage.get("variables"))
        seconds = int(integration["timeoutInMillis"]) / 1000
        return self._call(stage, arn, source, integration.get("credentials"), event, seconds, trace)

    def authorizer(self, stage: DeployedStage, authorizer: Mapping[str, Any], event: Mapping[str, Any]) -> FunctionCall:
        """Call an authorizer's function."""
        arn = function_of(str(authorizer["authorizerUri"]), stage.stage.get("variables"))
        source = f"arn:aws:execute-api:{stage.region}:{stage.account}:{stage.api['id']}/authorizers/{authorizer['id']}"
        return self._call(stage, arn, source, authorizer.get("authorizerCredentials"), event, 29.0, "")

    def _call(
        self,
        stage: DeployedStage,
        arn: str,
        source: str,
        role: str | None,
        event: Mapping[str, Any],
        seconds: float,
        trace: str,
    ) -> FunctionCall:
        try:
            self._admitted(stage, arn, source, role)
        except (NotTrusted, PermissionError) as error:
            return FunctionCall(problem=f"Invalid permissions on Lambda function: {error}", status=403)
        except UnknownFunction as error:
            return FunctionCall(problem=str(error), status=404)
        found: list[FunctionCall] = []
        thread = threading.Thread(target=lambda: found.append(self._run(arn, event, trace)), daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive() or not found:
            return FunctionCall(problem="Endpoint request timed out", timed_out=True, status=504)
        return found[0]

    def _run(self, arn: str, event: Mapping[str, Any], trace: str) -> FunctionCall:
        account, region = arn.split(":")[4], arn.split(":")[3]
        try:
            result: InvocationResult = self._functions.run(account, region, arn, event, trace=trace)
        except UnknownFunction as error:
            return FunctionCall(problem=str(error), status=404)
        except Throttled as error:
            return FunctionCall(problem=str(error), status=429)
        except Exception as error:  # whoever waits must see an end, and who waits no more nothing
            return FunctionCall(problem=f"{type(error).__name__}: {error}", status=500)
        return FunctionCall(result.payload, bool(result.error), request_id=result.request_id)

    def _admitted(self, stage: DeployedStage, arn: str, source: str, role: str | None) -> None:
        """Raises PermissionError, NotTrusted or UnknownFunction."""
        account, region = arn.split(":")[4], arn.split(":")[3]
        policy = self._functions.policy(account, region, arn)
        if role:
            actor = self._cloud.service_assume(
                role, service=_SERVICE, session="api", region=stage.region, source=source
            )
            question = SignedRequest("", region, "lambda", "Invoke", arn, _named(arn))
            self._cloud.recorder.add(actor, question, None, 200)
            return
        # Decided here and now: of delivered functions no stack of the program holds the policy.
        require_invocation(policy, source, arn)


def _named(arn: str) -> dict[str, str]:
    named = function_name("", "", arn)
    plain = f"arn:aws:lambda:{named.region}:{named.account}:function:{named.name}"
    return {"FunctionName": plain, **({"Qualifier": named.qualifier} if named.qualifier else {})}


@aws_behavior(
    'AWS Lambda Developer Guide, "Invoking a Lambda function using an Amazon API Gateway endpoint": '
    "apigateway.amazonaws.com with the method's ARN as source, on the version or alias that is called",
)
def require_invocation(policy: Mapping[str, Any], source: str, function: str) -> None:
    """API Gateway calls a function only where the policy of that very version or alias admits it for the method.

    It tells the method's ARN, and not the account. Raises PermissionError.
    """
    caller = PolicyCaller(service=_SERVICE, context={"aws:SourceArn": source})
    if not admits(json.dumps(policy), caller, "lambda:InvokeFunction", function):
        raise PermissionError(f"no permission on {function} lets {_SERVICE} invoke it for {source}")
