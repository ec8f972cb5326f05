"""What the deploy pipeline needs to know of each stage: the value of the project's SSM parameter `deploy/stages`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from catalog import names
from catalog.roles import RoleKind
from catalog.scope import Scope
from settings import traffic_shift
from settings.contract import StageSettings
from settings.model import DeploymentSettings, ProjectSettings

# A standard parameter's value holds 4 KB. Source: botocore, service model of ssm, PutParameter.
PARAMETER_BYTES = 4096


class TooManyAccounts(ValueError):
    """A project whose stages no longer fit one parameter."""


def stages(settings: ProjectSettings, workloads: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Settings of each stage as JSON text, in the form of `settings.contract.ProjectStages`.

    `workloads` holds, by stage, the accounts that serve it. Raises TooManyAccounts beyond an SSM parameter's size, and
    pydantic's ValidationError for what the contract with the model-deploy repository does not allow.
    """
    by_stage = {stage: _stage(settings, stage, accounts) for stage, accounts in workloads.items()}
    text = json.dumps(
        {stage: found.model_dump(mode="json", by_alias=True, exclude_unset=True) for stage, found in by_stage.items()},
        separators=(",", ":"),
    )
    if len(text.encode()) > PARAMETER_BYTES:
        raise TooManyAccounts(
            f"project {settings.id}: its stages take {len(text)} bytes, an SSM parameter holds {PARAMETER_BYTES}: "
            "serve it in fewer accounts"
        )
    return text


def _stage(settings: ProjectSettings, stage: str, workloads: Sequence[Mapping[str, Any]]) -> StageSettings:
    project = names.ProjectNames(settings.prefix, settings.id)
    scope = Scope.of_account(settings.account, settings.region, settings.prefix)
    size: DeploymentSettings = getattr(settings.deployments, stage)
    return StageSettings(
        accounts=tuple(sorted({workload["account"] for workload in workloads})),
        regions=tuple(sorted({workload["region"] for workload in workloads})),
        endpoint_name=project.endpoint(stage),
        instance_type=size.instance_type,
        initial_instance_count=size.min_instances,
        min_instance_count=size.min_instances,
        max_instance_count=size.max_instances,
        capture_percentage=size.capture_percent,
        model_role_name=f"{project.path().lstrip('/')}{project.stage_role(stage, RoleKind.MODEL)}",
        test_role_arns={
            workload["account"]: project.stage_role_arn(scope.in_account(workload["account"]), stage, RoleKind.TEST)
            for workload in workloads
        },
        parameters_path=names.Names(settings.prefix, stage).parameters(),
        stack_set_name=project.stack_set(stage),
        latency_limit_ms=size.latency_limit_ms,
        **_shift(size, stage),
    )


def _shift(size: DeploymentSettings, stage: str) -> dict[str, Any]:
    """How an update of the stage's endpoint moves traffic, as fields of the contract."""
    shift, least, most = size.shift, size.min_instances, size.max_instances
    return {
        "traffic_shifting": traffic_shift.method_of(shift, least).parameter,
        "shift_step_instances": traffic_shift.step_instances(shift, least),
        "wait_seconds": traffic_shift.wait_of(shift, stage),
        "keep_seconds": traffic_shift.keep_of(shift, stage),
        "deployment_timeout_seconds": traffic_shift.timeout_of(shift, stage, least, most),
    }
