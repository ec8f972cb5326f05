"""The provider's functions that programs call: answered by the in-memory AWS of the provider's account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import botocore.session
import jmespath

from rehearsal.engine.calls import DeployerClients, Refused
from rehearsal.engine.state import Resource, StackFailed
from rehearsal.service_model.data_source import DataSourceNotFound
from rehearsal.services import cloud_control_types, data_sources

PARTITION = "aws:index/getPartition:getPartition"
CLOUD_CONTROL = "aws:cloudcontrol/getResource:getResource"


def invoke(clients: DeployerClients, query: Resource, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A function's answer. `query` carries the token as its type, and the provider's account and region."""
    if query.type == PARTITION:
        return {**arguments, **_partition(query.region)}
    if query.type == CLOUD_CONTROL:
        return {**arguments, **_cloud_control(clients, query, arguments)}
    if query.type not in data_sources():
        known = ", ".join(sorted([*data_sources(), PARTITION, CLOUD_CONTROL]))
        raise StackFailed(
            f"the rehearsal does not answer {query.type}; it knows {known} "
            "(`data_sources` of the service's module in rehearsal/services)"
        )
    service, source = data_sources()[query.type]
    try:
        return {**arguments, **source(partial(clients.send, query, service), query.region, arguments)}
    except DataSourceNotFound as error:
        raise Refused(query, service, "NotFound", str(error)) from None


def _partition(region: str) -> dict[str, Any]:
    session = botocore.session.get_session()
    partition = session.get_partition_for_region(region)
    suffix = session.get_component("endpoint_resolver").get_partition_dns_suffix(partition)
    reverse = ".".join(reversed(suffix.split(".")))
    return {"id": partition, "partition": partition, "dnsSuffix": suffix, "reverseDnsPrefix": reverse}


def _cloud_control(clients: DeployerClients, query: Resource, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Cloud Control's answer, from the services' own calls. A setting that was never made is left out."""
    name = arguments["typeName"]
    if name not in cloud_control_types():
        known = ", ".join(sorted(cloud_control_types()))
        message = f"the rehearsal's Cloud Control knows {known} (`cloud_control_types` in rehearsal/services)"
        raise Refused(query, "cloudcontrol:GetResource", "TypeNotFoundException", message)
    service, controlled = cloud_control_types()[name]
    properties = {}
    for property_name, (operation, path) in controlled.properties.items():
        try:
            answer = clients.send(query, service, operation, {controlled.identifier: arguments["identifier"]})
        except Refused as refusal:
            if not refusal.code.startswith(controlled.unset_errors or ("-",)):
                raise
            continue
        properties[property_name] = jmespath.search(path, answer)
    return {"id": arguments["identifier"], "properties": json.dumps(properties)}
