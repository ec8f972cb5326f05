"""Which versions of the model an endpoint serves, and where the rows are that each is checked with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

# Environment of the container, as the delivered template gives it (`delivery.endpoint`).
PACKAGE, CHECKS, DIGEST = "MODEL_PACKAGE_ARN", "CHECKS_URI", "CHECKS_SHA256"
# There are requests to answer. `Failed` and `OutOfService` have nobody that could.
ANSWERING = ("InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed")
BROKEN = ("Failed", "OutOfService")
_VERSION = re.compile(r":model-package/[^/]+/([0-9]+)$")


@dataclass(frozen=True)
class ChecksAddress:
    """An object in S3, and the SHA-256 that it had when the version was released."""

    uri: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ServedVersion:
    """A version of the model that an endpoint serves; `checks` is where its rows are, None where it has none."""

    version: str
    checks: ChecksAddress | None


@dataclass(frozen=True, kw_only=True)
class ServedEndpoint:
    """An endpoint's status and what it serves; `newest` are the versions of its newest configuration.

    Those are the new fleet's while an update goes on, several where variants share the traffic. `baking` says that the
    new fleet has its share of the traffic by now, and that SageMaker waits for alarms.
    """

    status: str
    updating: bool = False
    baking: bool = False
    versions: tuple[ServedVersion, ...] = ()
    newest: tuple[str, ...] = ()


def served(sagemaker: Any, endpoint: str) -> ServedEndpoint | None:
    """What an endpoint serves now, None where there is no such endpoint."""
    described = _described(sagemaker.describe_endpoint, EndpointName=endpoint)
    if described is None:
        return None
    status = str(described["EndpointStatus"])
    if status not in ANSWERING:
        return ServedEndpoint(status=status)
    deployment = described.get("PendingDeploymentSummary") or {}
    pending = deployment.get("EndpointConfigName")
    configs = [name for name in (pending, described["EndpointConfigName"]) if name]
    fleets = [list(_versions(sagemaker, config)) for config in configs]
    return ServedEndpoint(
        status=status,
        updating=bool(pending),
        baking=_baking(deployment),
        versions=tuple({each.version: each for fleet in fleets for each in fleet}.values()),
        newest=tuple(each.version for each in fleets[0]),
    )


def _baking(deployment: Mapping[str, Any]) -> bool:
    """Whether each variant of the new fleet is at `Baking` (botocore, service model of sagemaker, VariantStatus)."""
    stages = [
        {each.get("Status") for each in variant.get("VariantStatus") or ()}
        for variant in deployment.get("ProductionVariants") or ()
    ]
    return bool(stages) and all("Baking" in found for found in stages)


def _versions(sagemaker: Any, config: str) -> Iterator[ServedVersion]:
    """Versions of a configuration's variants; none of what was deleted while this function looked."""
    described = _described(sagemaker.describe_endpoint_config, EndpointConfigName=config) or {}
    for variant in described.get("ProductionVariants") or ():
        model = _described(sagemaker.describe_model, ModelName=variant["ModelName"]) or {}
        for container in model.get("Containers") or [model.get("PrimaryContainer") or {}]:
            if found := _version(container.get("Environment") or {}):
                yield found


def _version(environment: Mapping[str, str]) -> ServedVersion | None:
    match = _VERSION.search(environment.get(PACKAGE, ""))
    uri, digest = environment.get(CHECKS, ""), environment.get(DIGEST, "")
    checks = ChecksAddress(uri, digest) if uri.startswith("s3://") else None
    return ServedVersion(version=match[1], checks=checks) if match else None


def _described(describe: Any, **named: str) -> Any:
    """What a call describes, None where it is not there: SageMaker says so with a ValidationException."""
    try:
        return describe(**named)
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code == "ValidationException" and "could not find" in message.lower():
            return None
        raise
