"""The delivered API in an account: its template and functions as they are, over HTTP. Only the model is made up."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from delivery.api import api_part
from delivery.api_names import STAGE
from settings.api import ApiSettings
from tests.delivery.test_api import NAMES, deploy
from tests.example_files import ROOT
from tests.rehearsal.apigateway.account import ACCOUNT, OTHER, REGION, Answer, ApiAccount, send, signed

__all__ = ["NAMES", "deploy"]
FUNCTION = ROOT / "containers" / "function"
ENDPOINT = "mlops-screening-production"
ISSUER = "https://login.example.com"
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


def _rows(body: bytes, content_type: str) -> list[list[float | None]]:
    """The rows of a request to the model."""
    if content_type == "text/csv":
        return [[float(cell) if cell else None for cell in line.split(",")] for line in body.decode().splitlines()]
    return [row if isinstance(row, list) else list(row.values()) for row in json.loads(body)["instances"]]


class KeySet:
    """An issuer of tokens and its key set, over HTTP."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        numbers = self._key.public_key().public_numbers()
        jwk = {
            "kty": "RSA",
            "kid": "k1",
            "use": "sig",
            "alg": "RS256",
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }
        body = json.dumps({"keys": [jwk]}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/keys"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self, **claims: Any) -> str:
        """A token, signed."""
        now = int(time.time())
        body = {"iss": ISSUER, "aud": "screening-api", "sub": "portal", "exp": now + 300} | claims
        parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "k1"}, body)]
        signed_part = ".".join(parts)
        signature = self._key.sign(signed_part.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed_part}.{_encoded(signature)}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@pytest.fixture
def key_set() -> Iterator[KeySet]:
    made = KeySet()
    yield made
    made.close()


class DeliveredApi:
    """The API's stack in the account, and a model that answers the sum of each row."""

    def __init__(self, account: ApiAccount, deploy: Any, archive: bytes) -> None:
        self.account, self._deploy = account, deploy
        # Hooks run on this machine's time, and an hour of AWS's is how long they are waited for.
        account.cloud.clock.rate = 30
        self.asked: list[dict[str, str]] = []
        self.failure: tuple[int, str] | None = None
        self.captures, self.key_set = True, ""
        self.image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mlops/api-functions@sha256:{'1' * 64}"
        s3 = account.client("s3")
        s3.create_bucket(Bucket="captures", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.create_bucket(Bucket="mlops-code", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="mlops-code", Key="functions.zip", Body=archive)
        checks = {"contentType": "text/csv", "rows": ["1,2", "3,"], "expected": [[3.0], [3.0]], "tolerance": 0}
        s3.put_object(Bucket="captures", Key="checks.json", Body=json.dumps(checks).encode())
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
        rows = _rows(request.data, request.headers["Content-Type"])
        if self.captures:
            self._capture(request.headers.get("X-Amzn-SageMaker-Custom-Attributes", ""))
        body = json.dumps({"predictions": [sum(value or 0 for value in row) for row in rows]}).encode()
        del question
        return 200, {"X-Amzn-SageMaker-Custom-Attributes": "model-package=mlops-screening/9"}, body

    def _capture(self, attributes: str) -> None:
        """As data capture writes a request's attributes."""
        now = datetime.now(UTC)
        key = f"screening/{ENDPOINT}/primary/{now:%Y/%m/%d/%H}/{len(self.asked)}.jsonl"
        line = json.dumps({"captureData": {}, "eventMetadata": {"customAttributes": [attributes]}})
        self.account.client("s3").put_object(Bucket="captures", Key=key, Body=line.encode())

    def bring(self, settings: dict[str, Any], version: str = "7") -> dict[str, Any]:
        """Create or update the stack for a version of a model."""
        part = api_part(ApiSettings.model_validate(settings), NAMES)
        functions = {"imageUri": self.image, "bucket": "mlops-code", "key": "functions.zip"}
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
            "CapturePercentage": "100",
            "ChecksUri": "s3://captures/checks.json",
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
        if self.key_set:
            authorizer = made["Resources"]["ApiAuthorizerFunction"]["Properties"]["Environment"]
            authorizer["Variables"]["KEY_SET"] = self.key_set
        return self.account.deploy_stack(made)

    def url(self, path: str) -> str:
        """Where the API answers on this machine."""
        outputs = self.account.client("cloudformation").describe_stacks(StackName="api")["Stacks"][0]["Outputs"]
        api = next(each["OutputValue"] for each in outputs if each["OutputKey"] == "ApiId")
        return self.account.gateway.url(api, STAGE) + path

    def live_version(self) -> str:
        """The version of the function that the alias is at."""
        found = self.account.client("lambda").get_alias(FunctionName=NAMES.name, Name="live")
        assert not found.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        return str(found["FunctionVersion"])

    def call(
        self, body: str | bytes = ROWS, *, signer: Any = None, path: str = "/predictions", **headers: str
    ) -> Answer:
        """One request over HTTP."""
        url, content = self.url(path), body.encode() if isinstance(body, str) else body
        given = {"Content-Type": "application/json", **{key.replace("_", "-"): value for key, value in headers.items()}}
        if signer is not None:
            given = signed(signer, "POST", url, content, given)
        return send("POST", url, content, given)


@pytest.fixture
def api(account: ApiAccount, deploy: Any, archive: bytes) -> DeliveredApi:
    return DeliveredApi(account, deploy, archive)


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


def key_value(api: DeliveredApi, name: str) -> str:
    """The value of a client's key, as a role that may reads it."""
    client = api.account.client("apigateway")
    (found,) = [each for each in client.get_api_keys()["items"] if each["name"].endswith(name)]
    return str(client.get_api_key(apiKey=found["id"], includeValue=True)["value"])
