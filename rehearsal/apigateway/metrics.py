"""What API Gateway measures of each request.

Source: Amazon API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics".
"""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.apigateway.routes import DeployedStage, MatchedMethod
from rehearsal.apigateway.throttling import method_settings
from rehearsal.lambda_functions.metrics import Report
from rehearsal.service_model.aws_behavior import aws_behavior


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics": ApiName; ApiName, Stage; and by '
    "method where detailed metrics are on",
)
def api_dimensions(name: str, stage: str, method: tuple[str, str] | None) -> list[dict[str, str]]:
    """A request counts for its API and its stage, and for its method only where the stage has detailed metrics."""
    found = [{"ApiName": name}, {"ApiName": name, "Stage": stage}]
    if method is not None:
        found.append({"ApiName": name, "Resource": method[0], "Method": method[1], "Stage": stage})
    return found


def report_request(
    report: Report,
    stage: DeployedStage,
    matched: MatchedMethod | None,
    context: Mapping[str, str],
    status: int,
    seconds: float,
) -> None:
    """Report one request."""
    values = {
        "Count": 1.0,
        "4XXError": float(400 <= status < 500),
        "5XXError": float(status >= 500),
        "Latency": seconds * 1000,
    }
    if "integrationLatency" in context:
        values["IntegrationLatency"] = float(context["integrationLatency"])
    method = None
    if matched is not None:
        path, verb = str(matched.resource["path"]), str(matched.method["httpMethod"])
        detailed = method_settings(stage.stage, path, verb).get("metricsEnabled")
        method = (path, verb) if detailed else None
    for dimensions in api_dimensions(str(stage.api["name"]), str(stage.stage["stageName"]), method):
        report(stage.account, stage.region, "AWS/ApiGateway", dimensions, values)
