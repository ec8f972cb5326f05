"""Which method of which deployed API a request reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from rehearsal.apigateway.messages import GatewayError, IncomingRequest, forbidden
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import ServiceRecords
from rehearsal.services.apigateway.store import DOMAINS, REST_APIS


@dataclass(frozen=True)
class DeployedStage:
    """A stage of an API with the deployment that it answers with. `path` is what follows the stage in the address."""

    account: str
    region: str
    api: Mapping[str, Any]
    stage: Mapping[str, Any]
    deployment: Mapping[str, Any]
    path: str
    base: str

    @property
    def snapshot(self) -> Mapping[str, Any]:
        """The API as it was deployed."""
        found: Mapping[str, Any] = self.deployment["_snapshot"]
        return found

    @property
    def arn(self) -> str:
        """The stage's ARN, which rights to invoke begin with."""
        return f"arn:aws:execute-api:{self.region}:{self.account}:{self.api['id']}/{self.stage['stageName']}"

    def method_arn(self, method: str, path: str) -> str:
        """The ARN that a caller must be allowed to invoke."""
        return f"{self.arn}/{method}/{path.lstrip('/')}"


@dataclass(frozen=True)
class MatchedMethod:
    """A method with its resource, and the path's variables."""

    resource: Mapping[str, Any]
    method: Mapping[str, Any]
    variables: Mapping[str, str]


def deployed_stage(every: Mapping[tuple[str, str], ServiceRecords], request: IncomingRequest) -> DeployedStage:
    """The stage that a request names: by host and path, by a custom domain, or on loopback by /{api id}/{stage}.

    Raises GatewayError where there is none.
    """
    host = (request.header("Host") or "").partition(":")[0].lower()
    domain = _by_domain(every, host, request)
    if domain is not None:
        return domain
    segments = [part for part in request.raw_path.split("/") if part]
    api = ""
    if ".execute-api." in host:
        api = host.partition(".")[0].partition("-vpce-")[0]
    elif segments:
        api, segments = segments[0], segments[1:]
    if not segments:
        raise forbidden()
    name = unquote(segments[0])
    ending = "/" if request.raw_path.endswith("/") and len(segments) > 1 else ""
    return _stage(every, api, name, "/" + "/".join(segments[1:]) + ending, f"/{name}", by_domain=False)


def _by_domain(
    every: Mapping[tuple[str, str], ServiceRecords], host: str, request: IncomingRequest
) -> DeployedStage | None:
    for records in every.values():
        domain = records.all(DOMAINS).get(host)
        if domain is None:
            continue
        first, _, rest = request.raw_path.lstrip("/").partition("/")
        mappings = domain["_mappings"]
        mapping = mappings.get(first)
        path, base = (f"/{rest}", f"/{first}") if mapping else (request.raw_path, "")
        mapping = mapping or mappings.get("(none)")
        if mapping is None:
            raise forbidden()
        return _stage(every, mapping["restApiId"], mapping.get("stage", ""), path, base, by_domain=True)
    return None


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Disabling the default endpoint for a REST API"',
    "botocore, apigateway CreateRestApi: disableExecuteApiEndpoint",
)
def require_default_endpoint(snapshot: Mapping[str, Any], *, by_domain: bool) -> None:
    """An API whose default endpoint is disabled is reached by its custom domain alone."""
    if snapshot.get("disableExecuteApiEndpoint") and not by_domain:
        raise forbidden()


def _stage(
    every: Mapping[tuple[str, str], ServiceRecords], id_: str, name: str, path: str, base: str, *, by_domain: bool
) -> DeployedStage:
    for (account, region), records in list(every.items()):
        api = records.all(REST_APIS).get(id_)
        if api is None:
            continue
        stage = api["_stages"].get(name)
        if stage is None:
            raise forbidden()
        deployment = api["_deployments"][stage["deploymentId"]]
        require_default_endpoint(deployment["_snapshot"], by_domain=by_domain)
        return DeployedStage(account, region, api, stage, deployment, path, base)
    raise forbidden()


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Gateway response types": MISSING_AUTHENTICATION_TOKEN for an '
    "unsupported method or resource",
)
def matched_method(snapshot: Mapping[str, Any], verb: str, path: str) -> MatchedMethod:
    """A path or method that was not deployed is answered with 403 Missing Authentication Token.

    A path part that is spelled out is preferred to a variable, a variable to a greedy one.
    """
    parts = [unquote(part) for part in path.split("/") if part]
    for resource, variables in _resources(snapshot, parts):
        methods = resource["resourceMethods"]
        method = methods.get(verb) or methods.get("ANY")
        if method is not None:
            return MatchedMethod(resource, method, variables)
        break
    raise missing_token()


def missing_token() -> GatewayError:
    """The answer for what is not there, and for what lacks a signature."""
    return GatewayError(
        "MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token", "MissingAuthenticationTokenException"
    )


def _resources(snapshot: Mapping[str, Any], parts: list[str]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
    every = snapshot["_resources"].values()
    root = next(each for each in every if each["path"] == "/")
    children: dict[str, list[Mapping[str, Any]]] = {}
    for each in every:
        children.setdefault(each.get("parentId", ""), []).append(each)

    def walk(node: Mapping[str, Any], rest: list[str], found: dict[str, str]) -> Any:
        if not rest:
            if node["resourceMethods"]:
                yield node, found
            return
        below = children.get(node["id"], [])
        for each in sorted(below, key=lambda child: _rank(child["pathPart"])):
            part = each["pathPart"]
            if part.endswith("+}"):
                yield each, {**found, part[1:-2]: "/".join(rest)}
            elif part.startswith("{"):
                yield from walk(each, rest[1:], {**found, part[1:-1]: rest[0]})
            elif part == rest[0]:
                yield from walk(each, rest[1:], found)

    yield from walk(root, parts, {})


def _rank(part: str) -> int:
    return 2 if part.endswith("+}") else 1 if part.startswith("{") else 0
