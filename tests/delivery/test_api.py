"""The API's part of the delivered template, for every way of authentication and access."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint import decode
from cfnlint.api import ManualArgs, lint

from delivery import template
from delivery.api import FILLED, api_part
from delivery.api_functions import DEPLOYMENT_ALARMS
from delivery.api_names import ApiNames
from settings.api import ApiSettings
from tests.example_files import ROOT

NAMES = ApiNames(
    name="mlops-screening-production-api",
    log_group="/mlops/production/apis/mlops-screening-production",
    parameters="/mlops/production",
    role="mlops/projects/screening/mlops-production-screening-api",
)
IAM = {"authentication": "iam", "callers": ["arn:aws:iam::444444444444:role/portal"]}
KEY = {"authentication": "key", "clients": [{"name": "portal"}, {"name": "night-batch", "quota": 1000}]}
TOKENS = {
    "authentication": "jwt",
    "tokens": {
        "issuer": "https://login.example.com",
        "audiences": ["api"],
        "keySet": "https://login.example.com/k",
    },
}
DOMAIN = {
    "name": "models.example.com",
    "certificate": "arn:aws:acm:eu-west-1:333333333333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
}
VARIANTS: dict[str, dict[str, Any]] = {
    "iam, private, image": IAM,
    "iam, public, zip": {**IAM, "access": "public", "package": "zip"},
    "key, private": {**KEY, "vpcEndpoints": ["vpce-0123456789abcdef0"]},
    "key, public, everything": {
        **KEY,
        "access": "public",
        "waf": True,
        "domain": DOMAIN,
        "idempotency": True,
        "tracing": True,
        "shift": "LambdaLinear10PercentEvery1Minute",
    },
    "jwt, private": TOKENS,
    "jwt, public, zip": {**TOKENS, "access": "public", "package": "zip"},
}


@pytest.fixture(scope="module")
def deploy() -> Iterator[Any]:
    """The repository's own code, which fills the part in."""
    folder = str(ROOT / "seed_code" / "model-deploy")
    sys.path.insert(0, folder)
    try:
        from deploy import api  # type: ignore[import-not-found]

        yield api
    finally:
        sys.path.remove(folder)
        for name in [name for name in sys.modules if name == "deploy" or name.startswith("deploy.")]:
            del sys.modules[name]


def part(variant: str) -> dict[str, Any]:
    return api_part(ApiSettings.model_validate(VARIANTS[variant]), NAMES)


def whole(deploy: Any, variant: str, columns: int = 30, version: str = "7", image: str = "1") -> dict[str, Any]:
    """The stage's template for a model."""
    uri = f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/mlops/api-functions@sha256:{image * 64}"
    functions = {"imageUri": uri, "bucket": "mlops-dev-code-111111111111-eu-west-1", "key": f"{image * 64}.zip"}
    model = deploy.ModelColumns(
        features=[f"column {number}" for number in range(columns)], target="y", problem="binary", classes=["0", "1"]
    )
    made: dict[str, Any] = deploy.with_api(template(), deploy.ApiPart(part(variant), functions), model, version)
    return made


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_the_linter_has_nothing_to_say(deploy: Any, variant: str) -> None:
    text = json.dumps(whole(deploy, variant))
    parsed, problems = decode.decode_str(text)
    assert not problems
    found = lint(text, config=ManualArgs(regions=["eu-west-1", "us-east-1"], include_checks=["I"]))
    assert parsed is not None
    assert [str(each) for each in found] == []


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_nothing_is_used_that_service_managed_stacksets_refuse_and_nothing_of_iam(deploy: Any, variant: str) -> None:
    made = whole(deploy, variant)
    assert "Transform" not in made
    kinds = {resource["Type"] for resource in made["Resources"].values()}
    assert kinds.isdisjoint({"AWS::CloudFormation::Stack", "AWS::CloudFormation::Macro"})
    assert not any(kind.startswith("AWS::IAM::") for kind in kinds)


UNTAGGED = {
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::WAFv2::WebACLAssociation",
}


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_whatever_takes_tags_says_whose_it_is(variant: str) -> None:
    for resource in part(variant)["Resources"].values():
        tagged = {tag["Key"] for tag in resource["Properties"].get("Tags", ())}
        assert tagged == (set() if resource["Type"] in UNTAGGED else {"project", "stage"}), resource["Type"]


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_every_call_is_authenticated_and_throttled_and_no_log_has_a_payload_or_a_header(
    deploy: Any, variant: str
) -> None:
    made = whole(deploy, variant)["Resources"]
    body = made["Api"]["Properties"]["Body"]
    (operation,) = body["paths"]["/predictions"].values()
    (scheme,) = (name for each in operation["security"] for name in each)
    assert body["components"]["securitySchemes"].keys() == {scheme}
    (settings,) = made["ApiStage"]["Properties"]["MethodSettings"]
    assert settings["ThrottlingRateLimit"] > 0
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)
    log = made["ApiStage"]["Properties"]["AccessLogSetting"]["Format"]
    assert not [word for word in ("header", "body", "userAgent", 'path"', "querystring", "accessKey") if word in log]
    assert json.loads(log.replace("$", "")) is not None


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_no_key_or_other_secret_stands_in_the_template(deploy: Any, variant: str) -> None:
    made = whole(deploy, variant)
    keys = [each["Properties"] for each in made["Resources"].values() if each["Type"] == "AWS::ApiGateway::ApiKey"]
    assert all("Value" not in key for key in keys)
    assert not any("Key" in name for name in made["Outputs"])


