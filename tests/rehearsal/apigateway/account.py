"""A workload account with an API in front of a function, made by CloudFormation."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rehearsal.apigateway.service import ApiGateway
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.codedeploy.service import CodeDeploy
from rehearsal.codesuite.suite import CodeSuite

ACCOUNT, OTHER, REGION = "222222222222", "444444444444", "eu-west-1"
CODE = """
import json, os, time
calls = 0
def handle(event, context):
    global calls
    calls += 1
    body = event.get("body") or ""
    if body == '"raise"':
        raise ValueError("secret detail")
    if body == '"malformed"':
        return {"answer": 1}
    if body == '"slow"':
        time.sleep(5)
    shown = {"version": context.function_version, "calls": calls, "event": event}
    return {"statusCode": 200, "headers": {"X-Model-Version": "3"}, "body": json.dumps(shown)}
"""
URI = {
    "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Live}/invocations",
}
SCHEMA = {
    "type": "object",
    "required": ["rows"],
    "additionalProperties": False,
    "properties": {"rows": {"type": "array", "items": {"type": "object"}}},
}


def open_api(**method: Any) -> dict[str, Any]:
    """A document with one method, `POST /predict`."""
    return {
        "openapi": "3.0.1",
        "info": {"title": "screening", "version": "1"},
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
        "paths": {
            "/predict": {
                "post": {
                    "operationId": "predict",
                    "responses": {"200": {"description": "predictions"}},
                    "x-amazon-apigateway-integration": {
                        "type": "aws_proxy",
                        "httpMethod": "POST",
                        "uri": URI,
                        "timeoutInMillis": 3000,
                    },
                    **method,
                }
            }
        },
        "components": {
            "schemas": {"Rows": SCHEMA},
            "securitySchemes": {
                "iam": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                },
                "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
            },
        },
    }


def template(
    body: Mapping[str, Any], *, code: str = CODE, version: str = "1", policy: Any = None, **more: Any
) -> dict[str, Any]:
    """A stack: function, version, alias, API, deployment, stage. `version` names what is frozen."""
    return {
        "Resources": {
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": "predict",
                    "Runtime": "python3.13",
                    "Handler": "index.handle",
                    "Role": f"arn:aws:iam::{ACCOUNT}:role/function",
                    "Code": {"ZipFile": code},
                    "Timeout": 20,
                },
            },
            f"Version{version}": {
                "Type": "AWS::Lambda::Version",
                "DeletionPolicy": "Retain",
                "Properties": {"FunctionName": {"Ref": "Function"}},
            },
            "Live": {
                "Type": "AWS::Lambda::Alias",
                "Properties": {
                    "FunctionName": {"Ref": "Function"},
                    "FunctionVersion": {"Fn::GetAtt": [f"Version{version}", "Version"]},
                    "Name": "live",
                },
            },
            "Permission": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "FunctionName": {"Ref": "Live"},
                    "Action": "lambda:InvokeFunction",
                    "Principal": "apigateway.amazonaws.com",
                    "SourceArn": {
                        "Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/v1/POST/predict"
                    },
                },
            },
            "Api": {
                "Type": "AWS::ApiGateway::RestApi",
                "Properties": {
                    "Name": "screening",
                    "Body": body,
                    "EndpointConfiguration": {"Types": ["REGIONAL"]},
                    **({"Policy": policy} if policy else {}),
                },
            },
            f"Deployment{version}": {
                "Type": "AWS::ApiGateway::Deployment",
                "Properties": {"RestApiId": {"Ref": "Api"}},
            },
            "Stage": {
                "Type": "AWS::ApiGateway::Stage",
                "Properties": {
                    "RestApiId": {"Ref": "Api"},
                    "StageName": "v1",
                    "DeploymentId": {"Ref": f"Deployment{version}"},
                },
            },
            **more,
        },
        "Outputs": {"Api": {"Value": {"Ref": "Api"}}},
    }


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass
class ApiAccount:
    """The account and what runs in it."""

    cloud: Cloud
    suite: CodeSuite
    gateway: ApiGateway
    deploy: CodeDeploy
    owner: Actor
    metrics: list[tuple[str, Mapping[str, str], Mapping[str, float]]] = field(default_factory=list)
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return self.cloud.client(self.owner, service)

    def role(self, name: str, principal: Any, *statements: Mapping[str, Any], account: str = ACCOUNT) -> str:
        """A role with the statements as its policy."""
        owner = self.cloud.deployer(account)
        iam = self.cloud.client(owner, "iam")
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        made = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
        return str(made["Role"]["Arn"])

    def caller(self, name: str, *statements: Mapping[str, Any], account: str = ACCOUNT, **more: Any) -> Actor:
        """Credentials of a role of some team."""
        role = self.role(name, {"AWS": f"arn:aws:iam::{account}:root"}, *statements, account=account)
        return self.cloud.assume(role, by=self.cloud.deployer(account), session=name, **more)

    def deploy_stack(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Create or update the stack `api`; gives its description."""
        client, text = self.client("cloudformation"), json.dumps(document)
        try:
            client.describe_stacks(StackName="api")
        except client.exceptions.ClientError:
            client.create_stack(StackName="api", TemplateBody=text)
        else:
            client.update_stack(StackName="api", TemplateBody=text)
        found: dict[str, Any] = client.describe_stacks(StackName="api")["Stacks"][0]
        return found

    @property
    def api(self) -> str:
        """The id of the stack's API."""
        outputs = self.client("cloudformation").describe_stacks(StackName="api")["Stacks"][0]["Outputs"]
        return str(outputs[0]["OutputValue"])

    def url(self, path: str = "/predict", stage: str = "v1") -> str:
        return self.gateway.url(self.api, stage) + path

    def call(
        self,
        body: bytes | str = '{"rows": []}',
        *,
        signer: Actor | None = None,
        url: str = "",
        method: str = "POST",
        region: str = REGION,
        **headers: str,
    ) -> Answer:
        """Call the API over HTTP, signed if there is a signer."""
        address = url or self.url()
        content = body.encode() if isinstance(body, str) else body
        given = {"Content-Type": "application/json", **{key.replace("_", "-"): value for key, value in headers.items()}}
        if signer is not None:
            given = signed(signer, method, address, content, given, region)
        return send(method, address, content, given)


def signed(
    signer: Actor, method: str, url: str, body: bytes, headers: Mapping[str, str], region: str = REGION
) -> dict[str, str]:
    """The headers of a signed request."""
    request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    credentials = Credentials(signer.access_key, signer.secret_key, signer.token)
    SigV4Auth(credentials, "execute-api", region).add_auth(request)
    return dict(request.headers.items())


def send(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """One request over HTTP."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection.request(method, target, body, dict(headers))
    answer = connection.getresponse()
    found = Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
    connection.close()
    return found
