"""The delivered API as it is, over HTTP: who is answered, who is refused, and how a new version comes."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from delivery.api import api_part
from settings.api import ApiSettings
from tests.rehearsal.apigateway.account import OTHER
from tests.rehearsal.apigateway.delivered import (
    CALL,
    FUNCTION,
    IAM,
    ISSUER,
    NAMES,
    DeliveredApi,
    KeySet,
    api,
    archive,
    deploy,
    key_set,
    key_value,
    logged,
    refused,
)

__all__ = ["api", "archive", "deploy", "key_set"]


@pytest.mark.slow
def test_a_role_that_may_call_is_answered_by_the_model_through_the_function(api: DeliveredApi) -> None:
    made = api.bring(IAM)
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    portal = api.account.caller("portal", CALL, account=OTHER)
    answer = api.call(signer=portal)
    assert (answer.status, answer.json["predictions"], answer.json["modelVersion"]) == (200, [1.5, 5], "9")
    assert answer.headers["x-request-id"] == answer.json["requestId"]


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


@pytest.mark.slow
def test_a_new_version_gets_traffic_once_it_answers_and_is_captured(api: DeliveredApi) -> None:
    api.bring({**IAM, "shift": "LambdaCanary10Percent5Minutes"})
    assert api.live_version() == "1"
    made = api.bring({**IAM, "shift": "LambdaCanary10Percent5Minutes"}, version="8")
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("UPDATE_COMPLETE", None)
    assert api.live_version() == "2"
    said = [asked.get("X-Amzn-Sagemaker-Custom-Attributes", "") for asked in api.asked]
    assert [text for text in said if "request-id=before-" in text and "api-version=2" in text], said
    assert [text for text in said if "request-id=after-" in text and "api-version=2" in text], said


@pytest.mark.slow
def test_a_version_that_does_not_answer_gets_no_traffic_and_the_stack_goes_back(api: DeliveredApi) -> None:
    api.bring({**IAM, "shift": "LambdaAllAtOnce"})
    api.failure = (400, "ValidationError")
    made = api.bring({**IAM, "shift": "LambdaAllAtOnce"}, version="8")
    assert made["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert api.live_version() == "1"


@pytest.mark.slow
def test_holders_of_a_token_of_the_issuer_call_and_no_other(api: DeliveredApi, key_set: KeySet) -> None:
    tokens = {"issuer": ISSUER, "audiences": ["screening-api"], "keySet": "https://login.example.com/keys"}
    api.key_set = key_set.url
    api.bring({"authentication": "jwt", "access": "public", "package": "zip", "tokens": tokens})
    assert api.call(Authorization=f"Bearer {key_set.token()}").status == 200
    refused(api.call(), 401, "unauthorized")
    for token in (
        key_set.token(exp=int(time.time()) - 3600),
        key_set.token(aud="shop"),
        key_set.token(iss="https://evil.example.com"),
        key_set.token()[:-4] + "AAAA",
        "secret4711",
    ):
        refused(api.call(Authorization=f"Bearer {token}"), 401, "unauthorized")
    assert "secret4711" not in logged(api)
    assert key_set.token()[:20] not in logged(api)


CLIENT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from generated.api.default import predict
from generated.client import AuthenticatedClient
from generated.models.named_row import NamedRow
from generated.models.rows import Rows
client = AuthenticatedClient(base_url=sys.argv[2], token=sys.argv[3], prefix="", auth_header_name="x-api-key")
named = NamedRow.from_dict({"radius": 1.0, "texture": 2.0})
good = predict.sync_detailed(client=client, body=Rows(instances=[[1.5, None], named]))
bad = predict.sync_detailed(client=client, body=Rows(instances=[[1.5]]))
print(json.dumps([int(good.status_code), good.parsed.to_dict(), int(bad.status_code), bad.parsed.to_dict()]))
"""


@pytest.mark.slow
def test_a_client_that_was_generated_from_the_document_calls_the_api(
    api: DeliveredApi,
    deploy: Any,
    tmp_path: Path,
) -> None:
    settings = {"authentication": "key", "access": "public", "package": "zip", "clients": [{"name": "portal"}]}
    api.bring(settings)
    part = api_part(ApiSettings.model_validate(settings), NAMES)
    columns = deploy.ModelColumns(features=["radius", "texture"], target="y", problem="regression", classes=None)
    document = deploy.document(deploy.ApiPart(part, {}), columns, "7")
    (tmp_path / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    programs = FUNCTION / ".venv" / "bin"
    generate = ["generate", "--path", "openapi.json", "--output-path", "generated", "--meta", "none"]
    subprocess.run([programs / "openapi-python-client", *generate], cwd=tmp_path, check=True, capture_output=True)
    base = api.url("")
    ran = subprocess.run(
        [programs / "python", "-c", CLIENT, tmp_path, base, key_value(api, "portal")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    status, answer, refusal, problem = json.loads(ran.stdout)
    assert (status, answer["predictions"], answer["modelVersion"]) == (200, [1.5, 3], "9")
    assert (refusal, problem["code"]) == (422, "invalid_rows")
