"""The builds of a project's pipelines."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.build_project import BuildNetwork, BuildProject, BuildProjectArgs
from components.builds.packages import packages_specification
from stacks import rollback
from stacks.project_context import ProjectContext
from stacks.project_roles import ProjectRoles

# Training is waited for in the build; its own steps have limits of theirs.
BUILD_MINUTES = 480


def build_project(
    context: ProjectContext,
    purpose: str,
    description: str,
    buildspec: str,
    role: pulumi.Input[str],
    environment: Mapping[str, pulumi.Input[str]] | None = None,
) -> BuildProject:
    data_science = context.data_science
    args = BuildProjectArgs(
        name=context.project_names.name(purpose),
        description=description,
        buildspec=buildspec,
        role_arn=role,
        network=BuildNetwork(
            vpc_id=data_science.vpc_id,
            subnet_ids=data_science.subnet_ids,
            security_group_id=data_science.workload_security_group_id,
        ),
        artifacts_key_arn=context.data_science.data_key_arn,
        logs_key_arn=context.data_science.operations_key_arn,
        environment={
            "MLOPS_PARAMETERS": context.parameters,
            "WHEELHOUSE": _wheelhouse(context),
            **(environment or {}),
        },
        timeout_minutes=BUILD_MINUTES,
    )
    return BuildProject(purpose, args, context.child_options())


def _wheelhouse(context: ProjectContext) -> pulumi.Output[str]:
    return pulumi.Output.format("s3://{0}/{1}/wheelhouse", context.data_science.artifacts_bucket, context.settings.id)


def packages(context: ProjectContext, roles: ProjectRoles) -> BuildProject:
    """Outside the VPC, which may reach no package index; both pipelines run it before their builds."""
    args = BuildProjectArgs(
        name=context.project_names.name("packages"),
        description="Fetches the wheels that builds install",
        buildspec=packages_specification(),
        role_arn=roles.packages.arn,
        artifacts_key_arn=context.data_science.data_key_arn,
        logs_key_arn=context.data_science.operations_key_arn,
        environment={"WHEELHOUSE": _wheelhouse(context), "PACKAGE_INDEX": context.settings.package_index},
    )
    return BuildProject("packages", args, context.child_options())


def delivery_builds(context: ProjectContext, roles: ProjectRoles) -> rollback.DeliveryBuilds:
    render = build_project(
        context,
        "deploy",
        "Renders the parameters of the approved model",
        "buildspec-render.yml",
        roles.deploy.arn,
        {"RELEASES": f"s3://{context.artifacts_bucket}/{context.settings.id}/releases"},
    )
    compares = ["compare"] if context.compares_models() else []
    tests = {
        purpose: build_project(
            context, f"deploy-{purpose}", "Calls the endpoints", f"buildspec-{purpose}.yml", roles.deploy_test.arn
        )
        for purpose in ("test", "verify", *compares)
    }
    changes = build_project(
        context,
        "deploy-changes",
        "Says what a release would change",
        "buildspec-changes.yml",
        roles.deploy.arn,
        {"RELEASES": f"s3://{context.artifacts_bucket}/{context.settings.id}/releases"},
    )
    return rollback.DeliveryBuilds(render=render, tests=tests, changes=changes)
