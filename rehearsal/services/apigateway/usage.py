"""API keys and usage plans."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import EmulatedOperation, Members, ServiceRecords
from rehearsal.services.apigateway.patch_operations import Paths, apply, boolean, plain, unescaped
from rehearsal.services.apigateway.store import (
    API_KEYS,
    USAGE_PLANS,
    bad_request,
    conflict,
    items,
    new_id,
    not_found,
    now,
    rest_api,
    shown,
)

_MIN_KEY, _MAX_KEY = 20, 128


@aws_behavior(
    'Amazon API Gateway Developer Guide, "API Gateway API key file format": 20 to 128 characters',
    "botocore, apigateway CreateApiKey: value",
)
def require_key_value(records: ServiceRecords, value: str) -> str:
    """A key of one's own has 20 to 128 characters and is nobody else's."""
    if not _MIN_KEY <= len(value) <= _MAX_KEY:
        raise bad_request(f"API key value should be between {_MIN_KEY} and {_MAX_KEY} characters")
    if any(each["value"] == value for each in records.all(API_KEYS).values()):
        raise conflict("API Key already exists")
    return value


def create_key(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateApiKey."""
    id_ = new_id()
    key: Members = {
        "id": id_,
        "value": require_key_value(records, given.get("value") or new_id(40)),
        "name": given.get("name"),
        "description": given.get("description"),
        "customerId": given.get("customerId"),
        "enabled": bool(given.get("enabled", False)),
        "createdDate": now(),
        "lastUpdatedDate": now(),
        "stageKeys": [],
        "tags": dict(given.get("tags") or {}),
    }
    records.all(API_KEYS)[id_] = key
    return shown(key)


def _key(records: ServiceRecords, id_: Any) -> Members:
    found = records.all(API_KEYS).get(str(id_))
    if found is None:
        raise not_found("Invalid API Key identifier specified")
    return found


