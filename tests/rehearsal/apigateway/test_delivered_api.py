"""The delivered API as it is: its template, its functions from their archive, over HTTP. Only the model is made up."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from delivery.api import api_part
from delivery.api_names import STAGE
from settings.api import ApiSettings
from tests.delivery.test_api import NAMES, deploy
from tests.example_files import ROOT
from tests.rehearsal.apigateway.account import ACCOUNT, OTHER, REGION, Answer, ApiAccount, send, signed

__all__ = ["deploy"]
FUNCTION = ROOT / "containers" / "function"
ENDPOINT = "mlops-screening-production"
PORTAL = f"arn:aws:iam::{OTHER}:role/portal"
IAM = {"authentication": "iam", "access": "public", "package": "zip", "callers": [PORTAL]}
CALL = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
ROWS = json.dumps({"instances": [[1.5, None], [2, 3]]})


@pytest.fixture(scope="module")
def archive() -> bytes:
    """The functions with the packages of their own environment, but for what Lambda's runtime has."""
    packages = next((FUNCTION / ".venv").glob("lib/python*/site-packages"))
    left_out = ("boto3", "botocore", "awslambdaric", "mypy", "pytest", "_pytest", "s3transfer", "pip", "ast_serialize")
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_STORED) as packed:
        for root in (packages, FUNCTION):
            found = root.glob("inference_api/*.py") if root is FUNCTION else root.rglob("*")
            for path in found:
                name = path.relative_to(root)
                if path.is_file() and path.suffix in (".py", ".so", ".json") and not name.parts[0].startswith(left_out):
                    packed.write(path, name.as_posix())
    return memory.getvalue()


