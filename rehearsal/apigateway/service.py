"""API Gateway of a rehearsal: answers requests to deployed APIs, on loopback and by the APIs' own host names.

An API answers at `http://127.0.0.1:<port>/<api id>/<stage>/…`, and under the Host headers that it has in AWS:
`<api id>.execute-api.<region>.amazonaws.com` and custom domain names, with `/<stage>/…` or what they map.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from types import TracebackType

from rehearsal.apigateway import integrations
from rehearsal.apigateway.access_logs import AccessLogs
from rehearsal.apigateway.authorization import IamAuthorization, require_anonymous, require_way
from rehearsal.apigateway.authorizers import LambdaAuthorizers
from rehearsal.apigateway.calls import FunctionCalls
from rehearsal.apigateway.gateway_responses import gateway_answer
from rehearsal.apigateway.limits import require_headers, require_payload
from rehearsal.apigateway.messages import Exchange, GatewayError, HttpAnswer, IncomingRequest, internal_error
from rehearsal.apigateway.metrics import report_request
from rehearsal.apigateway.routes import DeployedStage, MatchedMethod, deployed_stage, matched_method
from rehearsal.apigateway.server import ApiServer
from rehearsal.apigateway.throttling import UsagePlans
from rehearsal.apigateway.validation import validate
from rehearsal.apigateway.web_acls import WebAcls
from rehearsal.aws.cloud import Cloud
from rehearsal.lambda_functions import LambdaFunctions
from rehearsal.lambda_functions.metrics import Report, no_report


class ApiGateway:
    """Deployed APIs of all accounts, while the context lasts."""

    def __init__(self, cloud: Cloud, functions: LambdaFunctions, report: Report = no_report) -> None:
        self._cloud, self._report = cloud, report
        self._calls = FunctionCalls(cloud, functions)
        self._iam = IamAuthorization(cloud)
        self._authorizers = LambdaAuthorizers(self._calls, cloud.clock)
        self.plans = UsagePlans(cloud.records)
        self._waf = WebAcls(cloud)
        self._logs = AccessLogs(cloud)
        self._server = ApiServer(cloud, self.handle)

    def __enter__(self) -> ApiGateway:
        self._server.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self._logs.close()

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        return self._server.port

    def url(self, api: str, stage: str) -> str:
        """The address of a stage on loopback."""
        return f"http://127.0.0.1:{self.port}/{api}/{stage}"

    def flush(self) -> None:
        """Write access logs that still wait."""
        self._logs.flush()

    def handle(self, request: IncomingRequest) -> HttpAnswer:
        """Answer one request."""
        began = time.monotonic()
        exchange = Exchange(request, _context(request))
        stage: DeployedStage | None = None
        matched: MatchedMethod | None = None
        try:
            stage = deployed_stage(self._cloud.every_record(), request)
            self._concerns(stage, exchange)
            require_way(str(stage.api["endpointConfiguration"]["types"][0]), request.endpoint)
            require_headers(request)
            matched = matched_method(stage.snapshot, request.method, stage.path)
            answer = self._answer(stage, matched, exchange)
        except GatewayError as error:
            answer = self._refused(stage, exchange, error)
        except Exception as error:  # a client must see an answer, and the log why
            answer = self._refused(stage, exchange, internal_error(500, detail=f"{type(error).__name__}: {error}"))
        return self._ended(stage, matched, exchange, answer, time.monotonic() - began)

    def _answer(self, stage: DeployedStage, matched: MatchedMethod, exchange: Exchange) -> HttpAnswer:
        exchange.context.update(resourcePath=str(matched.resource["path"]), resourceId=str(matched.resource["id"]))
        arn = stage.method_arn(exchange.request.method, stage.path)
        require_payload(exchange.request)
        self._waf.require(stage, exchange)
        self._authorize(stage, matched, exchange, arn)
        self.plans.require(stage, matched, exchange)
        validate(stage.snapshot, matched, exchange.request)
        if matched.method["methodIntegration"]["type"] == "MOCK":
            return integrations.mock(matched, exchange)
        began = time.monotonic()
        try:
            return integrations.proxy(self._calls, stage, matched, exchange, arn)
        finally:
            latency = str(int(1000 * (time.monotonic() - began)))
            exchange.context.update({"integrationLatency": latency, "integration.latency": latency})

    def _authorize(self, stage: DeployedStage, matched: MatchedMethod, exchange: Exchange, arn: str) -> None:
        kind = matched.method["authorizationType"]
        if kind == "AWS_IAM":
            self._iam.require(stage, exchange, arn)
        elif kind == "CUSTOM":
            self._authorizers.require(stage, matched, exchange, arn)
        else:
            require_anonymous(stage, exchange, arn)
        exchange.context.update({f"identity.{name}": value for name, value in exchange.identity.items()})
        exchange.context.update({f"authorizer.{name}": str(value) for name, value in exchange.authorizer.items()})

    def _concerns(self, stage: DeployedStage, exchange: Exchange) -> None:
        exchange.context.update(
            accountId=stage.account,
            apiId=str(stage.api["id"]),
            stage=str(stage.stage["stageName"]),
            deploymentId=str(stage.deployment["id"]),
            path=f"{stage.base}{stage.path}",
        )

    def _refused(self, stage: DeployedStage | None, exchange: Exchange, error: GatewayError) -> HttpAnswer:
        snapshot: Mapping[str, object] | None = stage.snapshot if stage else None
        variables = dict(stage.stage.get("variables") or {}) if stage else {}
        exchange.context.update(error.details)
        exchange.context.update({"error.message": error.message or "", "error.responseType": error.kind})
        exchange.context["error.messageString"] = f'"{error.message}"' if error.message else ""
        return gateway_answer(snapshot, exchange, error, variables)

    def _ended(
        self,
        stage: DeployedStage | None,
        matched: MatchedMethod | None,
        exchange: Exchange,
        answer: HttpAnswer,
        seconds: float,
    ) -> HttpAnswer:
        context = exchange.context
        context.update(
            status=str(answer.status),
            responseLength=str(len(answer.body)),
            responseLatency=str(int(1000 * seconds)),
        )
        context.update({f"identity.{name}": value for name, value in exchange.identity.items()})
        if stage is not None:
            self._logs.add(stage, context)
            report_request(self._report, stage, matched, context, answer.status, seconds)
        own = [("x-amzn-RequestId", context["requestId"]), ("x-amz-apigw-id", context["extendedRequestId"])]
        traced = [("X-Amzn-Trace-Id", context["xrayTraceId"])] if stage is not None else []
        return HttpAnswer(answer.status, [*answer.headers, *own, *traced], answer.body)


def _context(request: IncomingRequest) -> dict[str, str]:
    """The variables of `$context` that a request has from the start."""
    now, host = time.time(), (request.header("Host") or "").partition(":")[0]
    given = request.header("X-Amzn-Trace-Id") or ""
    root = given if given.startswith("Root=") else f"Root=1-{int(now):08x}-{uuid.uuid4().hex[:24]}"
    found = {
        "requestId": str(uuid.uuid4()),
        "extendedRequestId": uuid.uuid4().hex[:15] + "=",
        "httpMethod": request.method,
        "protocol": "HTTP/1.1",
        "path": request.raw_path,
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "requestTimeEpoch": str(int(now * 1000)),
        "identity.sourceIp": request.source_ip,
        "xrayTraceId": root,
    }
    agent = request.header("User-Agent")
    if agent:
        found["userAgent"] = found["identity.userAgent"] = agent
    return found
