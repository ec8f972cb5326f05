"""What API Gateway refuses of definitions, and what changes of a stack do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.service_model.emulator import ServiceRefusal
from rehearsal.services.apigateway.methods import integration, require_path
from rehearsal.services.apigateway.models import imported_schema
from tests.rehearsal.apigateway.account import ACCOUNT, REGION, ApiAccount, open_api, template

URI = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:predict:live/invocations"
)


def document(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(open_api()).replace(json.dumps(open_api()["paths"]), "{}"))
    found["paths"] = {"/predict": {"post": {"responses": {}, "x-amazon-apigateway-integration": proxy()}}}
    return {**found, **changes}


def proxy(**changes: Any) -> dict[str, Any]:
    return {"type": "aws_proxy", "httpMethod": "POST", "uri": URI, **changes}


@pytest.fixture
def api(account: ApiAccount) -> str:
    return str(account.client("apigateway").create_rest_api(name="screening")["id"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"openapi": "2.0"}, "only documents of OpenAPI 3.0"),
        ({"info": {}}, "info.title is missing"),
        ({"x-amazon-apigateway-magic": 1}, "unsupported extension x-amazon-apigateway-magic"),
        ({"paths": {"/a": {"trace": {}}}}, "unsupported trace"),
        ({"components": {"schemas": {"not-plain": {}}}}, "Model name must be alphanumeric"),
        ({"components": {"securitySchemes": {"o": {"type": "oauth2"}}}}, "type must be apiKey"),
        ({"security": [{"unknown": []}]}, "Unable to find security scheme unknown"),
        ({"x-amazon-apigateway-gateway-responses": {"TEAPOT": {}}}, "Invalid gateway response type TEAPOT"),
        ({"x-amazon-apigateway-request-validator": "none"}, "Unable to find request validator"),
    ],
)
def test_a_document_that_is_not_understood_is_refused(
    account: ApiAccount, api: str, changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(ClientError, match=why):
        account.client("apigateway").put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document(**changes)))


@pytest.mark.aws_behavior("imported_schema")
def test_keywords_that_are_not_supported_are_left_out_with_a_warning(account: ApiAccount, api: str) -> None:
    schema = {
        "type": "object",
        "properties": {"rows": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Row"}}},
    }
    row = {"type": "object", "properties": {"a": {"type": "number", "format": "int32", "exclusiveMinimum": True}}}
    body = json.dumps(document(components={"schemas": {"Rows": schema, "Row": row}}))
    client = account.client("apigateway")
    answer = client.put_rest_api(restApiId=api, mode="overwrite", body=body)
    assert [warning.partition(":")[2] for warning in answer["warnings"]] == [
        " minItems is not supported and is ignored",
        " format is not supported and is ignored",
        " exclusiveMinimum is not supported and is ignored",
    ]
    kept = json.loads(client.get_model(restApiId=api, modelName="Rows")["schema"])
    address = f"https://apigateway.amazonaws.com/restapis/{api}/models/Row"
    assert kept["properties"]["rows"] == {"type": "array", "items": {"$ref": address}}
    with pytest.raises(ClientError, match="Warnings found during import"):
        client.put_rest_api(restApiId=api, mode="overwrite", failOnWarnings=True, body=body)
    with pytest.raises(ServiceRefusal, match="unsupported reference"):
        imported_schema({"$ref": "#/definitions/Row"}, api, "Rows", [])


@pytest.mark.aws_behavior("require_function")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"httpMethod": "GET"}, "only supports Lambda function and POST"),
        ({"uri": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:predict"}, "Invalid ARN specified"),
        ({"type": "http_proxy"}, "must be aws_proxy or mock"),
        ({"timeoutInMillis": 30_000}, "between 50 ms and 29000 ms"),
        ({"passthroughBehavior": "sometimes"}, "passthroughBehavior must be one of"),
        ({"tlsConfig": {}}, "unsupported tlsConfig"),
    ],
)
def test_an_integration_is_a_function_called_with_post(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ServiceRefusal, match=why):
        integration(proxy(**changes))


@pytest.mark.aws_behavior("require_path")
def test_a_path_s_parts_are_plain_or_variables() -> None:
    for path in ("/", "/a/{b}/c", "/{proxy+}", "/v1.0/a-b_c"):
        require_path(path)
    for path in ("a", "/a/x{b}", "/{proxy+}/a", "/a b"):
        with pytest.raises(ServiceRefusal):
            require_path(path)


@pytest.mark.aws_behavior("delete_deployment")
def test_an_api_is_deployed_with_methods_and_stays_while_a_stage_has_it(account: ApiAccount, api: str) -> None:
    client = account.client("apigateway")
    with pytest.raises(ClientError, match="doesn't contain any methods"):
        client.create_deployment(restApiId=api)
    client.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document()))
    deployment = client.create_deployment(restApiId=api, stageName="v1")["id"]
    with pytest.raises(ClientError, match="Active stages"):
        client.delete_deployment(restApiId=api, deploymentId=deployment)
    with pytest.raises(ClientError, match="Stage already exists"):
        client.create_stage(restApiId=api, stageName="v1", deploymentId=deployment)
    client.delete_stage(restApiId=api, stageName="v1")
    client.delete_deployment(restApiId=api, deploymentId=deployment)


@pytest.mark.aws_behavior("require_log_role")
def test_logs_need_a_role_of_the_account_that_trusts_api_gateway(account: ApiAccount, api: str) -> None:
    client = account.client("apigateway")
    role = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": f"arn:aws:iam::{ACCOUNT}:role/function"}]
    with pytest.raises(ClientError, match="does not have required permissions"):
        client.update_account(patchOperations=role)
    client.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document()))
    client.create_deployment(restApiId=api, stageName="v1")
    logs = [
        {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": "arn:aws:logs:x:1:log-group:g"},
        {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"},
    ]
    with pytest.raises(ClientError, match="role ARN must be set in account settings"):
        client.update_stage(restApiId=api, stageName="v1", patchOperations=logs)


def test_a_patch_that_the_resource_does_not_take_is_refused(account: ApiAccount, api: str) -> None:
    client = account.client("apigateway")
    for operation in (
        {"op": "replace", "path": "/colour", "value": "red"},
        {"op": "remove", "path": "/name"},
    ):
        with pytest.raises(ClientError, match="Invalid patch path"):
            client.update_rest_api(restApiId=api, patchOperations=[operation])
    with pytest.raises(ClientError, match="Invalid API identifier"):
        client.get_rest_api(restApiId="nothing")


@pytest.mark.aws_behavior("policy_right")
def test_a_resource_policy_needs_a_right_of_its_own(account: ApiAccount) -> None:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    account.deploy_stack(template(open_api(), policy={"Version": "2012-10-17", "Statement": [allow]}))
    asked = {(line.operation, right.action) for line in account.cloud.recorder.requests for right in line.rights or ()}
    assert ("CreateRestApi", "apigateway:UpdateRestApiPolicy") in asked
    assert ("CreateRestApi", "apigateway:POST") in asked
    assert ("PutRestApi", "apigateway:UpdateRestApiPolicy") not in asked


# ---- stacks


@pytest.mark.aws_behavior("carried")
def test_what_is_below_an_api_carries_its_tags(account: ApiAccount) -> None:
    client = account.client("apigateway")
    tagged = client.create_rest_api(name="tagged", tags={"project": "screening"})["id"]
    for api in (tagged, client.create_rest_api(name="bare")["id"]):
        client.get_resources(restApiId=api)
        client.delete_rest_api(restApiId=api)
    seen = [
        right.context.get("aws:ResourceTag/project")
        for line in account.cloud.recorder.requests
        if line.operation in ("GetResources", "DeleteRestApi")
        for right in line.rights or ()
    ]
    assert seen == ["screening", "screening", None, None]


def test_a_changed_body_answers_after_its_deployment(account: ApiAccount) -> None:
    account.deploy_stack(template(open_api()))
    changed = open_api()
    changed["paths"]["/score"] = changed["paths"].pop("/predict")
    account.deploy_stack(template(changed))
    assert account.call().status == 200  # the old deployment
    made = account.deploy_stack(template(changed, code="# 2" + _code(), version="2"))
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("UPDATE_COMPLETE", None)
    assert account.call().status == 403
    found = account.client("apigateway").get_deployments(restApiId=account.api)["items"]
    assert len(found) == 1


def _code() -> str:
    from tests.rehearsal.apigateway.account import CODE

    return CODE


def test_a_failed_update_leaves_the_api_as_it_was(account: ApiAccount) -> None:
    account.deploy_stack(template(open_api()))
    broken = template(open_api(), code=_code() + "\n# 2", version="2")
    broken["Resources"]["Stage"]["Properties"]["MethodSettings"] = [
        {"HttpMethod": "*", "ResourcePath": "/*", "LoggingLevel": "ALL"}
    ]
    broken["Resources"]["Stage"]["DependsOn"] = "Live"
    changed = account.deploy_stack(broken)
    assert changed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Invalid logging level ALL" in changed["StackStatusReason"]
    answer = account.call()
    assert (answer.status, answer.json["version"]) == (200, "1")
    alias = account.client("lambda").get_alias(FunctionName="predict", Name="live")
    assert alias["FunctionVersion"] == "1"


@pytest.mark.parametrize(
    ("resource", "changes", "why"),
    [
        ("Stage", {"CacheClusterEnabled": True}, "CacheClusterEnabled is not rehearsed"),
        ("Api", {"Colour": "red"}, "unsupported property Colour"),
        ("Live", {"AliasArn": "arn"}, "unsupported property AliasArn"),
        ("Function", {"SnapStart": {"ApplyOn": "None"}}, "SnapStart is not rehearsed"),
    ],
)
def test_a_property_that_nobody_rehearsed_fails_the_stack(
    account: ApiAccount, resource: str, changes: dict[str, Any], why: str
) -> None:
    document = template(open_api())
    document["Resources"][resource]["Properties"] |= changes
    made = account.deploy_stack(document)
    assert made["StackStatus"] == "ROLLBACK_COMPLETE"
    assert why in made["StackStatusReason"]
    assert account.client("apigateway").get_rest_apis()["items"] == []


def test_parts_beside_the_document_are_made_changed_and_removed(account: ApiAccount) -> None:
    def parts(message: str) -> dict[str, Any]:
        api = {"RestApiId": {"Ref": "Api"}}
        return template(
            open_api(),
            Missing={
                "Type": "AWS::ApiGateway::GatewayResponse",
                "Properties": {
                    **api,
                    "ResponseType": "MISSING_AUTHENTICATION_TOKEN",
                    "StatusCode": "404",
                    "ResponseTemplates": {"application/json": json.dumps({"error": message})},
                },
            },
            Validator={
                "Type": "AWS::ApiGateway::RequestValidator",
                "Properties": {**api, "Name": "v", "ValidateRequestBody": message == "two"},
            },
            Logs={
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": "/api", "RetentionInDays": 7 if message == "one" else 30},
            },
            Answers={
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "TableName": "answers",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
                    "SSESpecification": {"SSEEnabled": True},
                },
            },
            Worst={
                "Type": "AWS::CloudWatch::CompositeAlarm",
                "Properties": {"AlarmName": "worst", "AlarmRule": "FALSE", "AlarmDescription": message},
            },
            Asynchronous={
                "Type": "AWS::Lambda::EventInvokeConfig",
                "Properties": {
                    "FunctionName": {"Ref": "Function"},
                    "Qualifier": "live",
                    "MaximumRetryAttempts": 0 if message == "one" else 1,
                },
                "DependsOn": "Live",
            },
        )

    for message, status in (("one", "CREATE_COMPLETE"), ("two", "UPDATE_COMPLETE")):
        made = account.deploy_stack(parts(message))
        assert (made["StackStatus"], made.get("StackStatusReason")) == (status, None)
    client = account.client("apigateway")
    found = client.get_gateway_response(restApiId=account.api, responseType="MISSING_AUTHENTICATION_TOKEN")
    assert json.loads(found["responseTemplates"]["application/json"]) == {"error": "two"}
    (validator,) = [
        each for each in client.get_request_validators(restApiId=account.api)["items"] if each["name"] == "v"
    ]
    assert validator["validateRequestBody"]
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix="/api")["logGroups"]
    assert groups[0]["retentionInDays"] == 30
    config = account.client("lambda").get_function_event_invoke_config(FunctionName="predict", Qualifier="live")
    assert config["MaximumRetryAttempts"] == 1
    account.client("cloudformation").delete_stack(StackName="api")
    assert account.client("dynamodb").list_tables()["TableNames"] == []
    assert account.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"] == []
