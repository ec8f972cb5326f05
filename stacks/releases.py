"""What the deploy pipeline needs to know of each stage: the value of `deploy/stages`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from catalog import names
from catalog.roles import RoleKind
from catalog.scope import Scope
from settings.model import ProjectSettings

# SSM standard parameters hold 4 KB (botocore ssm PutParameter).
PARAMETER_BYTES = 4096


class TooManyAccounts(ValueError):
    """A project whose stages no longer fit one parameter."""


def stages(settings: ProjectSettings, workloads: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Settings of each stage as JSON, for `delivery.stages.parse_stages`.

    `workloads` holds, by stage, the accounts that serve it. Raises TooManyAccounts beyond an SSM parameter's size.
    """
    text = json.dumps(
        {stage: _stage(settings, stage, there) for stage, there in workloads.items()}, separators=(",", ":")
    )
    if len(text.encode()) > PARAMETER_BYTES:
        raise TooManyAccounts(
            f"project {settings.id}: its stages take {len(text)} bytes, an SSM parameter holds {PARAMETER_BYTES}: "
            "serve it in fewer accounts"
        )
    return text


def _stage(settings: ProjectSettings, stage: str, workloads: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    mine = names.ProjectNames(settings.prefix, settings.id)
    scope = Scope.of_account(settings.account, settings.region, settings.prefix)
    size = getattr(settings.deployments, stage)
    return {
        "accounts": sorted({w["account"] for w in workloads}),
        "regions": sorted({w["region"] for w in workloads}),
        "endpointName": mine.endpoint(stage),
        "instanceType": size.instance_type,
        "initialInstanceCount": size.min_instances,
        "minInstanceCount": size.min_instances,
        "maxInstanceCount": size.max_instances,
        "capturePercentage": size.capture_percent,
        "modelRoleName": f"{mine.path().lstrip('/')}{mine.stage_role(stage, RoleKind.MODEL)}",
        "testRoleArns": {
            w["account"]: mine.stage_role_arn(scope.in_account(w["account"]), stage, RoleKind.TEST) for w in workloads
        },
        "parametersPath": names.Names(settings.prefix, stage).parameters(),
        "latencyLimitMs": size.latency_limit_ms,
        "trafficShifting": "CANARY" if size.min_instances > 1 else "ALL_AT_ONCE",
    }
