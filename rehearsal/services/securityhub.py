"""Security Hub. Actions and condition keys: Service Authorization Reference, "AWS Security Hub"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.emulator import ServiceRecords, timestamp
from rehearsal.service_model.required_action import Operations, arn_template, on_each, requires, tag_actions
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Values
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService

HUB = ResourceType(
    type="aws:securityhub/account:Account",
    read_after_create=False,
    create=ApiCall(operation="EnableSecurityHub", properties=("enableDefaultStandards", "controlFindingGenerator")),
    id="{account}",
    after_create=(ApiCall(operation="UpdateSecurityHubConfiguration", properties=("autoEnableControls",)),),
    read=ReadCall(operation="DescribeHub"),
    replace_on=("enableDefaultStandards",),
    delete=(ApiCall(operation="DisableSecurityHub"),),
    outputs={"arn": "arn:{partition}:securityhub:{region}:{account}:hub/default"},
    not_compared={"enableDefaultStandards": "AWS does not tell later"},
    sample=Sample({"enableDefaultStandards": False}, update={"autoEnableControls": False}),
)


def _subscribed(values: Values, _: Values) -> Values:
    return {"requests": [{"standardsArn": values["standardsArn"]}]} if "standardsArn" in values else values


STANDARD = ResourceType(
    type="aws:securityhub/standardsSubscription:StandardsSubscription",
    read_after_create=False,
    create=ApiCall(
        operation="BatchEnableStandards",
        transform=_subscribed,
        members={"requests": "StandardsSubscriptionRequests"},
    ),
    id="StandardsSubscriptions[0].StandardsSubscriptionArn",
    replace_on=("standardsArn",),
    read=ReadCall(
        operation="GetEnabledStandards",
        parameters={"StandardsSubscriptionArns": ["{id}"]},
        path="StandardsSubscriptions[0]",
    ),
    delete=(ApiCall(operation="BatchDisableStandards", parameters={"StandardsSubscriptionArns": ["{id}"]}),),
    sample=Sample(
        {
            "standardsArn": "arn:aws:securityhub:${AWS::Region}::standards/"
            "aws-foundational-security-best-practices/v/1.0.0"
        },
        depends_on=("aws:securityhub/account:Account",),
    ),
)

OPERATIONS: Operations = {
    **on_each(
        "securityhub",
        arn_template("securityhub", "hub/default"),
        "BatchDisableStandards",
        "BatchEnableStandards",
        "DescribeHub",
        "DescribeStandardsControls",
        "DisableSecurityHub",
        "GetEnabledStandards",
        "UpdateSecurityHubConfiguration",
    ),
    **tag_actions("securityhub", "{ResourceArn}", "TagKeys"),
    "EnableSecurityHub": requires(
        "securityhub:EnableSecurityHub", arn_template("securityhub", "hub/default"), tags="Tags"
    ),
}


def _enable_hub(records: ServiceRecords, given: Mapping[str, Any]) -> dict[str, Any]:
    arn = records.arn("securityhub", "hub/default")
    records.all("hub")["default"] = {"AutoEnableControls": True, **given, "HubArn": arn, "SubscribedAt": timestamp()}
    return {}


def _enable_standards(records: ServiceRecords, given: Mapping[str, Any]) -> dict[str, Any]:
    records.get("hub", "default")
    made = []
    for request in given["StandardsSubscriptionRequests"]:
        name = request["StandardsArn"].partition("standards/")[2]
        arn = records.arn("securityhub", f"subscription/{name}")
        subscription = {"StandardsSubscriptionArn": arn, "StandardsArn": request["StandardsArn"], "StandardsInput": {}}
        records.all("standard")[arn] = {**subscription, "StandardsStatus": "READY"}
        made.append(records.all("standard")[arn])
    return {"StandardsSubscriptions": made}


def _get_standards(records: ServiceRecords, given: Mapping[str, Any]) -> dict[str, Any]:
    wanted = given.get("StandardsSubscriptionArns") or list(records.all("standard"))
    return {
        "StandardsSubscriptions": [records.all("standard")[arn] for arn in wanted if arn in records.all("standard")]
    }


def _disable_standards(records: ServiceRecords, given: Mapping[str, Any]) -> dict[str, Any]:
    arns = given["StandardsSubscriptionArns"]
    return {
        "StandardsSubscriptions": [records.all("standard").pop(arn) for arn in arns if arn in records.all("standard")]
    }


SERVICE = AwsService(
    name="securityhub",
    operations=OPERATIONS,
    resource_types=(
        HUB,
        STANDARD,
    ),
    emulated={
        "EnableSecurityHub": _enable_hub,
        "DescribeHub": lambda records, _: records.get("hub", "default"),
        "UpdateSecurityHubConfiguration": lambda records, given: records.update("hub", "default", given),
        "DisableSecurityHub": lambda records, _: records.delete("hub", "default"),
        "BatchEnableStandards": _enable_standards,
        "GetEnabledStandards": _get_standards,
        "BatchDisableStandards": _disable_standards,
    },
)
