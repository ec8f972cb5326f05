"""IAM Access Analyzer. Actions: Service Authorization Reference, "AWS IAM Access Analyzer"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.emulator import ServiceRecords, timestamp
from rehearsal.service_model.required_action import Operations, arn_template, on_each, requires, tag_actions
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

ANALYZER = ResourceType(
    type="aws:accessanalyzer/analyzer:Analyzer",
    read_after_create=False,
    create=ApiCall(operation="CreateAnalyzer", defaults={"type": "ACCOUNT"}),
    id="{analyzerName}",
    name="analyzerName",
    replace_on=("analyzerName", "type", "configuration"),
    read=ReadCall(operation="GetAnalyzer", path="analyzer"),
    delete=(ApiCall(operation="DeleteAnalyzer"),),
    outputs={"arn": "arn"},
    tagging=TagOperations(parameters={"resourceArn": "{arn}"}),
    sample=Sample({"analyzerName": "sample-analyzer", "type": "ACCOUNT"}),
)

_ANALYZER = arn_template("access-analyzer", "analyzer/{analyzerName}")

OPERATIONS: Operations = {
    **on_each("access-analyzer", _ANALYZER, "DeleteAnalyzer", "GetAnalyzer", "UpdateAnalyzer"),
    **tag_actions("access-analyzer", "{resourceArn}", "tagKeys", tags="tags"),
    "CreateAnalyzer": requires("access-analyzer:CreateAnalyzer", _ANALYZER, tags="tags"),
}


def _create_analyzer(records: ServiceRecords, given: Mapping[str, Any]) -> dict[str, Any]:
    name = given["analyzerName"]
    arn = records.arn("access-analyzer", f"analyzer/{name}")
    members = {key: given[key] for key in ("type", "tags", "configuration") if key in given}
    records.all("analyzer")[name] = {**members, "arn": arn, "name": name, "createdAt": timestamp(), "status": "ACTIVE"}
    return {"arn": arn}


def _tag(records: ServiceRecords, given: Mapping[str, Any]) -> dict[str, Any]:
    analyzer = records.get("analyzer", given["resourceArn"].rpartition("/")[2])
    analyzer["tags"] = {**analyzer.get("tags", {}), **given["tags"]}
    return {}


def _untag(records: ServiceRecords, given: Mapping[str, Any]) -> dict[str, Any]:
    analyzer = records.get("analyzer", given["resourceArn"].rpartition("/")[2])
    analyzer["tags"] = {key: value for key, value in analyzer["tags"].items() if key not in given["tagKeys"]}
    return {}


SERVICE = AwsService(
    name="accessanalyzer",
    operations=OPERATIONS,
    resource_types=(ANALYZER,),
    emulated={
        "CreateAnalyzer": _create_analyzer,
        "GetAnalyzer": lambda records, given: {"analyzer": records.get("analyzer", given["analyzerName"])},
        "ListAnalyzers": lambda records, _: {"analyzers": list(records.all("analyzer").values())},
        "DeleteAnalyzer": lambda records, given: records.delete("analyzer", given["analyzerName"]),
        "TagResource": _tag,
        "UntagResource": _untag,
    },
    signing_name="access-analyzer",
)
