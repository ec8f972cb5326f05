"""A project: its roles, its registry group, its build and deploy pipelines, and what they find it by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

import delivery
from catalog.roles import RoleKind
from components import pipelines
from components.archives import repository_archive
from components.build_project import BuildNetwork, BuildProject, BuildProjectArgs
from components.builds.packages import packages_specification
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
from stacks import project_api, releases, rollback
from stacks.approval_page import approval_page
from stacks.context import common_tags
from stacks.pipeline_starter import pipeline_starter
from stacks.project_context import ProjectContext
from stacks.project_roles import ProjectRoles
from stacks.release_recorder import release_recorder

# Training is waited for in the build; its own steps have limits of theirs.
BUILD_MINUTES = 480
# What the changes build says where nothing is lost (seed_code/model-deploy/deploy/change_report.py).
NOT_NEEDED = "not needed"
APPROVE = "Approve"


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
    shared = _Shared(seeds=seeds, packages=_packages(context, roles), starter=pipeline_starter(context, roles.scope))
    build = _build_pipeline(context, roles, shared)
    builds = _delivery_builds(context, roles)
    deploy = _deploy_pipeline(context, roles, shared, builds)
    back = _rollback_pipeline(context, roles, shared, builds)
    release_recorder(context, roles.scope)
    if context.settings.approval_link_hours:
        page = approval_page(context, roles.scope, APPROVE)
        pulumi.export("approvalPage", page.url)
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


def _build_project(
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


def _packages(context: ProjectContext, roles: ProjectRoles) -> BuildProject:
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
    build = _build_project(
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
    event = pipelines.object_created(context.artifacts_bucket, key)
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


def _delivery_builds(context: ProjectContext, roles: ProjectRoles) -> rollback.DeliveryBuilds:
    render = _build_project(
        context,
        "deploy",
        "Renders the parameters of the approved model",
        "buildspec-render.yml",
        roles.deploy.arn,
        {"RELEASES": f"s3://{context.artifacts_bucket}/{context.settings.id}/releases"},
    )
    compares = ["compare"] if context.compares_models() else []
    tests = {
        purpose: _build_project(
            context, f"deploy-{purpose}", "Calls the endpoints", f"buildspec-{purpose}.yml", roles.deploy_test.arn
        )
        for purpose in ("test", "verify", *compares)
    }
    changes = _build_project(
        context,
        "deploy-changes",
        "Says what a release would change",
        "buildspec-changes.yml",
        roles.deploy.arn,
        {"RELEASES": f"s3://{context.artifacts_bucket}/{context.settings.id}/releases"},
    )
    return rollback.DeliveryBuilds(render=render, tests=tests, changes=changes)


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
        stages.append(_changes(context, stage, builds.changes))
        first = []
        if stage == "production":
            stages.append(_approval(context))
            environment = {**package, "STEP": "approved", **_whether_asked(context)}
            first = [pipelines.build("Approver", builds.render.name, environment=environment)]
        stages += _release(context, roles, stage, builds.tests, first=first)
    return _pipeline(
        context,
        "deploy",
        roles.deploy_pipeline.arn,
        stages,
        event=pipelines.model_approved(context.project_names.group()),
        why="A model of the project was approved",
        variable=pipelines.PACKAGE,
        shared=shared,
        skips=_skips(context),
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
        event=pipelines.served_model_rejected(context.project_names.release_events()),
        why="The version that production serves was rejected",
        variable=pipelines.STAGE,
        more=pipelines.ROLLBACK,
        shared=shared,
    )


def _changes(context: ProjectContext, stage: str, build: BuildProject) -> pipelines.Stage:
    """What the release would change in the stage's accounts, asked before it changes."""
    folder = f"s3://{context.artifacts_bucket}/{context.project_names.artifact_folder('deploy')}/changes"
    environment = {"STAGE": stage, "CHANGES_URI": f"{folder}/{pipelines.EXECUTION}"}
    namespace = _changes_namespace(stage)
    action = pipelines.build(
        "Changes", build.name, inputs=["Rendered"], outputs=[namespace], environment=environment, namespace=namespace
    )
    return pipelines.Stage(name=namespace, actions=[action])


def _changes_namespace(stage: str) -> str:
    return f"Changes{stage.capitalize()}"


def _approval(context: ProjectContext) -> pipelines.Stage:
    """A person's yes to production, who reads what would change there."""
    topic, namespace = context.data_science.alarm_topic_arn, _changes_namespace("production")
    question = f"{approval_question(context)} #{{{namespace}.CHANGES}}"
    return pipelines.Stage(name=APPROVE, actions=[pipelines.approval(topic, question)])


def _skips(context: ProjectContext) -> dict[str, list[pipelines.Skip]]:
    """Where the settings ask it, nobody is asked about a change that takes nothing from production."""
    if context.settings.deployments.production.approval == "always":
        return {}
    variable = f"#{{{_changes_namespace('production')}.APPROVAL}}"
    return {APPROVE: [pipelines.Skip("TakesSomething", variable, NOT_NEEDED)]}


def _whether_asked(context: ProjectContext) -> dict[str, str]:
    """What the look before production is told, where not every release waits for an approver."""
    if context.settings.deployments.production.approval == "always":
        return {}
    return {"APPROVAL": f"#{{{_changes_namespace('production')}.APPROVAL}}"}


def approval_question(context: ProjectContext) -> str:
    """What the approver is asked, who reads what was tested before, or why nothing was."""
    # Without staging there is a reason: `settings.stages`.
    untested = f"Nothing was tested before: {context.settings.without_staging}. "
    tested = "Staging serves and has been tested. " if "staging" in context.stages else untested
    return f"{tested}Let project {context.settings.id} into production?"


def _release(
    context: ProjectContext,
    roles: ProjectRoles,
    stage: str,
    tests: Mapping[str, BuildProject],
    *,
    fully: bool = True,
    first: Sequence[pipelines.Action] = (),
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
    release = pipelines.Stage(
        name=stage.capitalize(), actions=[*first, *pipelines.stack_set(to_stage, "Rendered", after=len(first))]
    )
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
