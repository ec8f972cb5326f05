"""The API of a stage: what is read, what is filled in, and what callers are told."""

import io
import json
from typing import Any

import pytest

from deploy import api, openapi
from deploy.api import ApiPart
from deploy.errors import DeployError
from deploy.openapi import ModelColumns

COLUMNS = ModelColumns(
    features=["radius", "texture"], target="malignant", problem="binary", classes=["0", "1"]
)
FUNCTIONS = {"imageUri": "image@sha256:1", "bucket": "code", "key": "1.zip"}
ADDRESSES = {"partUri": "s3://artifacts/part", "functionsUri": "s3://artifacts/functions"}
PART: dict[str, Any] = {
    "Parameters": {},
    "Resources": {
        "ApiFunction": {
            "Properties": {"Code": {"S3Key": {"Ref": "ApiCodeKey"}}, "Count": {"Ref": "ApiFeatureCount"}}
        },
        "ApiVersion": {"Properties": {}},
        "Api": {"Properties": {"Body": {}}},
        "ApiDeployment": {"Properties": {}},
        "ApiAlias": {"Properties": {"FunctionVersion": {"Fn::GetAtt": ["ApiVersion", "Version"]}}},
        "Alarm": {"Properties": {"AlarmName": {"Fn::Sub": "x-${ApiVersion.Version}-${ApiVersionless}"}}},
    },
    "Outputs": {},
    "OpenApi": {"Authentication": "iam", "MaxRows": 100, "Title": "mlops-screening-production-api"},
}
TEMPLATE: dict[str, Any] = {"Parameters": {}, "Resources": {}, "Outputs": {}}


class RefusedError(Exception):
    """As botocore's."""

    def __init__(self) -> None:
        super().__init__()
        self.response = {"Error": {"Message": "no"}}


class S3:
    """Holds objects by key."""

    class exceptions:  # noqa: N801 - as clients have it
        ClientError = RefusedError

    def __init__(self, **objects: Any) -> None:
        self.objects = objects

    def get_object(self, **given: str) -> dict[str, Any]:
        if given["Key"] not in self.objects:
            raise RefusedError
        found = self.objects[given["Key"]]
        return {"Body": io.BytesIO(found if isinstance(found, bytes) else json.dumps(found).encode())}


def test_part_and_functions_are_read() -> None:
    found = api.read_api(S3(part=PART, functions=FUNCTIONS), ADDRESSES, "production")
    assert (found.part, found.functions) == (PART, FUNCTIONS)


@pytest.mark.parametrize(
    ("objects", "words"),
    [
        ({"functions": FUNCTIONS}, "s3://artifacts/part: no; production: bring up the project's stack"),
        ({"part": PART}, "the platform team's build of API functions writes it"),
        ({"part": PART, "functions": b"{"}, "not JSON"),
        ({"part": PART, "functions": {"key": "1"}}, "lacks one of bucket, imageUri, key"),
        ({"part": [], "functions": FUNCTIONS}, "not a part of a template"),
    ],
)
def test_what_is_missing_or_none_is_named_with_what_to_do(objects: dict[str, Any], words: str) -> None:
    with pytest.raises(DeployError) as refused:
        api.read_api(S3(**objects), ADDRESSES, "production")
    assert words in str(refused.value)


def test_what_a_release_says_is_filled_in_and_frozen_things_get_names_of_their_own() -> None:
    made = api.with_api(TEMPLATE, ApiPart(PART, FUNCTIONS), COLUMNS, "7")["Resources"]
    assert made["ApiFunction"]["Properties"] == {"Code": {"S3Key": "1.zip"}, "Count": "2"}
    (version,) = [name for name in made if name.startswith("ApiVersion")]
    assert version != "ApiVersion"
    assert made["ApiAlias"]["Properties"]["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert made["Alarm"]["Properties"]["AlarmName"] == {
        "Fn::Sub": f"x-${{{version}.Version}}-${{ApiVersionless}}"
    }
    # The part is read for each stage, and stays as it was.
    assert PART["Resources"]["Api"]["Properties"]["Body"] == {}


@pytest.mark.parametrize("authentication", ["iam", "key", "jwt"])
def test_the_gateways_document_asks_for_a_credential_and_answers_json_whatever_is_wrong(
    authentication: str,
) -> None:
    plain = openapi.document(COLUMNS, title="t", version="7", authentication=authentication, max_rows=100)
    made = openapi.gateway_document(plain, authentication)
    (operation,) = made["paths"][openapi.PATH].values()
    (scheme,) = operation["security"][0]
    # API Gateway reads no other type.
    assert made["components"]["securitySchemes"][scheme]["type"] == "apiKey"
    for kind, response in made["x-amazon-apigateway-gateway-responses"].items():
        body = json.loads(response["responseTemplates"]["application/json"])
        assert {"title", "code", "detail", "requestId"} <= set(body), kind
        assert (
            response["responseParameters"]["gatewayresponse.header.Content-Type"]
            == "'application/problem+json'"
        )
        assert body.get("status") == (int(response["statusCode"]) if "statusCode" in response else None)


def test_callers_are_told_the_models_columns_and_answers() -> None:
    made = openapi.document(COLUMNS, title="t", version="7", authentication="iam", max_rows=100)
    schemas = made["components"]["schemas"]
    assert schemas["NamedRow"]["required"] == ["radius", "texture"]
    assert schemas["NamedRow"]["additionalProperties"] is False
    assert (schemas["Row"]["minItems"], schemas["Row"]["maxItems"]) == (2, 2)
    assert schemas["Rows"]["properties"]["instances"]["maxItems"] == 100
    answer = schemas["Predictions"]["properties"]["predictions"]["items"]
    assert (answer["minimum"], answer["maximum"]) == (0, 1)
    several = ModelColumns(features=["a"], target="y", problem="multiclass", classes=["x", "y", "z"])
    classes = openapi.document(several, title="t", version="7", authentication="key", max_rows=1)
    answer = classes["components"]["schemas"]["Predictions"]["properties"]["predictions"]["items"]
    assert (answer["type"], answer["minItems"]) == ("array", 3)
    statuses = made["paths"][openapi.PATH]["post"]["responses"]
    assert {"200", "400", "413", "415", "422", "429", "502", "503", "504"} <= set(statuses)


def test_names_that_are_too_many_for_a_functions_variables_are_left_to_the_model() -> None:
    assert api.packed(["radius", "texture"])
    assert api.packed([f"column {number * 7919 % 104729}" for number in range(5_000)]) == ""
