"""What the deploy pipeline needs to know of each stage: the value of the project's SSM parameter `deploy/stages`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from catalog import names, prices
from catalog.roles import RoleKind
from catalog.scope import Scope
from catalog.serving import CAPTURED, ServingShape
from policies.documents.project_scope import PINNED_API_FUNCTIONS
from settings import serving, traffic_shift
from settings.contract import ApiDelivery, StageSettings
from settings.deployments import DeploymentSettings
from settings.model import ProjectSettings

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
    size = settings.deployments.of_stage(stage)
    return StageSettings(
        accounts=tuple(sorted({workload["account"] for workload in workloads})),
        regions=tuple(sorted({workload["region"] for workload in workloads})),
        endpoint_name=project.endpoint(stage),
        instance_type=size.instance_type,
        initial_instance_count=size.min_instances,
        min_instance_count=size.min_instances,
        max_instance_count=size.max_instances,
        capture_percentage=size.capture_percent if size.serving.shape in CAPTURED else 0,
        model_role_name=f"{project.path().lstrip('/')}{project.stage_role(stage, RoleKind.MODEL)}",
        test_role_arns={
            workload["account"]: project.stage_role_arn(scope.in_account(workload["account"]), stage, RoleKind.TEST)
            for workload in workloads
        },
        parameters_path=names.Names(settings.prefix, stage).parameters(),
        stack_set_name=project.stack_set(stage),
        latency_limit_ms=size.latency_limit_ms,
        change_set_role_name=f"{project.path().lstrip('/')}{project.stage_role(stage, RoleKind.CHANGE_SET)}",
        **_shift(size, stage),
        **_serving(size),
        **_price(size.instance_type, settings.region),
        **_api(settings, stage),
    )


def _serving(size: DeploymentSettings) -> dict[str, Any]:
    """The shape of serving, where it is not the single endpoint, and its figures: fields of the contract."""
    shape = size.serving.shape
    return {} if shape is ServingShape.SINGLE else {"serving_shape": shape, **serving.figures(size.serving)}


def _api(settings: ProjectSettings, stage: str) -> dict[str, Any]:
    """Where the stage's API is found, as a field of the contract; nothing where there is none."""
    size: DeploymentSettings = getattr(settings.deployments, stage)
    if size.api is None:
        return {}
    artifacts = names.Names(settings.prefix, settings.data_science).bucket(
        "artifacts", settings.account, settings.region
    )
    return {
        "api": ApiDelivery(
            part_uri=f"s3://{artifacts}/{api_part_key(settings.id, stage)}",
            functions_uri=f"s3://{artifacts}/{PINNED_API_FUNCTIONS}",
        )
    }


def api_part_key(project: str, stage: str) -> str:
    """Key of the API's part of a stage's template. Below `source`: the deployer fills no other folder."""
    return f"{project}/source/api-{stage}.json"


def _shift(size: DeploymentSettings, stage: str) -> dict[str, Any]:
    """How an update of the stage's endpoint moves traffic, as fields of the contract."""
    shift, least, most = size.shift, size.min_instances, size.max_instances
    return {
        "traffic_shifting": traffic_shift.method_of(shift, least).parameter,
        "shift_step_instances": traffic_shift.step_instances(shift, least),
        "wait_seconds": traffic_shift.wait_of(shift, stage, least),
        "keep_seconds": traffic_shift.keep_of(shift, stage, least),
        "deployment_timeout_seconds": traffic_shift.timeout_of(shift, stage, least, most),
    }


def _price(instance_type: str, region: str) -> dict[str, str]:
    """What an instance costs an hour, and when that was read; nothing where nobody has written it down."""
    price = prices.price_of(prices.instance(instance_type), region)
    return {"instance_dollars_per_hour": str(price.dollars), "price_read": price.read} if price else {}
