"""Tags of REST APIs, stages, usage plans, keys and domain names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import EmulatedOperation, Members, ServiceRecords
from rehearsal.services.apigateway.store import API_KEYS, DOMAINS, REST_APIS, USAGE_PLANS, not_found, part, rest_api

_KINDS = {"apikeys": API_KEYS, "usageplans": USAGE_PLANS, "domainnames": DOMAINS}


def _tagged(records: ServiceRecords, arn: Any) -> Members:
    """The record that an ARN names. Raises ServiceRefusal."""
    words = str(arn).partition("::/")[2].split("/")
    if words[0] == "restapis" and len(words) == 2:
        return rest_api(records, words[1])
    if words[0] == "restapis" and len(words) == 4 and words[2] == "stages":
        return part(rest_api(records, words[1]), "_stages", words[3], "Invalid stage identifier specified")
    found = records.all(_KINDS[words[0]]).get(words[1]) if words[0] in _KINDS and len(words) == 2 else None
    if found is None:
        raise not_found(f"Invalid ARN specified in the request: {arn}")
    return found


def tag_resource(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """TagResource."""
    found = _tagged(records, given.get("resourceArn"))
    found["tags"] = {**(found.get("tags") or {}), **(given.get("tags") or {})}
    return {}


def untag_resource(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UntagResource."""
    found, keys = _tagged(records, given.get("resourceArn")), set(given.get("tagKeys") or ())
    found["tags"] = {key: value for key, value in (found.get("tags") or {}).items() if key not in keys}
    return {}


def get_tags(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetTags."""
    return {"tags": dict(_tagged(records, given.get("resourceArn")).get("tags") or {})}


@aws_behavior(
    'Amazon API Gateway Developer Guide, "API Gateway resources that can be tagged": tag inheritance in the V1 API',
)
def carried(records: ServiceRecords, given: Mapping[str, Any]) -> Mapping[str, str]:
    """What is below a REST API carries the API's tags for conditions on tags, a stage its own besides."""
    api: Mapping[str, Any] = records.all(REST_APIS).get(str(given.get("restApiId")), {})
    stage: Mapping[str, Any] = (api.get("_stages") or {}).get(str(given.get("stageName")), {})
    own = [
        records.all(kind).get(str(given.get(member)), {})
        for kind, member in ((USAGE_PLANS, "usagePlanId"), (API_KEYS, "apiKey"), (DOMAINS, "domainName"))
    ]
    found: dict[str, str] = {}
    for each in (api, stage, *own):
        found |= each.get("tags") or {}
    return found


EMULATED: Mapping[str, EmulatedOperation] = {
    "GetTags": get_tags,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}
