"""Lambda authorizers, API keys, usage plans and web ACLs in front of a method."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.apigateway.authorizers import read_answer
from rehearsal.apigateway.messages import Exchange, GatewayError, IncomingRequest
from rehearsal.apigateway.throttling import TokenBucket, given_key
from rehearsal.apigateway.web_acls import matches, over_rate
from rehearsal.service_model.emulator import ServiceRecords, ServiceRefusal
from rehearsal.services.wafv2 import require_rules, require_stage
from tests.rehearsal.apigateway.account import ACCOUNT, REGION, ApiAccount, open_api, template

AUTHORIZER = """
calls = 0
def handle(event, context):
    global calls
    calls += 1
    token = event.get("authorizationToken") or event["headers"].get("X-Token")
    if token == "nobody":
        raise Exception("Unauthorized")
    if token == "broken":
        return {"principalId": "x"}
    effect = "Deny" if token == "denied" else "Allow"
    arn = event["methodArn"].replace("POST", "GET") if token == "other" else event["methodArn"]
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}
    context = {"calls": calls, "staff": True, "kind": event["type"]}
    return {
        "principalId": "user",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
        "usageIdentifierKey": "k" * 20,
    }
"""


def authorized(ttl: int = 300, **more: Any) -> dict[str, Any]:
    """The stack with an authorizer."""
    document = open_api(security=[{"jwt": []}])
    document["components"]["securitySchemes"]["jwt"] = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "token",
            "authorizerUri": {
                "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
                "${Authorizer.Arn}/invocations"
            },
            "authorizerResultTtlInSeconds": ttl,
            "identityValidationExpression": "[a-z]+",
            **more,
        },
    }
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "authorizer",
            "Runtime": "python3.13",
            "Handler": "index.handle",
            "Role": f"arn:aws:iam::{ACCOUNT}:role/function",
            "Code": {"ZipFile": AUTHORIZER},
        },
    }
    permission = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": "Authorizer"},
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/authorizers/*"},
        },
    }
    return template(document, Authorizer=function, MayAuthorize=permission)


@pytest.mark.aws_behavior("identity_sources")
def test_an_authorizer_decides_and_its_answer_is_kept(account: ApiAccount) -> None:
    made = account.deploy_stack(authorized())
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    for token in ("", "NOT-A-TOKEN", "nobody"):
        headers: dict[str, Any] = {"Authorization": token} if token else {}
        refused = account.call(**headers)
        assert (refused.status, refused.json) == (401, {"message": "Unauthorized"})
    calls = [account.call(Authorization="good").json["event"]["requestContext"]["authorizer"] for _ in range(2)]
    assert calls[0]["principalId"] == "user"
    assert calls[0]["staff"] == "true"
    assert calls[0]["calls"] == calls[1]["calls"]
    denied = account.call(Authorization="denied")
    assert denied.status == 403
    assert denied.json["message"] == "User is not authorized to access this resource with an explicit deny"
    other = account.call(Authorization="other")
    assert other.json["message"] == "User is not authorized to access this resource"
    broken = account.call(Authorization="broken")
    assert (broken.status, broken.json) == (500, {"message": None})


def test_without_a_time_an_authorizer_is_asked_each_time(account: ApiAccount) -> None:
    account.deploy_stack(authorized(ttl=0))
    calls = [account.call(Authorization="good").json["event"]["requestContext"]["authorizer"] for _ in range(2)]
    assert calls[0]["calls"] != calls[1]["calls"]


@pytest.mark.aws_behavior("require_no_denial")
def test_the_api_s_policy_denies_before_the_authorizer_is_asked(account: ApiAccount) -> None:
    document = authorized()
    deny = {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    document["Resources"]["Api"]["Properties"]["Policy"] = {"Version": "2012-10-17", "Statement": [deny]}
    account.deploy_stack(document)
    assert account.call(Authorization="good").status == 403
    assert not [by for namespace, by, _ in account.metrics if by.get("FunctionName") == "authorizer"]


@pytest.mark.aws_behavior("read_answer")
@pytest.mark.parametrize(
    "answer",
    [
        None,
        {"principalId": "x"},
        {"policyDocument": {}},
        {"principalId": "x", "policyDocument": {}, "context": {"roles": ["a"]}},
    ],
)
def test_an_authorizer_s_answer_must_have_its_form(answer: Any) -> None:
    with pytest.raises(GatewayError) as refused:
        read_answer(answer)
    assert (refused.value.status, refused.value.message) == (500, None)


# ---- keys and plans


def keyed(**plan: Any) -> dict[str, Any]:
    """The stack with a key and a usage plan."""
    stages = [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}}]
    return template(
        open_api(security=[{"key": []}]),
        Key={"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Name": "client", "Enabled": True}},
        Plan={
            "Type": "AWS::ApiGateway::UsagePlan",
            "Properties": {"UsagePlanName": "gold", "ApiStages": stages, **plan},
        },
        PlanKey={
            "Type": "AWS::ApiGateway::UsagePlanKey",
            "Properties": {"KeyId": {"Ref": "Key"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "Plan"}},
        },
    )


def value(account: ApiAccount, name: str = "client") -> str:
    client = account.client("apigateway")
    (key,) = client.get_api_keys(nameQuery=name)["items"]
    return str(client.get_api_key(apiKey=key["id"], includeValue=True)["value"])


@pytest.mark.aws_behavior("known_key")
@pytest.mark.aws_behavior("get_key")
@pytest.mark.aws_behavior("delete_plan")
def test_a_key_counts_through_a_plan_of_the_stage(account: ApiAccount) -> None:
    made = account.deploy_stack(keyed())
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    key, client = value(account), account.client("apigateway")
    assert account.call(x_api_key=key).status == 200
    for wrong in ("", "x" * 20):
        headers: dict[str, Any] = {"x_api_key": wrong} if wrong else {}
        refused = account.call(**headers)
        assert (refused.status, refused.json) == (403, {"message": "Forbidden"})
    loose = client.create_api_key(name="loose", enabled=True, value="l" * 20)
    assert account.call(x_api_key="l" * 20).status == 403
    (plan,) = client.get_usage_plans()["items"]
    client.create_usage_plan_key(usagePlanId=plan["id"], keyId=loose["id"], keyType="API_KEY")
    assert account.call(x_api_key="l" * 20).status == 200
    off = [{"op": "replace", "path": "/enabled", "value": "false"}]
    client.update_api_key(apiKey=loose["id"], patchOperations=off)
    assert account.call(x_api_key="l" * 20).status == 403
    assert "value" not in client.get_api_key(apiKey=loose["id"])
    with pytest.raises(ClientError, match="API Stages are associated"):
        client.delete_usage_plan(usagePlanId=plan["id"])
    account.client("cloudformation").delete_stack(StackName="api")
    assert client.get_usage_plans()["items"] == []
    assert client.get_rest_apis()["items"] == []


@pytest.mark.aws_behavior("require_one_plan")
@pytest.mark.aws_behavior("require_key_value")
@pytest.mark.aws_behavior("require_quota")
def test_what_keys_and_plans_may_not_be(account: ApiAccount) -> None:
    account.deploy_stack(keyed())
    client = account.client("apigateway")
    (plan,), (key,) = client.get_usage_plans()["items"], client.get_api_keys()["items"]
    second = client.create_usage_plan(name="silver", apiStages=plan["apiStages"])
    with pytest.raises(ClientError, match="already in a plan"):
        client.create_usage_plan_key(usagePlanId=second["id"], keyId=key["id"], keyType="API_KEY")
    with pytest.raises(ClientError, match="between 20 and 128"):
        client.create_api_key(name="short", value="short")
    with pytest.raises(ClientError, match="DAY, WEEK or MONTH"):
        client.create_usage_plan(name="q", quota={"limit": 5, "period": "YEAR"})


@pytest.mark.aws_behavior("limits")
def test_a_burst_over_the_throttle_and_a_spent_quota_are_429(account: ApiAccount) -> None:
    account.deploy_stack(keyed(Throttle={"BurstLimit": 3, "RateLimit": 1}))
    key = value(account)
    answers = [account.call(x_api_key=key) for _ in range(8)]
    assert [answer.status for answer in answers[:3]] == [200, 200, 200]
    assert answers[-1].json == {"message": "Too Many Requests"}
    quota = {"Limit": 2, "Period": "DAY"}
    changed = account.deploy_stack(keyed(Throttle={"BurstLimit": 50, "RateLimit": 50}, Quota=quota))
    assert changed["StackStatus"] == "UPDATE_COMPLETE"
    statuses = [account.call(x_api_key=key) for _ in range(3)]
    assert [answer.status for answer in statuses] == [200, 200, 429]
    assert statuses[-1].json == {"message": "Limit Exceeded"}


def test_a_stage_throttles_everybody(account: ApiAccount) -> None:
    document = template(open_api())
    settings = {"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingBurstLimit": 2, "ThrottlingRateLimit": 1}
    document["Resources"]["Stage"]["Properties"]["MethodSettings"] = [settings]
    account.deploy_stack(document)
    assert [account.call().status for _ in range(4)][-1] == 429


def test_a_bucket_fills_by_its_rate() -> None:
    bucket = TokenBucket(rate=2, burst=2, now=0)
    assert [bucket.take(0) for _ in range(3)] == [True, True, False]
    assert bucket.take(0.5)
    assert not bucket.take(0.6)


@pytest.mark.aws_behavior("given_key")
def test_a_key_comes_from_where_the_api_says() -> None:
    exchange = Exchange(IncomingRequest("POST", "/", [("x-api-key", "header")]), api_key="authorizer")
    assert given_key({"apiKeySource": "HEADER"}, exchange) == "header"
    assert given_key({"apiKeySource": "AUTHORIZER"}, exchange) == "authorizer"


# ---- web ACLs

SEEN = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
RATE = {
    "Name": "rate",
    "Priority": 1,
    "Action": {"Block": {}},
    "Statement": {"RateBasedStatement": {"Limit": 10, "AggregateKeyType": "IP", "EvaluationWindowSec": 60}},
    "VisibilityConfig": SEEN,
}
COMMON = {
    "Name": "common",
    "Priority": 0,
    "OverrideAction": {"None": {}},
    "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}},
    "VisibilityConfig": SEEN,
}


@pytest.mark.aws_behavior("matches")
@pytest.mark.aws_behavior("over_rate")
@pytest.mark.aws_behavior("association_rights")
def test_a_web_acl_blocks_by_its_rules(account: ApiAccount) -> None:
    acl = {
        "Type": "AWS::WAFv2::WebACL",
        "Properties": {
            "Name": "front",
            "Scope": "REGIONAL",
            "DefaultAction": {"Allow": {}},
            "Rules": [COMMON, RATE],
            "VisibilityConfig": SEEN,
        },
    }
    stage = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Stage}"}
    association = {
        "Type": "AWS::WAFv2::WebACLAssociation",
        "Properties": {"ResourceArn": stage, "WebACLArn": {"Fn::GetAtt": ["Acl", "Arn"]}},
    }
    made = account.deploy_stack(template(open_api(), Acl=acl, Association=association))
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    assert account.call(User_Agent="test").status == 200
    for body in ("x" * 9000, "<script>alert(1)</script>"):
        assert account.call(body, User_Agent="test").json == {"message": "Forbidden"}
    assert account.call().status == 403  # no user agent
    statuses = [account.call(User_Agent="test").status for _ in range(12)]
    assert statuses[0] == 200
    assert statuses[-1] == 403
    asked = [line for line in account.cloud.recorder.requests if line.operation == "AssociateWebACL"]
    assert "apigateway:SetWebACL" in {right.action for line in asked for right in line.rights or ()}
    assert not over_rate(10, 10)
    agent = [("User-Agent", "x")]
    assert list(matches("AWSManagedRulesKnownBadInputsRuleSet", IncomingRequest("GET", "/", agent), "/")) == []
    assert list(
        matches("AWSManagedRulesKnownBadInputsRuleSet", IncomingRequest("GET", "/?a=${jndi:x}", agent), "/")
    ) == ["Log4JRCE_QUERYSTRING"]


@pytest.mark.aws_behavior("require_rules")
def test_rules_that_nobody_rehearsed_are_refused() -> None:
    for change, why in (
        ({"Statement": {"GeoMatchStatement": {}}}, "is rehearsed, got"),
        ({"Statement": {"RateBasedStatement": {"Limit": 5, "AggregateKeyType": "IP"}}}, "at least 10"),
        ({"Statement": {"RateBasedStatement": {"Limit": 50, "AggregateKeyType": "FORWARDED_IP"}}}, "rates by IP"),
        ({"VisibilityConfig": None}, "VisibilityConfig is required"),
    ):
        with pytest.raises(ServiceRefusal, match=why):
            require_rules([{**RATE, **change}])
    unknown = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesATPRuleSet"}}
    with pytest.raises(ServiceRefusal, match="managed groups rehearsed"):
        require_rules([{**COMMON, "Statement": unknown}])
    with pytest.raises(ServiceRefusal, match="Priority must be unique"):
        require_rules([RATE, {**COMMON, "Priority": 1}])


@pytest.mark.aws_behavior("require_stage")
def test_a_web_acl_is_associated_with_a_stage_that_is_there() -> None:
    records = ServiceRecords(ACCOUNT, REGION)
    for arn, code in (
        (f"arn:aws:apigateway:{REGION}::/restapis/abc/stages/v1", "WAFUnavailableEntityException"),
        (f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc/v1", "WAFInvalidParameterException"),
    ):
        with pytest.raises(ServiceRefusal) as refused:
            require_stage(records, arn)
        assert refused.value.code == code
