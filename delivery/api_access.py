"""Who reaches an API: its resource policy, clients' keys and plans, a domain name, a firewall."""

from __future__ import annotations

from typing import Any

from delivery.api_names import STAGE, ApiNames, tags
from delivery.endpoint import attribute
from settings.api import ApiClient, ApiSettings

# An API's policy is written for whichever id the API gets (Amazon API Gateway Developer Guide, "API Gateway resource
# policy examples").
_CALL = {"Action": "execute-api:Invoke", "Resource": f"execute-api:/{STAGE}/POST/predictions"}
# Requests of one address in five minutes.
_ADDRESS_LIMIT = 2_000
# AWS WAF Developer Guide, "AWS Managed Rules rule groups list". Bodies of rows are larger than the common rules let
# through, so that that one rule counts.
_MANAGED = (
    ("AWSManagedRulesAmazonIpReputationList", ()),
    ("AWSManagedRulesKnownBadInputsRuleSet", ()),
    ("AWSManagedRulesCommonRuleSet", ("SizeRestrictions_BODY",)),
)


def resource_policy(settings: ApiSettings) -> dict[str, Any] | None:
    """The API's own policy; None where anybody from the internet may come to the key's or token's check."""
    statements = []
    if settings.authentication == "iam":
        statements.append(_callers(settings))
    elif settings.access == "private":
        statements.append({"Sid": "WhoeverHasAKeyOrToken", "Effect": "Allow", "Principal": "*", **_CALL})
    if settings.access == "private":
        endpoints = [{"Ref": "ApiVpcEndpointId"}, *settings.vpc_endpoints]
        statements.append(
            {
                "Sid": "DenyOtherEndpoints",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": "execute-api:/*",
                "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoints}},
            }
        )
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def _callers(settings: ApiSettings) -> dict[str, Any]:
    """Named roles: the account as principal and the role as condition, which a role that is made again still meets."""
    accounts = sorted({arn.split(":")[4] for arn in settings.callers})
    return {
        "Sid": "NamedRolesCall",
        "Effect": "Allow",
        "Principal": {"AWS": [{"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{account}:root"} for account in accounts]},
        **_CALL,
        "Condition": {"ArnEquals": {"aws:PrincipalArn": sorted(settings.callers)}},
    }


def plans(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """A key and a plan for each client. API Gateway makes the key's value up: it stands in no template and no state."""
    found: dict[str, Any] = {}
    for client in settings.clients:
        part = "".join(word.capitalize() for word in client.name.split("-"))
        name = f"{names.name}-{client.name}"
        found |= {
            f"ApiKey{part}": {
                "Type": "AWS::ApiGateway::ApiKey",
                "Properties": {
                    "Name": name,
                    "Description": f"Calls {names.name} for {client.name}",
                    "Enabled": True,
                    "Tags": tags(),
                },
            },
            f"ApiPlan{part}": _plan(client, name),
            f"ApiPlanKey{part}": {
                "Type": "AWS::ApiGateway::UsagePlanKey",
                "Properties": {
                    "KeyId": {"Ref": f"ApiKey{part}"},
                    "KeyType": "API_KEY",
                    "UsagePlanId": {"Ref": f"ApiPlan{part}"},
                },
            },
        }
    return found


def _plan(client: ApiClient, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "UsagePlanName": name,
        # By the stage's Ref, so that the stage exists.
        "ApiStages": [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "ApiStage"}}],
        "Throttle": {"RateLimit": client.rate, "BurstLimit": client.burst},
        "Tags": tags(),
    }
    if client.quota:
        properties["Quota"] = {"Limit": client.quota, "Period": "MONTH"}
    return {"Type": "AWS::ApiGateway::UsagePlan", "Properties": properties}


def domain(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """The team's own name for the API, over TLS 1.2 at least; nothing where there is none."""
    del names
    if settings.domain is None:
        return {}
    return {
        "ApiDomain": {
            "Type": "AWS::ApiGateway::DomainName",
            "Properties": {
                "DomainName": settings.domain.name,
                "RegionalCertificateArn": settings.domain.certificate,
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
                "SecurityPolicy": "TLS_1_2",
                "Tags": tags(),
            },
        },
        "ApiDomainMapping": {
            "Type": "AWS::ApiGateway::BasePathMapping",
            "Properties": {
                "DomainName": {"Ref": "ApiDomain"},
                "RestApiId": {"Ref": "Api"},
                "Stage": {"Ref": "ApiStage"},
            },
        },
    }


def firewall(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """AWS WAF with AWS's own rules and a limit by address; nothing where it is switched off."""
    if not settings.waf:
        return {}
    rules = [_managed(number, name, counted) for number, (name, counted) in enumerate(_MANAGED)]
    stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${Api}/stages/${ApiStage}"
    return {
        "ApiFirewall": {
            "Type": "AWS::WAFv2::WebACL",
            "Properties": {
                "Name": names.name,
                "Scope": "REGIONAL",
                "DefaultAction": {"Allow": {}},
                "Rules": [*rules, _address_limit(len(rules))],
                "VisibilityConfig": _visible(names.name),
                "Tags": tags(),
            },
        },
        "ApiFirewallAssociation": {
            "Type": "AWS::WAFv2::WebACLAssociation",
            "Properties": {"ResourceArn": {"Fn::Sub": stage}, "WebACLArn": attribute("ApiFirewall", "Arn")},
        },
    }


def _managed(priority: int, name: str, counted: tuple[str, ...]) -> dict[str, Any]:
    group: dict[str, Any] = {"VendorName": "AWS", "Name": name}
    if counted:
        group["RuleActionOverrides"] = [{"Name": rule, "ActionToUse": {"Count": {}}} for rule in counted]
    return {
        "Name": name,
        "Priority": priority,
        "OverrideAction": {"None": {}},
        "Statement": {"ManagedRuleGroupStatement": group},
        "VisibilityConfig": _visible(name),
    }


def _address_limit(priority: int) -> dict[str, Any]:
    return {
        "Name": "AddressLimit",
        "Priority": priority,
        "Action": {"Block": {}},
        "Statement": {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": _ADDRESS_LIMIT}},
        "VisibilityConfig": _visible("AddressLimit"),
    }


def _visible(name: str) -> dict[str, Any]:
    # Sampled requests would be kept with their headers.
    return {"CloudWatchMetricsEnabled": True, "SampledRequestsEnabled": False, "MetricName": name}
