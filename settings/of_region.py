"""What a stack file says that belongs to one region: endpoint services by their whole name, zones by their id, and the
services that the stack is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from settings.aws_names import NEEDED, SAGEMAKER_SERVICES
from settings.closed_lists import closed_list, lacking_in, zones_of
from settings.document import KeyPath, Positions, closest_line, dotted
from settings.network_values import GATEWAYS, MOST_ZONES, WHOLE_NAME, ZONE_ID
from settings.problems import SettingsProblem, shown

_ENDPOINTS: KeyPath = ("network", "endpoints")
_EXISTING: KeyPath = ("existing", "endpoints")
_ZONES: KeyPath = ("network", "availabilityZones")
# So many services that a region lacks are named.
_SHOWN = 4
# Switches of a foundation's detection, and the services that they are.
_SWITCHES = {
    "trail": "cloudtrail",
    "accessAnalyzer": "access-analyzer",
    "configRules": "config",
    "guardDuty": "guardduty",
    "securityHub": "securityhub",
    "macie": "macie2",
}
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c", "gov": "g"}
_DIRECTIONS |= {f"{up}{side}": up[0] + side[0] for up in ("north", "south") for side in ("east", "west")}


def zone_prefix(region: str) -> str | None:
    """What ids of a region's zones begin with, such as euw1; None for the regions whose ids nobody has published.

    Source: AWS Regions and Availability Zones, "AZ IDs".
    """
    area, *words, number = region.split("-")
    if not all(word in _DIRECTIONS for word in words):
        return None
    return area + "".join(_DIRECTIONS[word] for word in words) + number


def short_name(service: str, region: str) -> str:
    """A service of the region by its short name, if it has one: `com.amazonaws.eu-west-1.kms` is `kms`."""
    found = re.fullmatch(rf"(?:(?:cn\.)?com\.amazonaws|(aws\.sagemaker))\.{re.escape(region)}\.(.+)", service)
    if not found:
        return service
    own = found[2] in SAGEMAKER_SERVICES
    known = found[2] in closed_list("endpoint-services") or found[2] in GATEWAYS
    return found[2] if known and own is bool(found[1]) else service


def with_short_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every endpoint service of the stack's region by its short name, wherever one may be named."""
    region = values.get("region")
    if not isinstance(region, str):
        return dict(values)
    shortened = dict(values)
    if isinstance(network := values.get("network"), Mapping):
        lists = {key: _shortened(network[key], region) for key in ("endpoints", "unlimitedEndpoints") if key in network}
        shortened["network"] = {**network, **lists}
    if isinstance(existing := values.get("existing"), Mapping) and isinstance(
        endpoints := existing.get("endpoints"), Mapping
    ):
        names = {key: short_name(key, region) for key in endpoints}
        # A service that stands twice is told by `elsewhere`; nothing is lost here.
        if len(set(names.values())) == len(names):
            shortened["existing"] = {**existing, "endpoints": {names[key]: endpoints[key] for key in endpoints}}
    return shortened


def _shortened(services: object, region: str) -> object:
    if not isinstance(services, list):
        return services
    return [short_name(each, region) if isinstance(each, str) else each for each in services]


def elsewhere(values: Mapping[str, Any], file: str, positions: Positions) -> list[SettingsProblem]:
    """One problem for each service and zone that is of another region than the stack, and each that stands twice."""
    region = values.get("region")
    if not isinstance(region, str) or region not in closed_list("regions"):
        return []
    found = list(_offers(values, region))
    # Of a region that the platform is not in, nothing else is asked.
    if not any(path == ("region",) for path, _, _ in found):
        found += [*_services(values, region), *_existing(values, region), *_zones(values, region)]
        found += _subnets(values, region)
    return [
        SettingsProblem(
            file=file, key=dotted(path), given=shown(given), line=closest_line(positions, path), message=message
        )
        for path, given, message in found
    ]


