"""Cases of the rules on functions, builds, pipelines and what is kept in plain text."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, Resource
from policies.pack.rules import (
    artifact_store,
    build_logs,
    build_project,
    build_secrets,
    build_source,
    function_key,
    function_permission,
    function_runtime,
    function_url,
    plain_secrets,
    stack_sets,
)
from tests.policies.pack.cases.case import Cases, Never, on
from tests.policies.pack.pack_factories import ACCOUNT, KEY_ARN, REGION, at, having, make, without
from tests.policies.pack.test_pack_service_rules import build

RULE_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly"
ACCESS_KEY_ID = "AKIA" + "Q" * 16


def function(**props: Any) -> Resource:
    right = {"runtime": "python3.13", "environment": {"variables": {"STAGE": "prod"}}, "kmsKeyArn": KEY_ARN}
    return make("aws:lambda/function:Function", "stop", **{**right, **props})


def permission(**props: Any) -> Resource:
    right = {"principal": "events.amazonaws.com", "action": "lambda:InvokeFunction", "sourceArn": RULE_ARN}
    return make("aws:lambda/permission:Permission", "invoke", **{**right, **props})


def url(kind: object) -> Resource:
    return make("aws:lambda/functionUrl:FunctionUrl", "url", functionName="stop", authorizationType=kind)


def logging_build(**cloudwatch: Any) -> Resource:
    return having(build(), logsConfig={"cloudwatchLogs": {"status": "ENABLED", "groupName": "/mlops", **cloudwatch}})


def variable(name: str, value: object = "x", kind: str = "PLAINTEXT") -> Resource:
    given = {"name": name, "value": value, "type": kind}
    return having(build(), environment={"privilegedMode": False, "environmentVariables": [given]})


def sourced(location: object) -> Resource:
    return having(build(), source={"type": "GITHUB", "location": location})


def pipeline(*stores: dict[str, Any]) -> Resource:
    return make("aws:codepipeline/pipeline:Pipeline", "build", artifactStores=list(stores))


def parameter(name: str = "/mlops/dev/image/uri", value: object = "x", kind: object = "String") -> Resource:
    return make("aws:ssm/parameter:Parameter", "parameter", name=name, value=value, type=kind)


STORE = {"type": "S3", "location": "artifacts", "encryptionKey": {"type": "KMS", "id": KEY_ARN}}

CASES = (
    Cases(
        rule=function_runtime.RULE,
        passes=[on(function())],
        mistakes=[
            (on(function(runtime="python3.9")), "runtime is python3.9, allowed are"),
            (on(without(function(), "runtime")), "runtime is none"),
        ],
        unknown=[(on(function(runtime=UNKNOWN)), "runtime of stop")],
        excused=[(on(function(packageType="Image")), "its runtime is in its image")],
    ),
    Cases(
        rule=function_key.RULE,
        passes=[
            on(function()),
            on(function(kmsKeyArn=UNKNOWN)),
            on(function(environment={"variables": UNKNOWN})),
        ],
        mistakes=[(on(without(function(), "kmsKeyArn")), "the environment is not encrypted")],
        excused=[(on(without(function(), "environment")), "it has no environment variables")],
    ),
    Cases(
        rule=function_permission.RULE,
        passes=[
            on(permission()),
            on(permission(sourceArn=UNKNOWN)),
            on(permission(sourceArn=None, sourceAccount=UNKNOWN)),
            on(permission(sourceArn=None, principalOrgId=UNKNOWN)),
            on(permission(principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::data", sourceAccount=ACCOUNT)),
        ],
        mistakes=[
            (on(without(permission(), "sourceArn")), "events.amazonaws.com may invoke the function for anybody's"),
            (on(permission(principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::data")), "s3.amazonaws.com may"),
        ],
        unknown=[(on(permission(principal=UNKNOWN)), "principal of invoke")],
        excused=[(on(permission(principal=ACCOUNT)), "its principal is not an AWS service")],
    ),
    Cases(
        rule=function_url.RULE,
        passes=[on(url("AWS_IAM"))],
        mistakes=[(on(url("NONE")), "authorizationType is NONE, allowed is AWS_IAM")],
        unknown=[(on(url(UNKNOWN)), "authorizationType of url")],
    ),
    Cases(
        rule=build_project.RULE,
        passes=[on(build())],
        mistakes=[(on(without(build(), "vpcConfig")), "the build runs outside the VPC")],
        unknown=[(on(at(build(), "environment.privilegedMode", UNKNOWN)), "environment.privilegedMode of build")],
    ),
    Cases(
        rule=build_logs.RULE,
        passes=[on(logging_build()), on(logging_build(groupName=UNKNOWN))],
        mistakes=[
            (on(build()), "the build names no log group"),
            (on(logging_build(status="DISABLED")), "the build's CloudWatch logs are off"),
            (
                on(having(build(), logsConfig={"s3Logs": {"status": "ENABLED", "encryptionDisabled": True}})),
                "the build's logs in S3 are not encrypted",
            ),
        ],
        unknown=[(on(logging_build(status=UNKNOWN)), "logsConfig.cloudwatchLogs.status of build")],
    ),
    Cases(
        rule=build_secrets.RULE,
        passes=[
            on(variable("MLOPS_PARAMETERS", "/mlops/dev")),
            on(variable("GITHUB_TOKEN", "mlops/github", "SECRETS_MANAGER")),
            on(variable("GITHUB_TOKEN_ARN", "arn:aws:secretsmanager:x")),
            on(build()),
        ],
        mistakes=[
            (on(variable("GITHUB_TOKEN")), "variable GITHUB_TOKEN is in plain text"),
            (on(variable("AWS_SECRET_ACCESS_KEY")), "variable AWS_SECRET_ACCESS_KEY is in plain text"),
            (on(variable("dbPassword")), "variable dbPassword is in plain text"),
            (on(variable("REMOTE", f"x {ACCESS_KEY_ID}")), "variable REMOTE is in plain text"),
        ],
        unknown=[(on(variable("REMOTE", UNKNOWN)), "environment.environmentVariables.0.value of build")],
    ),
    Cases(
        rule=build_source.RULE,
        passes=[on(sourced("https://github.com/company/mlops")), on(sourced("bucket/path/source.zip"))],
        mistakes=[
            (on(sourced("https://user:token@github.com/company/mlops")), "the location of source carries credentials"),
            (
                on(having(build(), secondarySources=[{"location": "https://x@bitbucket.org/company/mlops"}])),
                "the location of secondarySources.0 carries credentials",
            ),
        ],
        unknown=[(on(sourced(UNKNOWN)), "source.location of build")],
    ),
    Cases(
        rule=artifact_store.RULE,
        passes=[on(pipeline(STORE)), on(pipeline({**STORE, "encryptionKey": {"type": "KMS", "id": UNKNOWN}}))],
        mistakes=[
            (on(pipeline(STORE, {"type": "S3", "location": "x"})), "artifactStores.1 has no customer managed key"),
            (on(pipeline({**STORE, "encryptionKey": {"id": "alias/aws/s3"}})), "artifactStores.0 has no customer"),
        ],
        unknown=[(on(having(pipeline(), artifactStores=UNKNOWN)), "artifactStores of build")],
    ),
    Cases(
        rule=plain_secrets.RULE,
        passes=[
            on(parameter()),
            on(parameter(value=UNKNOWN)),
            on(parameter("/mlops/dev/token-arn")),
            on(function()),
            on(without(function(), "environment")),
        ],
        mistakes=[
            (on(parameter("/mlops/dev/github-token", UNKNOWN)), "a String parameter holds what looks like a secret"),
            (on(parameter(value=f"id={ACCESS_KEY_ID}")), "a String parameter holds what looks like a secret"),
            (on(parameter(value="-----BEGIN RSA PRIVATE KEY-----")), "holds what looks like a secret"),
            (on(function(environment={"variables": {"API_KEY": "x"}})), "variable API_KEY holds what looks like"),
        ],
        unknown=[
            (on(parameter(kind=UNKNOWN)), "type of parameter"),
            (on(function(environment=UNKNOWN)), "environment.variables of stop"),
        ],
        excused=[(on(parameter("/mlops/dev/password", kind="SecureString")), "it is a SecureString")],
    ),
    Cases(
        rule=stack_sets.RULE,
        passes=Never(because="to declare such a resource at all is the mistake"),
        mistakes=[
            (on(make("aws:cloudformation/stackSet:StackSet", "release")), "StackSet release belongs to the deploy")
        ],
        unknown=Never(because="no property of such a resource matters"),
    ),
)