def test_private_apis_are_reached_through_named_endpoints_alone() -> None:
    policy = part("key, private")["Resources"]["Api"]["Properties"]["Policy"]
    denial = next(each for each in policy["Statement"] if each["Effect"] == "Deny")
    assert denial["Condition"] == {
        "StringNotEquals": {"aws:SourceVpce": [{"Ref": "ApiVpcEndpointId"}, "vpce-0123456789abcdef0"]}
    }
    assert denial["Resource"] == "execute-api:/*"
    api = part("key, private")["Resources"]["Api"]["Properties"]
    assert api["EndpointConfiguration"]["Types"] == ["PRIVATE"]


def test_only_the_named_roles_of_their_accounts_sign_calls() -> None:
    policy = part("iam, public, zip")["Resources"]["Api"]["Properties"]["Policy"]
    (statement,) = policy["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": ["arn:aws:iam::444444444444:role/portal"]}}
    assert statement["Principal"] == {"AWS": [{"Fn::Sub": "arn:${AWS::Partition}:iam::444444444444:root"}]}


def test_each_client_has_a_key_and_a_plan_of_its_own() -> None:
    made = part("key, public, everything")["Resources"]
    assert made["ApiPlanKeyNightBatch"]["Properties"]["KeyId"] == {"Ref": "ApiKeyNightBatch"}
    assert made["ApiPlanNightBatch"]["Properties"]["Quota"] == {"Limit": 1000, "Period": "MONTH"}
    assert "Quota" not in made["ApiPlanPortal"]["Properties"]


def test_a_domain_name_takes_tls_1_2_at_least_and_leaves_no_second_way_in() -> None:
    made = part("key, public, everything")["Resources"]
    assert made["ApiDomain"]["Properties"]["SecurityPolicy"] == "TLS_1_2"
    assert made["Api"]["Properties"]["DisableExecuteApiEndpoint"] is True


def logical_ids(made: dict[str, Any], start: str) -> set[str]:
    kinds = {"ApiVersion": "AWS::Lambda::Version", "ApiDeployment": "AWS::ApiGateway::Deployment"}
    return {name for name, each in made["Resources"].items() if each["Type"] == kinds[start]}


def test_a_version_is_another_one_for_another_model_or_other_code_and_a_deployment_for_another_document(
    deploy: Any,
) -> None:
    variant = "iam, public, zip"
    first = whole(deploy, variant)
    assert logical_ids(first, "ApiVersion") == logical_ids(whole(deploy, variant), "ApiVersion")
    for other in (whole(deploy, variant, version="8"), whole(deploy, variant, image="2"), whole(deploy, variant, 31)):
        assert not logical_ids(first, "ApiVersion") & logical_ids(other, "ApiVersion")
    assert logical_ids(first, "ApiDeployment") == logical_ids(whole(deploy, variant, image="2"), "ApiDeployment")
    private = whole(deploy, "iam, private, image")
    assert not logical_ids(first, "ApiDeployment") & logical_ids(private, "ApiDeployment")


def test_everything_that_a_release_says_is_filled_in_and_what_was_renamed_is_found(deploy: Any) -> None:
    text = json.dumps(whole(deploy, "iam, private, image"))
    for name in (*FILLED, "ApiVersion", "ApiDeployment"):
        assert f'"{name}"' not in text
        assert f"${{{name}." not in text


def test_a_wide_table_has_no_names_in_the_functions_variables_and_fits_the_action(deploy: Any) -> None:
    made = whole(deploy, "key, public, everything", columns=5_000)
    variables = made["Resources"]["ApiFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["FEATURE_COUNT"] == "5000"
    assert len(json.dumps(variables)) < 4096
    narrow = whole(deploy, "iam, private, image")["Resources"]["ApiFunction"]["Properties"]["Environment"]["Variables"]
    assert narrow["FEATURES"]
    assert len(json.dumps(made, separators=(",", ":"))) < 460_800


def test_alarms_that_stop_a_deployment_are_made_before_the_group_that_names_them() -> None:
    made = part("iam, private, image")["Resources"]
    named = made["ApiDeploymentGroup"]["Properties"]["AlarmConfiguration"]["Alarms"]
    assert [each["Name"]["Ref"] for each in named] == list(DEPLOYMENT_ALARMS)
    assert set(DEPLOYMENT_ALARMS) <= set(made)


def test_the_part_is_written_for_no_account_and_no_region() -> None:
    for variant in VARIANTS:
        text = json.dumps({**part(variant), "Outputs": {}}).replace(json.dumps(DOMAIN["certificate"]), "")
        assert "eu-west-1" not in text
        assert Path(NAMES.log_group).name in text
