"""The provider's functions that programs call: answered by the in-memory AWS of the provider's account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import botocore.session

from rehearsal.engine.calls import Caller
from rehearsal.engine.lookups import LOOKUPS, controlled
from rehearsal.engine.state import Resource, StackFailed


def invoke(caller: Caller, asking: Resource, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A function's answer. `asking` carries the token as its type, and the provider's account and region."""
    function = _FUNCTIONS.get(asking.type)
    if function is None:
        raise StackFailed(
            f"the rehearsal does not answer {asking.type}; it knows {', '.join(sorted(_FUNCTIONS))}"
            " (rehearsal/engine/invokes.py)"
        )
    return {**arguments, **function(caller, asking, arguments)}


def _zones(caller: Caller, asking: Resource, arguments: Mapping[str, Any]) -> dict[str, Any]:
    filters = [{"Name": f["name"], "Values": f["values"]} for f in arguments.get("filters", [])]
    answer = caller.send(asking, "ec2", "DescribeAvailabilityZones", {"Filters": filters} if filters else {})
    excluded = {*arguments.get("excludeNames", []), *arguments.get("excludeZoneIds", [])}
    zones = [
        zone
        for zone in answer["AvailabilityZones"]
        if zone["State"] == arguments.get("state", zone["State"]) and not {zone["ZoneName"], zone["ZoneId"]} & excluded
    ]
    return {
        "id": asking.region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": sorted({zone.get("GroupName") or asking.region for zone in zones}),
    }


def _identity(caller: Caller, asking: Resource, _: Mapping[str, Any]) -> dict[str, Any]:
    answer = caller.send(asking, "sts", "GetCallerIdentity", {})
    return {"id": answer["Account"], "accountId": answer["Account"], "arn": answer["Arn"], "userId": answer["UserId"]}


def _partition(_: Caller, asking: Resource, __: Mapping[str, Any]) -> dict[str, Any]:
    session = botocore.session.get_session()
    partition = session.get_partition_for_region(asking.region)
    suffix = session.get_component("endpoint_resolver").get_partition_dns_suffix(partition)
    reverse = ".".join(reversed(suffix.split(".")))
    return {"id": partition, "partition": partition, "dnsSuffix": suffix, "reverseDnsPrefix": reverse}


def _region(caller: Caller, asking: Resource, arguments: Mapping[str, Any]) -> dict[str, Any]:
    wanted = arguments.get("region") or arguments.get("name") or asking.region
    answer = caller.send(asking, "ec2", "DescribeRegions", {"RegionNames": [wanted]})
    endpoint = answer["Regions"][0]["Endpoint"]
    return {"id": wanted, "name": wanted, "region": wanted, "endpoint": endpoint}


_FUNCTIONS: dict[str, Callable[[Caller, Resource, Mapping[str, Any]], dict[str, Any]]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:cloudcontrol/getResource:getResource": controlled,
    **{token: lookup.answer for token, lookup in LOOKUPS.items()},
}
