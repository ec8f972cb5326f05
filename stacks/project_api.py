"""The part of each stage's template that is the API in front of the model, put where rendering finds it."""

from __future__ import annotations

import json

import pulumi_aws as aws

from catalog import names
from catalog.roles import ROLES, RoleKind
from delivery.api import api_part
from delivery.api_names import ApiNames
from policies.documents.api_delivery import access_log
from settings.deployments import DeploymentSettings
from stacks.project_context import ProjectContext
from stacks.releases import api_part_key


def api_parts(context: ProjectContext) -> None:
    """Declare the parts. Unlike the repositories they stay the platform's: each release takes what the settings say."""
    for stage in context.stages:
        size: DeploymentSettings = getattr(context.settings.deployments, stage)
        if size.api is None:
            continue
        aws.s3.BucketObjectv2(
            f"api-{stage}",
            bucket=context.data_science.artifacts_bucket,
            key=api_part_key(context.settings.id, stage),
            content=json.dumps(api_part(size.api, api_names(context, stage)), indent=1, sort_keys=True),
            content_type="application/json",
            kms_key_id=context.data_science.data_key_arn,
            server_side_encryption="aws:kms",
            opts=context.child_options(),
        )


def api_names(context: ProjectContext, stage: str) -> ApiNames:
    """Names of a stage's API, as the workload accounts' stacks compute them."""
    project, prefix = context.project_names, context.settings.prefix
    path = ROLES[RoleKind.API].iam_path(prefix, context.settings.id)
    return ApiNames(
        name=project.api_function(stage),
        log_group=access_log(prefix, stage, project.endpoint(stage)),
        parameters=names.Names(prefix, stage).parameters(),
        role=f"{path.lstrip('/')}{project.stage_role(stage, RoleKind.API)}",
    )
