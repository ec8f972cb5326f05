"""Requests to a deployed API: what reaches the function, what API Gateway answers by itself, what is told of it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rehearsal.apigateway import integrations
from rehearsal.apigateway.authorization import require_token
from rehearsal.apigateway.gateway_responses import chosen_response
from rehearsal.apigateway.messages import GatewayError
from rehearsal.apigateway.signature import Signature, require_scope
from tests.rehearsal.apigateway.account import ACCOUNT, OTHER, REGION, Answer, ApiAccount, open_api, signed, template
from tests.rehearsal.apigateway.test_first_call import INVOKE

BODY = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Rows"}}}}
VALIDATED = {"requestBody": BODY, "x-amazon-apigateway-request-validator": "all"}


def message(answer: Answer) -> tuple[int, Any]:
    return answer.status, answer.json["message"]


@pytest.fixture
def open_account(account: ApiAccount) -> ApiAccount:
    """The account with an open, validated API whose stage logs."""
    account.role("logs", {"Service": "apigateway.amazonaws.com"})
    account.client("logs").create_log_group(logGroupName="/api/access")
    document = template(open_api(**VALIDATED))
    fields = (
        "requestId",
        "status",
        "resourcePath",
        "integrationErrorMessage",
        "error.validationErrorString",
        "nothing",
    )
    log_format = json.dumps({name.replace(".", "_"): f"$context.{name}" for name in fields})
    document["Resources"]["Logging"] = {
        "Type": "AWS::ApiGateway::Account",
        "Properties": {"CloudWatchRoleArn": f"arn:aws:iam::{ACCOUNT}:role/logs"},
    }
    stage = document["Resources"]["Stage"]
    stage["DependsOn"] = "Logging"
    stage["Properties"] |= {
        "AccessLogSetting": {
            "DestinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/api/access",
            "Format": log_format,
        },
        "MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*", "MetricsEnabled": True}],
    }
    made = account.deploy_stack(document)
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    return account


def logged(account: ApiAccount) -> list[dict[str, str]]:
    account.gateway.flush()
    client = account.client("logs")
    streams = client.describe_log_streams(logGroupName="/api/access")["logStreams"]
    return [
        json.loads(event["message"])
        for stream in streams
        for event in client.get_log_events(logGroupName="/api/access", logStreamName=stream["logStreamName"])["events"]
    ]


@pytest.mark.aws_behavior("matched_method")
@pytest.mark.aws_behavior("log_line")
@pytest.mark.aws_behavior("api_dimensions")
@pytest.mark.aws_behavior("metric_dimensions")
def test_what_is_not_deployed_is_answered_alike_and_everything_is_logged_and_counted(
    open_account: ApiAccount,
) -> None:
    account = open_account
    assert account.call().status == 200
    for url, method in ((account.url("/other"), "POST"), (account.url(), "GET")):
        assert message(account.call(url=url, method=method)) == (403, "Missing Authentication Token")
    for url in (account.url(stage="v9"), f"http://127.0.0.1:{account.gateway.port}/nothing/v1/predict"):
        assert message(account.call(url=url)) == (403, "Forbidden")
    lines = logged(account)
    assert [line["status"] for line in lines] == ["200", "403", "403"]
    assert lines[0]["resourcePath"] == "/predict"
    assert lines[0]["nothing"] == "-"
    assert "rows" not in json.dumps(lines)
    counted = [(dict(by), values) for namespace, by, values in account.metrics if namespace == "AWS/ApiGateway"]
    assert [values["4XXError"] for by, values in counted if by == {"ApiName": "screening", "Stage": "v1"}] == [0, 1, 1]
    detailed = [by for by, _ in counted if "Method" in by]
    assert detailed == [{"ApiName": "screening", "Resource": "/predict", "Method": "POST", "Stage": "v1"}]
    lambda_by = [dict(by) for namespace, by, _ in account.metrics if namespace == "AWS/Lambda"]
    assert {"FunctionName": "predict", "Resource": "predict:live", "ExecutedVersion": "1"} in lambda_by


@pytest.mark.aws_behavior("model_for")
@pytest.mark.aws_behavior("require_payload")
@pytest.mark.aws_behavior("require_headers")
@pytest.mark.aws_behavior("require_answer")
@pytest.mark.aws_behavior("proxy_answer")
def test_bodies_and_answers_that_do_not_fit(open_account: ApiAccount) -> None:
    account = open_account
    for body in ("{", "", '{"lines": []}', '{"rows": [], "more": 1}', '{"rows": [1]}'):
        assert message(account.call(body)) == (400, "Invalid request body")
    # Another content type has no model: it reaches the function, which has to refuse it itself.
    assert account.call("{", Content_Type="text/plain").status == 200
    large = account.call(b"x" * (10 * 1024 * 1024 + 1))
    assert message(large) == (413, "HTTP content length exceeded 10485760 bytes.")
    assert account.call(X_Long="x" * 10_300).status == 431
    for body, status in (('"raise"', 502), ('"malformed"', 502), ('"slow"', 504)):
        failed = account.call(body, Content_Type="text/plain")
        assert failed.status == status
        assert "secret" not in failed.body.decode()
    assert message(account.call('"slow"', Content_Type="text/plain")) == (504, "Endpoint request timed out")
    lines = logged(account)
    assert "Unable to parse JSON body" in lines[0]["error_validationErrorString"]
    assert any("Malformed Lambda proxy response" in line["integrationErrorMessage"] for line in lines)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {"answer": 1},
        {"statusCode": "well"},
        {"statusCode": True},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": {"a": ["b"]}},
        {"statusCode": 200, "headers": {"a": "b\r\nSet-Cookie: x"}},
        {"statusCode": 200, "headers": []},
        {"statusCode": 200, "multiValueHeaders": {"a": "b"}},
    ],
)
def test_a_malformed_answer_is_refused(payload: Any) -> None:
    with pytest.raises(GatewayError) as refused:
        integrations.proxy_answer(payload)
    assert (refused.value.status, refused.value.message) == (502, "Internal server error")


@pytest.mark.aws_behavior("remapped")
def test_headers_of_the_answer_are_remapped_or_dropped() -> None:
    answer = integrations.proxy_answer(
        {"statusCode": "201", "headers": {"WWW-Authenticate": "x", "Transfer-Encoding": "chunked", "A": 1}}
    )
    assert answer.status == 201
    assert list(answer.headers) == [("x-amzn-Remapped-WWW-Authenticate", "x"), ("A", "1")]


@pytest.mark.aws_behavior("without_signature")
@pytest.mark.aws_behavior("require_scope")
def test_signatures_are_verified(account: ApiAccount) -> None:
    account.deploy_stack(template(open_api(security=[{"iam": []}])))
    caller = account.caller("client", INVOKE)
    answer = account.call(signer=caller)
    assert not any(name.lower() == "authorization" for name in answer.json["event"]["headers"])
    assert (
        "Credential should be scoped to a valid region"
        in account.call(signer=caller, region="us-east-1").json["message"]
    )
    headers = signed(caller, "POST", account.url(), b"{}", {"Content-Type": "application/json"})

    def sent(body: bytes = b"{}", **changes: str) -> Answer:
        from tests.rehearsal.apigateway.account import send

        return send("POST", account.url(), body, {**headers, **{k.replace("_", "-"): v for k, v in changes.items()}})

    assert sent().status == 200
    assert "does not match" in sent(b'{"altered": 1}').json["message"]
    assert sent(X_Amz_Security_Token="another").headers["x-amzn-errortype"] == "UnrecognizedClientException"
    assert "Signature" in sent(Authorization=headers["Authorization"].partition(", Signature")[0]).json["message"]
    assert sent(Authorization="Bearer x").status == 403
    stranger = headers["Authorization"].replace(caller.access_key, "AKIAIOSFODNN7EXAMPLE")
    assert sent(Authorization=stranger).headers["x-amzn-errortype"] == "UnrecognizedClientException"


def test_an_old_signature_and_one_of_another_service_do_not_count() -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)

    def signature(moment: datetime, service: str = "execute-api") -> Signature:
        stamp = moment.strftime("%Y%m%dT%H%M%SZ")
        return Signature("k", stamp[:8], REGION, service, ("host",), "s", stamp, "t")

    require_scope(signature(now - timedelta(minutes=4)), REGION, now)
    for wrong, why in (
        (signature(now - timedelta(minutes=6)), "Signature expired"),
        (signature(now + timedelta(minutes=6)), "not yet current"),
        (signature(now, "lambda"), "correct service"),
    ):
        with pytest.raises(GatewayError, match=why):
            require_scope(wrong, REGION, now)


@pytest.mark.aws_behavior("require_token")
def test_expired_credentials_do_not_count(account: ApiAccount) -> None:
    actor = account.caller("client")

    class Session:
        expiration = datetime(2026, 1, 1, tzinfo=UTC)

    with pytest.raises(GatewayError) as refused:
        require_token(actor, Session(), actor.token, datetime(2026, 1, 2, tzinfo=UTC))
    assert refused.value.kind == "EXPIRED_TOKEN"
    require_token(actor, Session(), actor.token, datetime(2025, 12, 31, tzinfo=UTC))


def test_another_account_needs_both_sides(account: ApiAccount) -> None:
    abroad = account.caller("abroad", INVOKE, account=OTHER)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/v1/POST/predict",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    account.deploy_stack(template(open_api(security=[{"iam": []}]), policy=policy))
    assert account.call(signer=abroad).status == 200
    assert account.call(signer=account.caller("bare", account=OTHER)).status == 403
    denied = {"Version": "2012-10-17", "Statement": [statement, {**statement, "Effect": "Deny", "Principal": "*"}]}
    account.deploy_stack(template(open_api(security=[{"iam": []}]), policy=denied, version="1"))
    # The policy counts when it is deployed, which it was not.
    assert account.call(signer=abroad).status == 200


@pytest.mark.aws_behavior("require_anonymous")
@pytest.mark.aws_behavior("policy_text")
@pytest.mark.aws_behavior("deployed")
def test_an_open_method_with_a_policy_is_open_to_whom_the_policy_allows(account: ApiAccount) -> None:
    def policy(address: str) -> dict[str, Any]:
        condition = {"IpAddress": {"aws:SourceIp": address}}
        allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
        return {"Version": "2012-10-17", "Statement": [{**allow, "Condition": condition}]}

    account.deploy_stack(template(open_api(), policy=policy("127.0.0.0/8")))
    assert account.call().status == 200
    kept = json.loads(account.client("apigateway").get_rest_api(restApiId=account.api)["policy"])
    assert kept["Statement"][0]["Resource"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{account.api}/*"
    account.deploy_stack(template(open_api(), policy=policy("192.0.2.0/24")))
    assert account.call().status == 200  # changed, not deployed
    account.client("apigateway").create_deployment(restApiId=account.api, stageName="v1")
    refused = account.call()
    assert (refused.status, refused.headers["x-amzn-errortype"]) == (403, "AccessDeniedException")
    assert "anonymous" in refused.json["message"]
    assert ACCOUNT not in refused.json["message"]


@pytest.mark.aws_behavior("require_invocation")
def test_a_function_that_does_not_admit_the_method_is_not_called(account: ApiAccount) -> None:
    document = template(open_api())
    document["Resources"]["Permission"]["Properties"]["FunctionName"] = {"Ref": "Function"}
    account.deploy_stack(document)
    assert message(account.call()) == (500, "Internal server error")
    document["Resources"]["Permission"]["Properties"]["FunctionName"] = {"Ref": "Live"}
    account.deploy_stack(document)
    assert account.call().status == 200


@pytest.mark.aws_behavior("require_parameters")
def test_required_parameters_are_required(account: ApiAccount) -> None:
    parameters = [
        {"name": "tenant", "in": "query", "required": True, "schema": {"type": "string"}},
        {"name": "X-Caller", "in": "header", "required": True, "schema": {"type": "string"}},
        {"name": "debug", "in": "query", "schema": {"type": "string"}},
    ]
    account.deploy_stack(template(open_api(parameters=parameters, **{"x-amazon-apigateway-request-validator": "all"})))
    assert message(account.call()) == (400, "Missing required request parameters: [tenant, X-Caller]")
    assert message(account.call(url=account.url() + "?tenant=%20", X_Caller="a"))[0] == 400
    passed = account.call(url=account.url() + "?tenant=a&tenant=b", X_Caller="a").json["event"]
    assert passed["queryStringParameters"] == {"tenant": "b"}
    assert passed["multiValueQueryStringParameters"] == {"tenant": ["a", "b"]}


@pytest.mark.aws_behavior("chosen_response")
def test_gateway_responses_are_customized_by_type_and_by_class(account: ApiAccount) -> None:
    responses = {
        "MISSING_AUTHENTICATION_TOKEN": {
            "statusCode": 404,
            "responseTemplates": {
                "application/json": '{"error":$context.error.messageString,"id":"$context.requestId"}'
            },
            "responseParameters": {"gatewayresponse.header.X-Reason": "'unknown'"},
        },
        "DEFAULT_5XX": {"responseTemplates": {"application/json": '{"error":"ours"}'}},
    }
    document = {**open_api(), "x-amazon-apigateway-gateway-responses": responses}
    account.deploy_stack(template(document))
    missing = account.call(url=account.url("/other"))
    assert (missing.status, missing.headers["x-reason"]) == (404, "unknown")
    assert missing.json == {"error": "Missing Authentication Token", "id": missing.headers["x-amzn-requestid"]}
    failed = account.call('"raise"')
    assert (failed.status, failed.json) == (502, {"error": "ours"})
    assert chosen_response({"DEFAULT_4XX": {"statusCode": "418"}}, "THROTTLED", 429)[1] == 418


@pytest.mark.aws_behavior("is_binary")
def test_binary_media_types_travel_as_base64(account: ApiAccount) -> None:
    document = {**open_api(), "x-amazon-apigateway-binary-media-types": ["image/*"]}
    account.deploy_stack(template(document))
    event = account.call(b"\x00\xff", Content_Type="image/png").json["event"]
    assert (event["body"], event["isBase64Encoded"]) == ("AP8=", True)
    assert account.call("{}").json["event"]["isBase64Encoded"] is False


@pytest.mark.aws_behavior("chosen_template")
def test_a_content_type_without_a_template_is_refused_where_the_integration_says_so() -> None:
    templates = {"application/json": '{"statusCode": 200}'}
    for behavior, media, refused in (
        ("NEVER", "text/plain", True),
        ("NEVER", "application/json", False),
        ("WHEN_NO_TEMPLATES", "text/plain", True),
        ("WHEN_NO_MATCH", "text/plain", False),
    ):
        integration = {"requestTemplates": templates, "passthroughBehavior": behavior}
        if refused:
            with pytest.raises(GatewayError) as error:
                integrations.chosen_template(integration, media, payload=True)
            assert error.value.status == 415
        else:
            integrations.chosen_template(integration, media, payload=True)


@pytest.mark.aws_behavior("require_default_endpoint")
@pytest.mark.aws_behavior("require_certificate")
def test_a_custom_domain_leads_to_the_stage_when_the_default_endpoint_is_off(account: ApiAccount) -> None:
    certificate = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1"
    document = template(
        open_api(),
        Domain={
            "Type": "AWS::ApiGateway::DomainName",
            "Properties": {
                "DomainName": "api.example.com",
                "RegionalCertificateArn": certificate,
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
            },
        },
        Mapping={
            "Type": "AWS::ApiGateway::BasePathMapping",
            "Properties": {
                "DomainName": {"Ref": "Domain"},
                "BasePath": "models",
                "RestApiId": {"Ref": "Api"},
                "Stage": {"Ref": "Stage"},
            },
        },
    )
    document["Resources"]["Api"]["Properties"]["DisableExecuteApiEndpoint"] = True
    made = account.deploy_stack(document)
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    assert message(account.call()) == (403, "Forbidden")
    root = f"http://127.0.0.1:{account.gateway.port}"
    assert account.call(url=f"{root}/models/predict", Host="api.example.com").status == 200
    assert account.call(url=f"{root}/other/predict", Host="api.example.com").status == 403
    document["Resources"]["Domain"]["Properties"]["RegionalCertificateArn"] = certificate.replace(REGION, "us-east-1")
    assert "must be in ACM in eu-west-1" in account.deploy_stack(document)["StackStatusReason"]


@pytest.mark.aws_behavior("require_way")
def test_a_private_api_answers_through_its_endpoint_alone(account: ApiAccount) -> None:
    from rehearsal.network.ec2 import attachment
    from tests.rehearsal.accounts import make_vpc

    vpc, subnets, group = make_vpc(account.cloud, account.owner, ("execute-api", "sts"))
    where = attachment(ACCOUNT, REGION, subnets, [group])
    found = account.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    endpoint = next(each["VpcEndpointId"] for each in found if each["ServiceName"].endswith("execute-api"))
    allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    condition = {"StringEquals": {"aws:SourceVpce": endpoint}}
    policy = {"Version": "2012-10-17", "Statement": [{**allow, "Condition": condition}]}
    document = template(open_api(security=[{"iam": []}]), policy=policy)
    configuration = {"Types": ["PRIVATE"], "VpcEndpointIds": [endpoint]}
    document["Resources"]["Api"]["Properties"]["EndpointConfiguration"] = configuration
    made = account.deploy_stack(document)
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    outside = account.caller("client", INVOKE)
    assert message(account.call(signer=outside)) == (403, "Forbidden")
    inside = account.cloud.in_vpc(outside, where)
    assert account.call(signer=inside).status == 200
    document["Resources"]["Api"]["Properties"]["EndpointConfiguration"] = {"Types": ["REGIONAL"]}
    account.deploy_stack(document)
    assert message(account.call(signer=inside)) == (403, "Forbidden")
    del vpc


def test_hostile_headers_reach_nobody(open_account: ApiAccount) -> None:
    answer = open_account.call(X_Forwarded_For="1.2.3.4", X_HTTP_Method_Override="DELETE")
    assert message(answer) == (403, "Missing Authentication Token")
    event = open_account.call(X_Forwarded_For="1.2.3.4").json["event"]
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_nothing_waits_long(open_account: ApiAccount) -> None:
    open_account.call()
    began = time.monotonic()
    assert all(open_account.call().status == 200 for _ in range(50))
    assert time.monotonic() - began < 5
