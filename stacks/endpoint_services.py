"""What a region offers of the endpoint services and zones that a network asks for, known before anything is made.

Source: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint": a service is offered in some of
a region's zones, takes an endpoint policy or does not, and answers to its own name where it has a private DNS name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.vpc_endpoints import service_names
from settings.network import DataScienceNetwork
from settings.network_values import ZoneChoice
from settings.values import InterfaceEndpoint
from stacks.lookups import LONGEST_REASON

_ENDPOINTS, _ZONES, _UNLIMITED = "network.endpoints", "network.availabilityZones", "network.unlimitedEndpoints"


@dataclass(frozen=True, kw_only=True)
class EndpointServices:
    """What interface endpoints are made of.

    `made` are the services that get an endpoint, `names` AWS's names of them; `without_policy` are those of `made` that
    take no endpoint policy. `zones` are the names of a new network's zones, in the order of its subnets, and empty
    where the network exists.
    """

    made: Sequence[str]
    names: Mapping[str, str]
    without_policy: frozenset[str]
    zones: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class _Offer:
    name: str
    zones: frozenset[str] | None
    takes_policy: bool

    def lacks(self, zone: str) -> bool:
        """Whether the service is known not to be offered in a zone."""
        return self.zones is not None and zone not in self.zones


@dataclass
class _Problems:
    region: str
    found: list[str] = field(default_factory=list)

    def add(self, setting: str, what: str) -> None:
        self.found.append(f"{setting}: {what}")

    def raise_any(self) -> None:
        """Raises RunError with all of them."""
        if self.found:
            count = f"{len(self.found)} thing{'' if len(self.found) == 1 else 's'}"
            head = f"{count} that {self.region} does not offer as the network asks for it; nothing was made:"
            raise pulumi.RunError("\n".join([head, *(f"  {each}" for each in self.found)]))


def endpoint_services(
    provider: aws.Provider, region: str, network: DataScienceNetwork, existing: Collection[str], zones: Sequence[str]
) -> EndpointServices:
    """What the region offers of the network's services, but for those that have an endpoint in `existing`.

    `zones` are those of a network that exists: its subnets must be where the services are. Those of a new one offer
    them all: as many as the settings want, or those with its ids. Raises RunError with everything that is not offered.
    """
    problems, options = _Problems(region), pulumi.InvokeOptions(provider=provider)
    wanted = [str(service) for service in network.endpoints if service not in existing]
    found = {service: offer for service in wanted if (offer := _offer(service, problems, options)) is not None}
    offers = {service: offer for service, offer in found.items() if _is_made(service, offer, network, problems)}
    names = [offer.name for offer in offers.values()]
    for service, offer in offers.items():
        if names.count(offer.name) > 1 and service != offer.name:
            problems.add(_ENDPOINTS, f"{service} is {offer.name}, which is named too: drop one of the two")
    if zones:
        _require_zones(offers, {name: name for name in zones}, "existing.network.subnets", problems)
    chosen = [] if zones else _zones(offers, network.availability_zones, problems, options)
    problems.raise_any()
    return EndpointServices(
        made=tuple(offers),
        names={service: offer.name for service, offer in offers.items()},
        without_policy=frozenset(service for service, offer in offers.items() if not offer.takes_policy),
        zones=chosen,
    )


def _offer(service: str, problems: _Problems, options: pulumi.InvokeOptions) -> _Offer | None:
    found, reason = None, ""
    for name in service_names(problems.region, service):
        try:
            found = aws.ec2.get_vpc_endpoint_service(service_name=name, service_type="Interface", opts=options)
            break
        except Exception as error:  # the SDK raises nothing narrower for a provider's refusal
            reason = " ".join(str(error).split())[-LONGEST_REASON:]
    if found is None:
        problems.add(_ENDPOINTS, f"{service} is not offered there; drop it ({reason})")
        return None
    if found.private_dns_name == "":
        problems.add(_ENDPOINTS, f"{service} has no private DNS name, so that no client would find it; drop it")
    # AWS always says all of this. What a provider leaves open, such as a stand-in of AWS's, limits nothing: EC2 itself
    # would refuse the endpoint.
    zones = found.availability_zones
    return _Offer(
        name=found.service_name,
        zones=None if zones is None else frozenset(zones),
        takes_policy=found.vpc_endpoint_policy_supported is not False,
    )


def _is_made(service: str, offer: _Offer, network: DataScienceNetwork, problems: _Problems) -> bool:
    """Whether a service gets an endpoint: one that takes no policy only where the settings say so.

    CodePipeline is left out then, since every network asks for it and nothing needs it: people see their pipelines in
    the console. Any other was asked for on purpose. Source: aws-samples, data-perimeter-policy-examples,
    "Service-specific guidance: AWS CodePipeline": "The service does not currently support VPC endpoint policies".
    """
    if offer.takes_policy or service in network.unlimited_endpoints:
        return True
    what = f"{service} takes no endpoint policy, so that anybody's credentials would pass through it"
    accept = f"name it in {_UNLIMITED} too"
    if service == InterfaceEndpoint.CODEPIPELINE:
        pulumi.log.warn(f"{_ENDPOINTS}: {what}: it gets no endpoint; to have one all the same, {accept}")
        return False
    problems.add(_ENDPOINTS, f"{what}; drop it, or {accept}")
    return True


def _zones(
    offers: Mapping[str, _Offer], wanted: ZoneChoice, problems: _Problems, options: pulumi.InvokeOptions
) -> list[str]:
    """Names of the zones, by their ids or the first by name that every service is offered in.

    The first by name are what a network had before services were asked: one that is up keeps its zones.
    """
    # Local zones and wavelength zones are opt-in and take neither NAT gateways nor most endpoints.
    found = aws.get_availability_zones(
        state="available",
        filters=[aws.GetAvailabilityZonesFilterArgs(name="opt-in-status", values=["opt-in-not-required"])],
        opts=options,
    )
    by_id = dict(zip(found.zone_ids, found.names, strict=True))
    shown = ", ".join(f"{id_} ({name})" for id_, name in sorted(by_id.items(), key=lambda pair: pair[1]))
    if isinstance(wanted, int):
        common = [zone for zone in sorted(found.names) if not any(offer.lacks(zone) for offer in offers.values())]
        if len(common) < wanted:
            what = f"{wanted} are asked for, and every service is offered in {len(common)} of {shown}"
            problems.add(_ZONES, f"{what}{_lacking(offers, found.names)}: ask for fewer, or drop services")
        return common[:wanted]
    for unknown in [zone for zone in wanted if zone not in by_id]:
        problems.add(_ZONES, f"{unknown} is no zone that this account has there: choose of {shown}")
    chosen = {zone: by_id[zone] for zone in wanted if zone in by_id}
    _require_zones(offers, chosen, _ZONES, problems)
    return list(chosen.values())


def _require_zones(offers: Mapping[str, _Offer], zones: Mapping[str, str], setting: str, problems: _Problems) -> None:
    """Note each service that is not offered in one of the zones, which are names by how they are shown."""
    for service, offer in offers.items():
        lacking = [f"{shown} ({name})" if shown != name else name for shown, name in zones.items() if offer.lacks(name)]
        if lacking:
            what = f"{service} is not offered in {', '.join(lacking)}: choose other zones, or drop the service"
            problems.add(setting, what)


def _lacking(offers: Mapping[str, _Offer], zones: Sequence[str]) -> str:
    """Which services lack which zones, in brackets; nothing where none does."""
    found = {service: sorted(zone for zone in zones if offer.lacks(zone)) for service, offer in offers.items()}
    named = [f"{service} not in {', '.join(missing)}" for service, missing in found.items() if missing]
    return f" ({'; '.join(named)})" if named else ""
