"""A project: its roles, its registry group, its build and deploy pipelines, and what they find it by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

import delivery
from catalog import names
from components import pipelines
from components.build_project import BuildProject, BuildProjectArgs
from components.discovery import Discovery, DiscoveryArgs
from components.model_registry import ModelRegistry, ModelRegistryArgs
from components.pipelines import Pipeline, PipelineArgs
from components.release_cleaner import ReleaseCleaner, ReleaseCleanerArgs
from settings.model import ProjectSettings
from stacks import releases, repositories
from stacks.account import common_tags
from stacks.project_place import Project
from stacks.project_roles import ProjectRoles

# Training is waited for in the build; its own steps have limits of theirs.
BUILD_MINUTES = 480


def project(stack: str, settings: ProjectSettings) -> None:
    """Declare a project."""
    it = Project(stack, settings)
    registry = _registry(it)
    roles = ProjectRoles(it)
    seeds = [_seed(it, "model-build", {}), _seed(it, "model-deploy", {"template.json": delivery.render()})]
    build = _build_pipeline(it, roles, seeds)
    deploy = _deploy_pipeline(it, roles)
    _cleaner(it, roles)
    _discovery(it, registry, roles)
    pulumi.export("project", settings.id)
    pulumi.export("account", settings.account)
    pulumi.export("buildPipeline", build.name)
    pulumi.export("deployPipeline", deploy.name)
    pulumi.export("modelPackageGroup", registry.name)
    pulumi.export("parameters", it.parameters)
    pulumi.export("dataUri", _uri(it, it.home.data_bucket))
    pulumi.export("sourceUri", f"s3://{it.artifacts_bucket}/{_source_key(it, 'model-build')}")
    pulumi.export("endpoints", {stage: it.names.endpoint(stage) for stage in it.stages})


def _uri(it: Project, bucket: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.format("s3://{0}/{1}", bucket, it.settings.id)


def _source_key(it: Project, repository: str) -> str:
    return f"{it.settings.id}/source/{repository}.zip"


def _registry(it: Project) -> ModelRegistry:
    settings = it.settings
    args = ModelRegistryArgs(
        group=it.names.group(), description=settings.description, region=settings.region, accounts=it.accounts()
    )
    return ModelRegistry("registry", args, it.options())


def _seed(it: Project, repository: str, extra: dict[str, str]) -> pulumi.Resource:
    """The repository's first version. From then on it is the team's: the platform never writes over it."""
    return aws.s3.BucketObjectv2(
        f"seed-{repository}",
        bucket=it.home.artifacts_bucket,
        key=_source_key(it, repository),
        source=repositories.repository(repository, extra),
        kms_key_id=it.home.data_key_arn,
        server_side_encryption="aws:kms",
        opts=pulumi.ResourceOptions(provider=it.provider, ignore_changes=["source"]),
    )


def _build_project(
    it: Project, purpose: str, description: str, buildspec: str, role: pulumi.Input[str]
) -> BuildProject:
    index = it.settings.package_index
    args = BuildProjectArgs(
        name=it.names.of(purpose),
        description=description,
        buildspec=buildspec,
        role_arn=role,
        vpc_id=it.home.vpc_id,
        subnet_ids=it.home.subnet_ids,
        security_group_id=it.home.workload_security_group_id,
        artifacts_key_arn=it.home.data_key_arn,
        logs_key_arn=it.home.operations_key_arn,
        environment={"MLOPS_PARAMETERS": it.parameters, **({"UV_DEFAULT_INDEX": index} if index else {})},
        timeout_minutes=BUILD_MINUTES,
    )
    return BuildProject(purpose, args, it.options())


def _pipeline(
    it: Project,
    roles: ProjectRoles,
    purpose: str,
    role: pulumi.Input[str],
    stages: Sequence[pipelines.Stage],
    *,
    event: str,
    why: str,
    after: Sequence[pulumi.Resource] = (),
) -> Pipeline:
    args = PipelineArgs(
        name=it.names.code_pipeline(purpose),
        role_arn=role,
        bucket=it.home.artifacts_bucket,
        key_arn=it.home.data_key_arn,
        stages=stages,
        events_role_arn=roles.events.arn,
        event=event,
        event_description=why,
    )
    options = pulumi.ResourceOptions(provider=it.provider, depends_on=list(after))
    return Pipeline(f"{purpose}-pipeline", args, options)


def _build_pipeline(it: Project, roles: ProjectRoles, seeds: Sequence[pulumi.Resource]) -> Pipeline:
    build = _build_project(
        it, "build", "Tests the code, defines and runs the training", "buildspec.yml", roles.build.arn
    )
    key = _source_key(it, "model-build")
    stages = [
        pipelines.source(it.home.artifacts_bucket, key),
        pipelines.Stage(name="Build", actions=[pipelines.build("Train", build.name)]),
    ]
    event = pipelines.object_created(it.artifacts_bucket, key)
    # After the seed: a repository that nobody has touched is no reason to train.
    return _pipeline(
        it, roles, "build", roles.build_pipeline.arn, stages, event=event, why="The repository changed", after=seeds
    )


def _deploy_pipeline(it: Project, roles: ProjectRoles) -> Pipeline:
    render = _build_project(
        it, "deploy", "Renders the parameters of the approved model", "buildspec-render.yml", roles.deploy.arn
    )
    tests = {
        purpose: _build_project(
            it, f"deploy-{purpose}", "Calls the endpoints", f"buildspec-{purpose}.yml", roles.deploy_test.arn
        )
        for purpose in ("test", "verify")
    }
    stages = [
        pipelines.source(it.home.artifacts_bucket, _source_key(it, "model-deploy")),
        pipelines.Stage(name="Render", actions=[pipelines.build("Render", render.name, outputs=["Rendered"])]),
    ]
    for stage in it.stages:
        if stage == "production":
            stages.append(_approval(it))
        stages += _release(it, roles, stage, tests)
    return _pipeline(
        it,
        roles,
        "deploy",
        roles.deploy_pipeline.arn,
        stages,
        event=pipelines.model_approved(it.names.group()),
        why="A model of the project was approved",
    )


def _approval(it: Project) -> pipelines.Stage:
    question = f"Staging serves and has been tested. Let project {it.settings.id} into production?"
    return pipelines.Stage(name="Approve", actions=[pipelines.approval(it.home.alarm_topic_arn, question)])


def _release(it: Project, roles: ProjectRoles, stage: str, tests: Mapping[str, BuildProject]) -> list[pipelines.Stage]:
    workloads = it.of_stage(stage)
    to_stage = pipelines.Delivery(
        stage=stage,
        stack_set=it.names.stack_set(stage),
        accounts=workloads.apply(lambda there: sorted({w["account"] for w in there})),
        regions=workloads.apply(lambda there: sorted({w["region"] for w in there})),
        administration_role_arn=roles.administration.arn,
        execution_role=it.names.stage_role(stage, names.STACK_SET_EXECUTION),
    )
    # Production serves people: its requests are not spent on a full test.
    purpose = "verify" if stage == "production" else "test"
    check = pipelines.build(
        purpose.capitalize(), tests[purpose].name, inputs=["Rendered"], category="Test", environment={"STAGE": stage}
    )
    return [
        pipelines.Stage(name=stage.capitalize(), actions=pipelines.stack_set(to_stage, "Rendered")),
        pipelines.Stage(name=f"{purpose.capitalize()}{stage.capitalize()}", actions=[check]),
    ]


def _cleaner(it: Project, roles: ProjectRoles) -> None:
    args = ReleaseCleanerArgs(
        name=it.names.of("release-cleaner"),
        code=repositories.function("release_cleaner"),
        role_arn=roles.release_cleaner.arn,
        logs_key_arn=it.home.operations_key_arn,
        # Production last in, first out.
        stack_sets=[it.names.stack_set(stage) for stage in reversed(it.stages)],
    )
    ReleaseCleaner("release-cleaner", args, it.options())


def _discovery(it: Project, registry: ModelRegistry, roles: ProjectRoles) -> None:
    settings, home = it.settings, it.home
    stages = pulumi.Output.all(**{stage: it.of_stage(stage) for stage in it.stages}).apply(
        lambda found: releases.stages(settings, found)
    )
    tags = common_tags(it.stack, settings)
    args = DiscoveryArgs(
        root=it.parameters,
        parameters={
            "id": settings.id,
            "pipeline/name": it.names.pipeline(),
            "roles/pipeline": roles.pipeline.arn,
            "roles/processing": roles.processing.arn,
            "roles/training": roles.training.arn,
            "registry/group": registry.name,
            "image/uri": home.image_uri,
            "network/subnet-ids": pulumi.Output.from_input(home.subnet_ids).apply(",".join),
            "network/security-group-ids": home.workload_security_group_id,
            "keys/data": home.data_key_arn,
            "keys/models": home.models_key_arn,
            "keys/volumes": home.volume_key_arn,
            "storage/data-uri": _uri(it, home.data_bucket),
            "storage/artifacts-uri": _uri(it, home.artifacts_bucket),
            "storage/models-uri": _uri(it, home.models_bucket),
            "gate/metric": str(settings.gate.metric),
            "gate/threshold": repr(settings.gate.threshold),
            "deploy/stages": stages,
        },
        group=it.names.of("resources"),
        tags={"platform": tags["platform"], "project": settings.id},
    )
    Discovery("discovery", args, it.options())