@aws_behavior(
    'botocore, apigateway GetApiKey: "includeValue: A boolean flag to specify whether the result contains the key '
    'value"'
)
def get_key(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """A key's value is told only to who asks for it."""
    found = shown(_key(records, given.get("apiKey")))
    if str(given.get("includeValue", "")).lower() != "true":
        found.pop("value")
    return found


def list_keys(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetApiKeys."""
    included = str(given.get("includeValues", "")).lower() == "true"
    found = [shown(each) for each in records.all(API_KEYS).values()]
    name = given.get("nameQuery")
    kept = [each for each in found if name is None or str(each.get("name", "")).startswith(name)]
    return {"item": kept if included else [{k: v for k, v in each.items() if k != "value"} for each in kept]}


_KEY_PATHS: Paths = (
    ("/name", "replace", plain("name")),
    ("/description", "replace|remove", plain("description")),
    ("/customerId", "replace|remove", plain("customerId")),
    ("/enabled", "replace", plain("enabled", boolean)),
)


def update_key(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateApiKey."""
    found = _key(records, given.get("apiKey"))
    apply(found, given.get("patchOperations"), _KEY_PATHS)
    found["lastUpdatedDate"] = now()
    return shown(found)


def delete_key(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteApiKey."""
    id_ = _key(records, given.get("apiKey"))["id"]
    del records.all(API_KEYS)[id_]
    for plan in records.all(USAGE_PLANS).values():
        plan["_keys"].discard(id_)
    return {}


# ---- usage plans


def create_plan(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateUsagePlan."""
    if not given.get("name"):
        raise bad_request("Usage Plan name is required")
    id_ = new_id(6)
    plan: Members = {
        "id": id_,
        "name": given["name"],
        "description": given.get("description"),
        "apiStages": [_api_stage(records, each) for each in given.get("apiStages") or ()],
        "throttle": _throttle(given.get("throttle")),
        "quota": require_quota(given.get("quota")),
        "tags": dict(given.get("tags") or {}),
        "_keys": set(),
    }
    records.all(USAGE_PLANS)[id_] = plan
    return shown(plan)


def _api_stage(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    api = rest_api(records, given.get("apiId"))
    if given.get("stage") not in api["_stages"]:
        raise not_found(f"API Stage not found: {given.get('apiId')}:{given.get('stage')}")
    throttles = {path: _throttle(each) for path, each in (given.get("throttle") or {}).items()}
    return {"apiId": given["apiId"], "stage": given["stage"], **({"throttle": throttles} if throttles else {})}


def _throttle(given: Mapping[str, Any] | None) -> Members | None:
    if not given:
        return None
    return {"burstLimit": int(given.get("burstLimit") or 0), "rateLimit": float(given.get("rateLimit") or 0)}


@aws_behavior("botocore, apigateway CreateUsagePlan: QuotaSettings; the period is DAY, WEEK or MONTH")
def require_quota(given: Mapping[str, Any] | None) -> Members | None:
    """A quota counts requests of a day, a week or a month."""
    if not given:
        return None
    limit, offset, period = int(given.get("limit") or 0), int(given.get("offset") or 0), given.get("period")
    if limit < 1 or period not in ("DAY", "WEEK", "MONTH") or not 0 <= offset <= limit:
        raise bad_request("Usage Plan quota: a limit above 0 and a period of DAY, WEEK or MONTH are required")
    return {"limit": limit, "offset": offset, "period": period}


def _plan(records: ServiceRecords, id_: Any) -> Members:
    found = records.all(USAGE_PLANS).get(str(id_))
    if found is None:
        raise not_found("Invalid Usage Plan ID specified")
    return found


def get_plan(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetUsagePlan."""
    return shown(_plan(records, given.get("usagePlanId")))


def list_plans(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetUsagePlans."""
    key = given.get("keyId")
    return items(each for each in records.all(USAGE_PLANS).values() if key is None or key in each["_keys"])


def update_plan(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateUsagePlan."""
    found = _plan(records, given.get("usagePlanId"))
    changed = {**found, "apiStages": [dict(each) for each in found["apiStages"]]}
    apply(changed, given.get("patchOperations"), _PLAN_PATHS)
    changed["apiStages"] = [_api_stage(records, each) for each in changed["apiStages"]]
    changed["quota"], changed["throttle"] = require_quota(changed.get("quota")), _throttle(changed.get("throttle"))
    found.update(changed)
    return shown(found)


@aws_behavior(
    'Amazon API Gateway REST API Reference, "DeleteUsagePlan": plans with stages are refused until these are removed',
)
def delete_plan(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """A usage plan that still has API stages cannot be deleted."""
    found = _plan(records, given.get("usagePlanId"))
    if found["apiStages"]:
        raise bad_request(
            f"Cannot delete Usage Plan {found['id']} because API Stages are associated with it. Please remove all API "
            "stages from this usage plan and try again"
        )
    del records.all(USAGE_PLANS)[found["id"]]
    return {}


def _stages(plan: Members, op: str, _: re.Match[str], value: str | None) -> None:
    api, stage = str(value).split(":", 1) if ":" in str(value) else (str(value), "")
    kept = [each for each in plan["apiStages"] if (each["apiId"], each["stage"]) != (api, stage)]
    plan["apiStages"] = [*kept, {"apiId": api, "stage": stage}] if op == "add" else kept


def _stage_throttle(plan: Members, op: str, match: re.Match[str], value: str | None) -> None:
    api, _, stage = match["stage"].partition(":")
    for each in plan["apiStages"]:
        if (each["apiId"], each["stage"]) == (api, stage):
            key = f"{unescaped(match['path'])}/{match['verb']}"
            held = each.setdefault("throttle", {}).setdefault(key, {})
            held[match["member"]] = None if op == "remove" else float(value or 0)


def _limit(name: str) -> Any:
    def change(plan: Members, op: str, match: re.Match[str], value: str | None) -> None:
        held = dict(plan.get(name) or {})
        held[match["member"]] = value
        plan[name] = held if op != "remove" else None

    return change


def _without(name: str) -> Any:
    return lambda plan, *_: plan.update({name: None})


_PLAN_PATHS: Paths = (
    ("/name", "replace", plain("name")),
    ("/description", "replace|remove", plain("description")),
    ("/apiStages", "add|remove", _stages),
    (
        "/apiStages/(?P<stage>[^/]+)/throttle/(?P<path>[^/]+)/(?P<verb>[A-Z]+)/(?P<member>rateLimit|burstLimit)",
        "add|replace|remove",
        _stage_throttle,
    ),
    ("/throttle/(?P<member>rateLimit|burstLimit)", "add|replace", _limit("throttle")),
    ("/throttle", "remove", _without("throttle")),
    ("/quota/(?P<member>limit|offset|period)", "add|replace", _limit("quota")),
    ("/quota", "remove", _without("quota")),
)


def create_plan_key(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateUsagePlanKey."""
    plan, key = _plan(records, given.get("usagePlanId")), _key(records, given.get("keyId"))
    if given.get("keyType") != "API_KEY":
        raise bad_request(f"Invalid key type {given.get('keyType')}: API_KEY")
    if key["id"] in plan["_keys"]:
        raise conflict("Usage Plan Key already exists")
    require_one_plan(records, plan, str(key["id"]))
    plan["_keys"].add(key["id"])
    return {"id": key["id"], "type": "API_KEY", "value": key["value"], "name": key.get("name")}


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Creating and using usage plans with API keys": a key is in one usage '
    "plan for each API stage",
)
def require_one_plan(records: ServiceRecords, plan: Mapping[str, Any], key: str) -> None:
    """A key may be in several plans, but in one alone for each stage of an API."""
    wanted = {(each["apiId"], each["stage"]) for each in plan["apiStages"]}
    for other in records.all(USAGE_PLANS).values():
        if other["id"] != plan["id"] and key in other["_keys"]:
            shared = wanted & {(each["apiId"], each["stage"]) for each in other["apiStages"]}
            if shared:
                raise conflict(f"Usage plan key is already in a plan with API stage {':'.join(sorted(shared)[0])}")


def get_plan_key(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetUsagePlanKey."""
    plan = _plan(records, given.get("usagePlanId"))
    if given.get("keyId") not in plan["_keys"]:
        raise not_found("Invalid Usage Plan Key ID specified")
    key = _key(records, given.get("keyId"))
    return {"id": key["id"], "type": "API_KEY", "value": key["value"], "name": key.get("name")}


def list_plan_keys(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetUsagePlanKeys."""
    plan = _plan(records, given.get("usagePlanId"))
    keys = [_key(records, id_) for id_ in sorted(plan["_keys"])]
    return {"item": [{"id": each["id"], "type": "API_KEY", "name": each.get("name")} for each in keys]}


def delete_plan_key(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteUsagePlanKey."""
    get_plan_key(records, given)
    _plan(records, given.get("usagePlanId"))["_keys"].discard(given["keyId"])
    return {}


EMULATED: Mapping[str, EmulatedOperation] = {
    "CreateApiKey": create_key,
    "CreateUsagePlan": create_plan,
    "CreateUsagePlanKey": create_plan_key,
    "DeleteApiKey": delete_key,
    "DeleteUsagePlan": delete_plan,
    "DeleteUsagePlanKey": delete_plan_key,
    "GetApiKey": get_key,
    "GetApiKeys": list_keys,
    "GetUsagePlan": get_plan,
    "GetUsagePlanKey": get_plan_key,
    "GetUsagePlanKeys": list_plan_keys,
    "GetUsagePlans": list_plans,
    "UpdateApiKey": update_key,
    "UpdateUsagePlan": update_plan,
}
