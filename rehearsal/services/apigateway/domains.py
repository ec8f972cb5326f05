"""Custom domain names and what they map to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import EmulatedOperation, Members, ServiceRecords
from rehearsal.services.apigateway.patch_operations import Paths, apply, plain
from rehearsal.services.apigateway.store import (
    DOMAINS,
    bad_request,
    conflict,
    items,
    new_id,
    not_found,
    rest_api,
    shown,
)

_NO_PATH = "(none)"
_POLICIES = ("TLS_1_0", "TLS_1_2")


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Set up a Regional custom domain name in API Gateway": a certificate of '
    "ACM in the API's Region",
)
def require_certificate(records: ServiceRecords, arn: Any) -> str:
    """A regional domain name needs a certificate of ACM in the API's own Region."""
    if not str(arn or "").startswith(f"arn:aws:acm:{records.region}:"):
        raise bad_request(f"The certificate {arn} must be in ACM in {records.region}: set regionalCertificateArn")
    return str(arn)


def create(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateDomainName."""
    name = str(given.get("domainName") or "").lower()
    types = (given.get("endpointConfiguration") or {}).get("types") or ["EDGE"]
    if name in records.all(DOMAINS):
        raise bad_request("The domain name you provided already exists.")
    if types != ["REGIONAL"]:
        raise bad_request(f"only domain names with endpoint type REGIONAL are rehearsed, got {types}")
    policy = given.get("securityPolicy") or "TLS_1_2"
    if policy not in _POLICIES:
        raise bad_request(f"security policy {policy}: {', '.join(_POLICIES)}")
    host = f"d-{new_id()}.execute-api.{records.region}.amazonaws.com"
    domain: Members = {
        "domainName": name,
        "domainNameArn": f"arn:aws:apigateway:{records.region}::/domainnames/{name}",
        "regionalDomainName": host,
        "regionalHostedZoneId": "ZLY8HYME6SFDD",
        "regionalCertificateArn": require_certificate(records, given.get("regionalCertificateArn")),
        "endpointConfiguration": {"types": types, "ipAddressType": "ipv4"},
        "domainNameStatus": "AVAILABLE",
        "securityPolicy": policy,
        "tags": dict(given.get("tags") or {}),
        "_mappings": {},
    }
    records.all(DOMAINS)[name] = domain
    return shown(domain)


def _domain(records: ServiceRecords, name: Any) -> Members:
    found = records.all(DOMAINS).get(str(name).lower())
    if found is None:
        raise not_found("Invalid domain name identifier specified")
    return found


def get(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetDomainName."""
    return shown(_domain(records, given.get("domainName")))


def list_all(records: ServiceRecords, _: Mapping[str, Any]) -> Members:
    """GetDomainNames."""
    return items(records.all(DOMAINS).values())


_PATHS: Paths = (
    ("/regionalCertificateArn", "replace", plain("regionalCertificateArn")),
    ("/securityPolicy", "replace", plain("securityPolicy")),
)


def update(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateDomainName."""
    found = _domain(records, given.get("domainName"))
    changed = dict(found)
    apply(changed, given.get("patchOperations"), _PATHS)
    require_certificate(records, changed["regionalCertificateArn"])
    found.update(changed)
    return shown(found)


def delete(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteDomainName."""
    del records.all(DOMAINS)[_domain(records, given.get("domainName"))["domainName"]]
    return {}


def create_mapping(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateBasePathMapping."""
    domain, api = _domain(records, given.get("domainName")), rest_api(records, given.get("restApiId"))
    path = given.get("basePath") or _NO_PATH
    if path in domain["_mappings"]:
        raise conflict("Base path already exists for this domain name")
    if given.get("stage") and given["stage"] not in api["_stages"]:
        raise bad_request("Invalid stage identifier specified")
    domain["_mappings"][path] = {"basePath": path, "restApiId": api["id"], "stage": given.get("stage")}
    return shown(domain["_mappings"][path])


def _mapping(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    found: Members | None = _domain(records, given.get("domainName"))["_mappings"].get(given.get("basePath"))
    if found is None:
        raise not_found("Invalid base path mapping identifier specified")
    return found


def get_mapping(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetBasePathMapping."""
    return shown(_mapping(records, given))


def update_mapping(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateBasePathMapping."""
    found = _mapping(records, given)
    paths: Paths = (
        ("/stage", "replace|remove", plain("stage")),
        ("/restapiId", "replace", plain("restApiId")),
    )
    apply(found, given.get("patchOperations"), paths)
    return shown(found)


def delete_mapping(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteBasePathMapping."""
    found = _mapping(records, given)
    del _domain(records, given.get("domainName"))["_mappings"][found["basePath"]]
    return {}


EMULATED: Mapping[str, EmulatedOperation] = {
    "CreateBasePathMapping": create_mapping,
    "CreateDomainName": create,
    "DeleteBasePathMapping": delete_mapping,
    "DeleteDomainName": delete,
    "GetBasePathMapping": get_mapping,
    "GetDomainName": get,
    "GetDomainNames": list_all,
    "UpdateBasePathMapping": update_mapping,
    "UpdateDomainName": update,
}