def _offers(values: Mapping[str, Any], region: str) -> Iterator[tuple[KeyPath, object, str]]:
    """Services that the stack needs, or switches on, and that AWS does not publish for its region."""
    if missing := sorted(lacking_in(region) & {*NEEDED}):
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        shown_ = f"{', '.join(missing[:_SHOWN])}{more}"
        message = f"has no {shown_} by what AWS publishes, and the platform is made of it: choose another"
        yield ("region",), region, message
        return
    for switch, service in _SWITCHES.items():
        if service in lacking_in(region) and _at(values, ("detection", switch), bool):
            yield ("detection", switch), True, f"{region} has no {service} by what AWS publishes: switch it off"


def _services(values: Mapping[str, Any], region: str) -> Iterator[tuple[KeyPath, object, str]]:
    for index, name in enumerate(_at(values, _ENDPOINTS, list)):
        if _is_elsewhere(name, region):
            yield (*_ENDPOINTS, index), name, f"is of another region: a VPC in {region} reaches its own services"


def _existing(values: Mapping[str, Any], region: str) -> Iterator[tuple[KeyPath, object, str]]:
    endpoints = _at(values, _EXISTING, dict)
    seen: dict[str, str] = {}
    for name in endpoints:
        path, short = (*_EXISTING, name), short_name(name, region)
        if _is_elsewhere(name, region):
            yield path, endpoints[name], f"is an endpoint of another region: name one of a service in {region}"
        elif short in seen:
            yield path, endpoints[name], f"is the service {seen[short]} again: drop one of the two"
        seen[short] = name


def _zones(values: Mapping[str, Any], region: str) -> Iterator[tuple[KeyPath, object, str]]:
    prefix = zone_prefix(region)
    zones = _at(values, _ZONES, list)
    others = [zone for zone in zones if isinstance(zone, str) and re.fullmatch(ZONE_ID, zone)]
    others = [zone for zone in others if prefix and not zone.startswith(f"{prefix}-")]
    if others:
        message = f"names {others[0]}, which is no zone of {region}: ids of its zones begin with {prefix}-az"
        yield _ZONES, zones, message
    # Of a region that is not in the list AWS tells when the stack comes up.
    known, wanted = zones_of(region), _at(values, _ZONES, int)
    # Older accounts have zones that newer ones are not given, so that only numbers beyond all are none.
    highest = max((_number(zone) for zone in known), default=0)
    beyond = [] if others else [zone for zone in zones if re.fullmatch(ZONE_ID, str(zone)) and _number(zone) > highest]
    if known and beyond:
        yield _ZONES, zones, f"names {beyond[0]}, which is no zone of {region}: there are {', '.join(known)}"
    if known and type(wanted) is int and len(known) < wanted <= MOST_ZONES:
        message = f"asks for {wanted} zones, and {region} gives an account {len(known)} ({', '.join(known)}): ask for "
        yield _ZONES, wanted, f"{message}{len(known)} at most"


def _subnets(values: Mapping[str, Any], region: str) -> Iterator[tuple[KeyPath, object, str]]:
    """More subnets than the region has zones, of which each endpoint takes one subnet."""
    path: KeyPath = ("existing", "network", "subnets")
    subnets, known = _at(values, path, list), zones_of(region)
    if known and len(subnets) > len(known):
        message = f"are {len(subnets)}, and {region} gives an account {len(known)} zones ({', '.join(known)}): an "
        yield path, subnets, f"{message}interface endpoint takes one subnet of each zone; name one of each"


def _number(zone: str) -> int:
    return int(zone.rpartition("-az")[2])


def _is_elsewhere(name: object, region: str) -> bool:
    return isinstance(name, str) and re.fullmatch(WHOLE_NAME, name) is not None and f".{region}." not in name


def _at(values: Mapping[str, Any], path: KeyPath, type_: type[Any]) -> Any:
    """What stands at a path, or nothing of that type."""
    found: Any = values
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, type_) else type_()
