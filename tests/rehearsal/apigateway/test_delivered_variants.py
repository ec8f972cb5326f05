"""What an API's settings switch on, delivered as it is: a private API, a domain name, a firewall, an image, repeats."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.network.ec2 import attachment
from rehearsal.network.model import VpcAttachment
from tests.rehearsal.accounts import make_vpc
from tests.rehearsal.apigateway.account import ACCOUNT, OTHER, REGION, send
from tests.rehearsal.apigateway.delivered import (
    CALL,
    IAM,
    ROWS,
    DeliveredApi,
    api,
    archive,
    deploy,
    key_value,
    logged,
    refused,
)

__all__ = ["api", "archive", "deploy"]
BY_KEY: dict[str, Any] = {
    "authentication": "key",
    "access": "public",
    "package": "zip",
    "clients": [{"name": "portal", "rate": 1000, "burst": 1000}],
}
MANIFEST, IMAGES = "application/vnd.docker.distribution.manifest.v2+json", "mlops/api-functions"
CREATED = ("CREATE_COMPLETE", None)


def outcome(made: dict[str, Any]) -> tuple[str, str | None]:
    return made["StackStatus"], made.get("StackStatusReason")


def with_endpoint(api: DeliveredApi) -> VpcAttachment:
    """A VPC of the account with an endpoint for APIs, which the account's own stack has written down."""
    _, subnets, group = make_vpc(api.account.cloud, api.account.owner, ("execute-api", "sts"))
    found = api.account.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    endpoint = next(each["VpcEndpointId"] for each in found if each["ServiceName"].endswith("execute-api"))
    name = "/mlops/production/network/execute-api-endpoint-id"
    api.account.client("ssm").put_parameter(Name=name, Value=endpoint, Type="String")
    where = attachment(ACCOUNT, REGION, subnets, [group])
    assert where is not None
    return where


@pytest.mark.slow
def test_a_private_api_is_called_from_its_vpc_alone(api: DeliveredApi) -> None:
    where = with_endpoint(api)
    assert outcome(api.bring({**IAM, "access": "private"})) == CREATED
    outside = api.account.caller("portal", CALL, account=OTHER)
    refused(api.call(signer=outside), 403, "refused")
    assert api.call(signer=api.account.cloud.in_vpc(outside, where)).status == 200


@pytest.mark.slow
def test_a_private_api_with_keys_is_called_from_its_vpc_alone(api: DeliveredApi) -> None:
    with_endpoint(api)
    assert outcome(api.bring({**BY_KEY, "access": "private"})) == CREATED
    refused(api.call(x_api_key=key_value(api, "portal")), 403, "refused")


@pytest.mark.slow
def test_a_domain_name_is_the_one_way_in(api: DeliveredApi) -> None:
    certificate = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012"
    made = api.bring({**BY_KEY, "domain": {"name": "models.example.com", "certificate": certificate}})
    assert outcome(made) == CREATED
    key = key_value(api, "portal")
    # Before the API's own answers: API Gateway knows no API by this name.
    assert (api.call(x_api_key=key).status, api.call(x_api_key=key).json) == (403, {"message": "Forbidden"})
    url = f"http://127.0.0.1:{api.account.gateway.port}/predictions"
    headers = {"Host": "models.example.com", "Content-Type": "application/json", "x-api-key": key}
    assert send("POST", url, ROWS.encode(), headers).json["predictions"] == [1.5, 5]
    refused(send("POST", url, ROWS.encode(), {**headers, "x-api-key": "x" * 40}), 403, "invalid_key")


@pytest.mark.slow
def test_a_firewall_blocks_before_the_function_is_called(api: DeliveredApi) -> None:
    assert outcome(api.bring({**BY_KEY, "waf": True})) == CREATED
    key = key_value(api, "portal")
    given = {"x_api_key": key, "User_Agent": "portal/1"}
    assert api.call(**given).status == 200
    asked = len(api.asked)
    refused(api.call('{"instances": [["<script>alert(1)</script>"]]}', **given), 403, "filtered")
    assert len(api.asked) == asked
    assert api.call(json.dumps({"instances": [[1.5, 2.5]] * 1000}), **given).status == 200


@pytest.mark.slow
def test_a_request_that_is_sent_again_is_answered_from_the_table(api: DeliveredApi) -> None:
    assert outcome(api.bring({**BY_KEY, "idempotency": True, "tracing": True})) == CREATED
    given = {"x_api_key": key_value(api, "portal"), "Idempotency_Key": "order-4711"}
    first, again = api.call(**given), api.call(**given)
    assert (first.status, again.status) == (200, 200)
    assert again.json["predictions"] == first.json["predictions"]
    assert len(api.asked) == 1
    other = api.call(json.dumps({"instances": [[1, 1]]}), **given)
    refused(other, 422, "idempotency_key_reused")
    assert "order-4711" not in logged(api)


@pytest.mark.slow
def test_the_functions_run_from_their_image_as_they_do_from_their_archive(api: DeliveredApi) -> None:
    ecr = api.account.client("ecr")
    ecr.create_repository(repositoryName=IMAGES)
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": {"size": 1}, "layers": []})
    made = ecr.put_image(repositoryName=IMAGES, imageManifest=manifest, imageTag="1")["image"]["imageId"]
    api.image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{IMAGES}@{made['imageDigest']}"
    assert outcome(api.bring({**BY_KEY, "package": "image"})) == CREATED
    answer = api.call(x_api_key=key_value(api, "portal"))
    assert (answer.status, answer.json["predictions"]) == (200, [1.5, 5])
    assert outcome(api.bring({**BY_KEY, "package": "image"}, version="8")) == ("UPDATE_COMPLETE", None)
    assert api.live_version() == "2"
