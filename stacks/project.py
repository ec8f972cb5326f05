"""A project: its roles, its registry group, its build and deploy pipelines, and what they find it by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

import delivery
from catalog.roles import RoleKind
from components import pipeline_events, pipelines
from components.archives import repository_archive
from components.build_project import BuildProject
from components.discovery import Discovery, DiscoveryArgs
from components.model_registry import ModelRegistry, ModelRegistryArgs
from components.pipeline_starter import PipelineStarter
from components.pipelines import Pipeline, PipelineArgs
from components.release_cleaner import ReleaseCleaner, ReleaseCleanerArgs
from components.removal import Declared
from policies.documents import cleaners, delivery_roles, project_roles
from policies.documents.buckets import PROJECT_TAG
from settings import contract
from settings.model import ProjectSettings
from settings.rollout import PartialFailure
from stacks import approval, project_api, releases, rollback
from stacks.approval_page import approval_page
from stacks.context import common_tags
from stacks.pipeline_starter import pipeline_starter
from stacks.project_builds import build_project, delivery_builds, packages
from stacks.project_context import ProjectContext
from stacks.project_roles import ProjectRoles
from stacks.release_recorder import release_recorder

_BUILDS = ("packages", "build", "deploy", "deploy-changes")


@dataclass(frozen=True, kw_only=True)
class _Shared:
    """What both pipelines have: their repositories' first versions, the build that fetches packages, the starter."""

    seeds: Sequence[pulumi.Resource]
    packages: BuildProject
    starter: PipelineStarter


def project(stack: str, settings: ProjectSettings) -> None:
    """Declare a project."""
    declared = Declared()
    context = ProjectContext(stack, settings)
    registry = _registry(context)
    roles = ProjectRoles(context)
    seeds = [_seed(context, "model-build", {}), _seed(context, "model-deploy", delivery.carried())]
    project_api.api_parts(context)
    shared = _Shared(seeds=seeds, packages=packages(context, roles), starter=pipeline_starter(context, roles.scope))
    build = _build_pipeline(context, roles, shared)
    builds = delivery_builds(context, roles)
    deploy = _deploy_pipeline(context, roles, shared, builds)
    back = _rollback_pipeline(context, roles, shared, builds)
    release_recorder(context, roles.scope)
    if context.settings.approval_link_hours:
        approval_page(context, roles.scope, approval.APPROVE)
    _discovery(context, registry, roles)
    _cleaner(context, roles, registry, declared)
    pulumi.export("project", settings.id)
    pulumi.export("account", settings.account)
    pulumi.export("buildPipeline", build.name)
    pulumi.export("deployPipeline", deploy.name)
    pulumi.export("rollbackPipeline", back.name)
    pulumi.export("modelPackageGroup", registry.name)
    pulumi.export("parameters", context.parameters)
    pulumi.export("dataUri", _uri(context, context.data_science.data_bucket))
    pulumi.export("sourceUri", f"s3://{context.artifacts_bucket}/{context.source_key('model-build')}")
    pulumi.export("endpoints", {stage: context.project_names.endpoint(stage) for stage in context.stages})