class DeliveredApi:
    """The API's stack in the account, and a model that answers the sum of each row."""

    def __init__(self, account: ApiAccount, deploy: Any, archive: bytes) -> None:
        self.account, self._deploy = account, deploy
        self.asked: list[dict[str, str]] = []
        self.failure: tuple[int, str] | None = None
        s3 = account.client("s3")
        s3.create_bucket(Bucket="mlops-code", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="mlops-code", Key="functions.zip", Body=archive)
        key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
        account.client("ssm").put_parameter(Name="/mlops/production/keys/operations", Value=key, Type="String")
        self._roles()
        cloud = account.cloud
        cloud.patches.set_item(cloud.handlers, "sagemaker:InvokeEndpoint", self._model)
        cloud.patches.set_item(cloud.handlers, "sagemaker-runtime:InvokeEndpoint", self._model)

    def _roles(self) -> None:
        iam = self.account.client("iam")
        for purpose, service in (
            ("", "lambda"),
            ("-authorizer", "lambda"),
            ("-hooks", "lambda"),
            ("-deployment", "codedeploy"),
        ):
            trust = {
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
            path, _, name = f"/{NAMES.role}{purpose}".rpartition("/")
            iam.create_role(
                RoleName=name,
                Path=f"{path}/",
                AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            )
        logs = self.account.role("logs", {"Service": "apigateway.amazonaws.com"})
        patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": logs}]
        self.account.client("apigateway").update_account(patchOperations=patch)

    def _model(self, _: Any, question: Any, request: Any) -> Any:
        self.asked.append(dict(request.headers.items()))
        if self.failure:
            status, code = self.failure
            return status, {"x-amzn-errortype": code}, json.dumps({"message": "secret"}).encode()
        rows = json.loads(request.data)["instances"]
        body = json.dumps({"predictions": [sum(value or 0 for value in row) for row in rows]}).encode()
        del question
        return 200, {"X-Amzn-SageMaker-Custom-Attributes": "model-package=mlops-screening/9"}, body

    def bring(self, settings: dict[str, Any], version: str = "7") -> dict[str, Any]:
        """Create or update the stack for a version of a model."""
        part = api_part(ApiSettings.model_validate(settings), NAMES)
        image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mlops/api-functions@sha256:{'1' * 64}"
        functions = {"imageUri": image, "bucket": "mlops-code", "key": "functions.zip"}
        columns = self._deploy.ModelColumns(
            features=["radius", "texture"], target="y", problem="regression", classes=None
        )
        package = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/mlops-screening/{version}"
        values = {
            "ProjectId": "screening",
            "Stage": "production",
            "EndpointName": ENDPOINT,
            "ModelPackageArn": package,
            "CaptureBucket": "captures",
            "CapturePercentage": "0",
            "AlarmTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms",
        }
        base = {
            "Parameters": {name: {"Type": "String", "Default": value} for name, value in values.items()},
            "Resources": {"Endpoint": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
            "Outputs": {},
        }
        made = self._deploy.with_api(base, self._deploy.ApiPart(part, functions), columns, version)
        for resource in made["Resources"].values():
            resource.get("Properties", {}).pop("VpcConfig", None)
        return self.account.deploy_stack(made)

    def call(
        self, body: str | bytes = ROWS, *, signer: Any = None, path: str = "/predictions", **headers: str
    ) -> Answer:
        """One request over HTTP."""
        outputs = self.account.client("cloudformation").describe_stacks(StackName="api")["Stacks"][0]["Outputs"]
        api = next(each["OutputValue"] for each in outputs if each["OutputKey"] == "ApiId")
        url, content = self.account.gateway.url(api, STAGE) + path, body.encode() if isinstance(body, str) else body
        given = {"Content-Type": "application/json", **{key.replace("_", "-"): value for key, value in headers.items()}}
        if signer is not None:
            given = signed(signer, "POST", url, content, given)
        return send("POST", url, content, given)


@pytest.fixture
def api(account: ApiAccount, deploy: Any, archive: bytes) -> DeliveredApi:
    return DeliveredApi(account, deploy, archive)


@pytest.mark.slow
def test_a_role_that_may_call_is_answered_by_the_model_through_the_function(api: DeliveredApi) -> None:
    made = api.bring(IAM)
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    portal = api.account.caller("portal", CALL, account=OTHER)
    answer = api.call(signer=portal)
    assert (answer.status, answer.json["predictions"], answer.json["modelVersion"]) == (200, [1.5, 5], "9")
    assert answer.headers["x-request-id"] == answer.json["requestId"]


def logged(api: DeliveredApi) -> str:
    """Everything that stands in logs of the account."""
    api.account.gateway.flush()
    client, texts = api.account.client("logs"), []
    for group in client.describe_log_groups()["logGroups"]:
        for stream in client.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]:
            events = client.get_log_events(
                logGroupName=group["logGroupName"], logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
            texts += [event["message"] for event in events]
    return "\n".join(texts)


def refused(answer: Answer, status: int, code: str) -> None:
    """The answer is the documented one, in JSON."""
    found = answer.json
    assert (answer.status, found["code"]) == (status, code), found
    assert answer.headers["content-type"] == "application/problem+json"
    assert found["requestId"] == answer.headers["x-request-id"]
    assert found.get("status", status) == status


@pytest.mark.slow
def test_what_should_not_be_answered_gets_its_documented_status_as_json_and_leaves_nothing_in_logs(
    api: DeliveredApi,
) -> None:
    api.bring(IAM)
    portal = api.account.caller("portal", CALL, account=OTHER)
    stranger = api.account.caller("stranger", CALL, account=OTHER)
    powerless = api.account.caller("powerless", account=OTHER)
    refused(api.call(), 403, "not_found_or_unsigned")
    refused(api.call(signer=stranger), 403, "access_denied")
    refused(api.call(signer=powerless), 403, "access_denied")
    refused(api.call(Authorization="AWS4-HMAC-SHA256 Credential=secret4711"), 403, "refused")
    refused(api.call(signer=portal, path="/elsewhere"), 403, "not_found_or_unsigned")
    assert api.asked == []
    refused(api.call("{secret4711", signer=portal), 400, "malformed_body")
    refused(api.call("", signer=portal), 400, "malformed_body")
    refused(api.call("<secret4711/>", signer=portal, Content_Type="text/xml"), 415, "unsupported_media_type")
    refused(api.call(json.dumps({"instances": [["secret4711"] * 2]}), signer=portal), 422, "invalid_rows")
    refused(api.call("1,2\n" * 1001, signer=portal, Content_Type="text/csv"), 413, "too_many_rows")
    refused(api.call("1" * (6 * 1024 * 1024), signer=portal, Content_Type="text/csv"), 413, "body_too_large")
    refused(api.call("1" * (11 * 1024 * 1024), signer=portal, Content_Type="text/csv"), 413, "body_too_large")
    assert api.asked == []
    api.failure = (429, "ThrottlingException")
    refused(api.call(signer=portal), 503, "model_busy")
    api.failure = None
    hostile = {
        "X_Forwarded_For": "secret4711",
        "User_Agent": "${jndi:ldap://secret4711}",
        "X_Amzn_Trace_Id": "secret4711",
    }
    assert api.call(signer=portal, **hostile).status == 200
    assert "secret" not in logged(api)
    assert '"route":"/predictions"' in logged(api)


def key_value(api: DeliveredApi, name: str) -> str:
    """The value of a client's key, as a role that may reads it."""
    client = api.account.client("apigateway")
    (found,) = [each for each in client.get_api_keys()["items"] if each["name"].endswith(name)]
    return str(client.get_api_key(apiKey=found["id"], includeValue=True)["value"])


@pytest.mark.slow
def test_each_client_calls_with_its_own_key_as_much_as_its_plan_says(api: DeliveredApi) -> None:
    clients = [{"name": "portal", "rate": 1000, "burst": 1000}, {"name": "batch", "rate": 1, "burst": 2, "quota": 1000}]
    api.bring({"authentication": "key", "access": "public", "package": "zip", "clients": clients})
    portal, batch = key_value(api, "portal"), key_value(api, "batch")
    assert portal != batch
    assert api.call(x_api_key=portal).status == 200
    refused(api.call(), 403, "invalid_key")
    refused(api.call(x_api_key="x" * 40), 403, "invalid_key")
    answers = [api.call(x_api_key=batch) for _ in range(8)]
    throttled = [each for each in answers if each.status != 200]
    assert throttled
    for each in throttled:
        refused(each, 429, "too_many_requests")
        assert each.headers["retry-after"] == "1"
    assert portal not in logged(api)