def _uri(context: ProjectContext, bucket: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.format("s3://{0}/{1}", bucket, context.settings.id)


def _registry(context: ProjectContext) -> ModelRegistry:
    settings = context.settings
    args = ModelRegistryArgs(
        group=context.project_names.group(), description=settings.description, accounts=context.workload_accounts()
    )
    return ModelRegistry("registry", args, context.child_options())


def _seed(context: ProjectContext, repository: str, extra: dict[str, str]) -> pulumi.Resource:
    """The repository's first version. From then on it is the team's: the platform never writes over it."""
    return aws.s3.BucketObjectv2(
        f"seed-{repository}",
        bucket=context.data_science.artifacts_bucket,
        key=context.source_key(repository),
        source=repository_archive(repository, extra),
        kms_key_id=context.data_science.data_key_arn,
        server_side_encryption="aws:kms",
        opts=pulumi.ResourceOptions(provider=context.provider, ignore_changes=["source"]),
    )


def _pipeline(
    context: ProjectContext,
    purpose: str,
    role: pulumi.Input[str],
    stages: Sequence[pipelines.Stage],
    *,
    event: str,
    why: str,
    variable: pipelines.EventVariable,
    shared: _Shared,
    more: Sequence[pipelines.EventVariable] = (),
    skips: Mapping[str, Sequence[pipelines.Skip]] | None = None,
) -> Pipeline:
    args = PipelineArgs(
        name=context.project_names.code_pipeline(purpose),
        role_arn=role,
        bucket=context.data_science.artifacts_bucket,
        key_arn=context.data_science.data_key_arn,
        stages=stages,
        starter=shared.starter,
        event=event,
        event_description=why,
        variable=variable,
        more=more,
        skips=skips or {},
    )
    # After the seeds: AWS runs a pipeline when it is created, and a run that finds no repository fails.
    return Pipeline(f"{purpose}-pipeline", args, context.child_options(depends_on=list(shared.seeds)))


def _build_pipeline(context: ProjectContext, roles: ProjectRoles, shared: _Shared) -> Pipeline:
    build = build_project(
        context,
        "build",
        "Tests the code, defines and runs the training",
        "buildspec.yml",
        roles.build.arn,
    )
    key = context.source_key("model-build")
    stages = [
        pipelines.source(context.data_science.artifacts_bucket, key),
        pipelines.Stage(
            name="Build",
            actions=[pipelines.build("Packages", shared.packages.name), pipelines.build("Train", build.name, order=2)],
        ),
    ]
    event = pipeline_events.object_created(context.artifacts_bucket, key)
    return _pipeline(
        context,
        "build",
        roles.build_pipeline.arn,
        stages,
        event=event,
        why="The repository changed",
        variable=pipelines.SOURCE_VERSION,
        shared=shared,
    )


def _deploy_pipeline(
    context: ProjectContext, roles: ProjectRoles, shared: _Shared, builds: rollback.DeliveryBuilds
) -> Pipeline:
    package = {"MODEL_PACKAGE_ARN": pipelines.PACKAGE.reference, **rollback.execution(context, "deploy")}
    stages = [
        pipelines.source(context.data_science.artifacts_bucket, context.source_key("model-deploy")),
        pipelines.Stage(
            name="Render",
            actions=[
                pipelines.build("Packages", shared.packages.name),
                pipelines.build("Render", builds.render.name, outputs=["Rendered"], environment=package, order=2),
            ],
        ),
    ]
    if context.compares_models():
        # Before anything changes, and before somebody is asked.
        compare = pipelines.build("Compare", builds.tests["compare"].name, inputs=["Rendered"])
        stages.append(pipelines.Stage(name="Compare", actions=[compare]))
    for stage in context.stages:
        stages.append(approval.changes(context, stage, builds.changes))
        if stage == "production":
            environment = {**package, "STEP": "approved", **approval.unasked(context)}
            look = pipelines.build("Approver", builds.render.name, environment=environment)
            # A stage of its own: where production goes back by itself, its actions run again, and nothing is asked.
            stages += [approval.approval(context), pipelines.Stage(name="Approved", actions=[look])]
        stages += _release(context, roles, stage, builds.tests)
    return _pipeline(
        context,
        "deploy",
        roles.deploy_pipeline.arn,
        stages,
        event=pipeline_events.model_approved(context.project_names.group()),
        why="A model of the project was approved",
        variable=pipelines.PACKAGE,
        shared=shared,
        skips=approval.skips(context),
    )


def _rollback_pipeline(
    context: ProjectContext, roles: ProjectRoles, shared: _Shared, builds: rollback.DeliveryBuilds
) -> Pipeline:
    of_stages = {stage: _release(context, roles, stage, builds.tests, fully=False) for stage in context.stages}
    return _pipeline(
        context,
        "rollback",
        roles.deploy_pipeline.arn,
        rollback.stages(context, shared.packages, builds, of_stages),
        event=pipeline_events.served_model_rejected(context.project_names.release_events()),
        why="The version that production serves was rejected",
        variable=pipelines.STAGE,
        more=pipelines.ROLLBACK,
        shared=shared,
    )


def _release(
    context: ProjectContext,
    roles: ProjectRoles,
    stage: str,
    tests: Mapping[str, BuildProject],
    *,
    fully: bool = True,
) -> list[pipelines.Stage]:
    workloads = context.workloads_of_stage(stage)
    rollout = context.settings.deployments.of_stage(stage).rollout
    to_stage = pipelines.StackSetDelivery(
        stage=stage,
        stack_set=context.project_names.stack_set(stage),
        accounts=workloads.apply(lambda accounts: sorted({w["account"] for w in accounts})),
        regions=workloads.apply(lambda accounts: sorted({w["region"] for w in accounts})),
        administration_role_arn=roles.administration.arn,
        execution_role=context.project_names.stage_role(stage, RoleKind.STACK_SET_EXECUTION),
        failure_tolerance_percent=rollout.failure_tolerance_percent,
        max_concurrent_percent=rollout.max_concurrent_percent,
        concurrency_mode=rollout.concurrency.mode,
    )
    release = pipelines.Stage(name=stage.capitalize(), actions=pipelines.stack_set(to_stage, "Rendered"))
    if fully and rollout.on_partial_failure is PartialFailure.ROLL_BACK:
        release = pipelines.going_back(release)
    # Production serves people: its requests are not spent on a full test; nor are those of a way back.
    purpose = "verify" if stage == "production" or not fully else "test"
    check = pipelines.build(
        purpose.capitalize(), tests[purpose].name, inputs=["Rendered"], category="Test", environment={"STAGE": stage}
    )
    return [
        release,
        pipelines.Stage(name=f"{purpose.capitalize()}{stage.capitalize()}", actions=[check]),
    ]


def _cleaner(context: ProjectContext, roles: ProjectRoles, registry: ModelRegistry, declared: Declared) -> None:
    project, removal = context.project_names, context.settings.removal
    function = project.name("release-cleaner")
    code_pipelines = [project.code_pipeline(purpose) for purpose in ("build", "deploy", "rollback")]
    tests = project_roles.builds_of_tests(project, compares=context.compares_models())
    builds = [*(project.name(purpose) for purpose in _BUILDS), *tests]
    deletes_models = "models" in removal.delete
    # The role's own output, not its name alone: it goes after the function that it lets in, not before.
    policy = pulumi.Output.all(roles.scope, roles.administration.arn).apply(
        lambda known: delivery_roles.release_cleaner(
            known[0],
            context.stack_sets(),
            known[1],
            function,
            cleaners.removal_of_project(known[0], code_pipelines, builds, deletes_models=deletes_models),
        )
    )
    args = ReleaseCleanerArgs(
        name=function,
        stack=context.stack,
        scope=context.scope,
        project=context.settings.id,
        path=context.project_names.path(),
        boundary=context.boundary,
        policy=policy,
        tags={PROJECT_TAG: context.settings.id},
        logs_key_arn=context.data_science.operations_key_arn,
        # Production last in, first out.
        stack_sets=[context.project_names.stack_set(stage) for stage in reversed(context.stages)],
        code_pipelines=code_pipelines,
        builds=builds,
        group=registry.name,
        pipeline=project.pipeline(),
        deletes_models=deletes_models,
        retain_stacks_in=removal.retain_stacks_in,
    )
    ReleaseCleaner("release-cleaner", args, declared.all(), context.child_options())


def _discovery(context: ProjectContext, registry: ModelRegistry, roles: ProjectRoles) -> None:
    settings, data_science = context.settings, context.data_science
    stages = pulumi.Output.all(**{stage: context.workloads_of_stage(stage) for stage in context.stages}).apply(
        lambda workloads: releases.stages(settings, workloads)
    )
    tags = common_tags(context.stack, settings)
    args = DiscoveryArgs(
        root=context.parameters,
        parameters=contract.project_parameters(
            id=settings.id,
            pipeline_name=context.project_names.pipeline(),
            pipeline_role=roles.pipeline.arn,
            processing_role=roles.processing.arn,
            training_role=roles.training.arn,
            registry_group=registry.name,
            image_uri=data_science.image_uri,
            subnet_ids=pulumi.Output.from_input(data_science.subnet_ids).apply(",".join),
            security_group_ids=data_science.workload_security_group_id,
            data_key=data_science.data_key_arn,
            models_key=data_science.models_key_arn,
            volumes_key=data_science.volume_key_arn,
            data_uri=_uri(context, data_science.data_bucket),
            artifacts_uri=_uri(context, data_science.artifacts_bucket),
            models_uri=_uri(context, data_science.models_bucket),
            gate_metric=str(settings.gate.metric),
            gate_threshold=repr(settings.gate.threshold),
            deploy_stages=stages,
        ),
        group=context.project_names.name("resources"),
        tags={"platform": tags["platform"], "project": settings.id},
    )
    Discovery("discovery", args, context.child_options())
