"""The roles of a project in the data science account."""

from __future__ import annotations

from collections.abc import Callable

import pulumi

import names
from components.rendering import rendered
from components.role import Role, RoleArgs
from policies.documents import project_roles as documents
from policies.documents.buckets import PROJECT_TAG
from policies.documents.project_roles import ProjectPlace
from policies.documents.trust import role_trust, service_trust
from stacks.project_place import Project

SAGEMAKER, CODEBUILD, CODEPIPELINE = "sagemaker.amazonaws.com", "codebuild.amazonaws.com", "codepipeline.amazonaws.com"


class ProjectRoles:
    """One role for each kind of work, all under the project's path and tagged with it."""

    def __init__(self, it: Project) -> None:
        self._it = it
        self._place = _place(it)
        mine = it.names
        self.processing = self._role("processing", SAGEMAKER, documents.processing)
        self.training = self._role("training", SAGEMAKER, documents.training)
        self.pipeline = self._role(
            "pipeline", SAGEMAKER, lambda place: documents.pipeline(place, self._own("processing", "training"))
        )
        build, render = mine.of("build"), mine.of("deploy")
        tests = [mine.of("deploy-test"), mine.of("deploy-verify")]
        self.build = self._role(
            "build", CODEBUILD, lambda place: documents.build(place, self._own("pipeline")[0], build)
        )
        self.deploy = self._role("deploy", CODEBUILD, lambda place: documents.deploy(place, render))
        self.deploy_test = self._deploy_test(tests)
        self.build_pipeline = self._role(
            "build-pipeline", CODEPIPELINE, lambda place: documents.build_pipeline(place, build)
        )
        self.deploy_pipeline = self._deploy_pipeline([render, *tests])
        pipelines = [mine.code_pipeline("build"), mine.code_pipeline("deploy")]
        self.events = self._role("events", "events.amazonaws.com", lambda place: documents.events(place, pipelines))
        self.release_cleaner = self._release_cleaner()
        self.publish = self._publish(mine.code_pipeline("build"))

    def _own(self, *purposes: str) -> list[str]:
        """ARNs of roles of this project, before they exist."""
        it = self._it
        return [
            names.role_arn(it.partition, it.settings.account, it.names.path(), it.names.role(purpose))
            for purpose in purposes
        ]

    def _role(self, purpose: str, service: str, policy: Callable[[ProjectPlace], str]) -> Role:
        return self._with_policy(purpose, service, self._place.apply(policy))

    def _with_policy(self, purpose: str, service: str, policy: pulumi.Input[str]) -> Role:
        # Lambda sends no source with AssumeRole, so its trust cannot ask for one.
        guarded = service != "lambda.amazonaws.com"
        return self._trusting(purpose, service_trust(service, self._it.settings.account, guarded=guarded), policy)

    def _trusting(self, purpose: str, trust: pulumi.Input[str], policy: pulumi.Input[str]) -> Role:
        it = self._it
        args = RoleArgs(
            name=it.names.role(purpose),
            path=it.names.path(),
            description=f"{purpose} of project {it.settings.id}",
            trust=trust,
            policy=policy,
            tags={PROJECT_TAG: it.settings.id},
        )
        return Role(f"role-{purpose}", args, it.options())

    def _deploy_test(self, test_projects: list[str]) -> Role:
        it = self._it

        def policy(known: list[object]) -> str:
            place, *stages = known
            roles = [
                names.role_arn(it.partition, w["account"], it.names.path(), it.names.stage_role(w["stage"], names.TEST))
                for workloads in stages
                for w in workloads  # type: ignore[attr-defined]
            ]
            return documents.deploy_test(place, roles, test_projects)  # type: ignore[arg-type]

        stages = [it.of_stage(stage) for stage in it.stages]
        return self._with_policy("deploy-test", CODEBUILD, pulumi.Output.all(self._place, *stages).apply(policy))

    def _deploy_pipeline(self, builds: list[str]) -> Role:
        it = self._it
        policy = pulumi.Output.all(
            self._place, it.home.stack_set_administration_role_arn, it.home.alarm_topic_arn
        ).apply(
            lambda known: documents.deploy_pipeline(
                known[0],
                build_projects=builds,
                stack_sets=[it.names.stack_set(stage) for stage in it.stages],
                administration_role=known[1],
                topic=known[2],
            )
        )
        return self._with_policy("deploy-pipeline", CODEPIPELINE, policy)

    def _publish(self, build_pipeline: str) -> Role:
        it = self._it
        trust = rendered(
            role_trust, partition=it.partition, account=it.settings.account, role_arns=[it.home.scientist_role_arn]
        )
        policy = self._place.apply(lambda place: documents.publish(place, build_pipeline))
        return self._trusting(names.PUBLISH, trust, policy)

    def _release_cleaner(self) -> Role:
        it = self._it
        sets = [it.names.stack_set(stage) for stage in it.stages]
        function = it.names.of("release-cleaner")
        policy = pulumi.Output.all(self._place, it.home.stack_set_administration_role_arn).apply(
            lambda known: documents.release_cleaner(known[0], sets, known[1], function)
        )
        return self._with_policy("release-cleaner", "lambda.amazonaws.com", policy)


def _place(it: Project) -> pulumi.Output[ProjectPlace]:
    settings, home = it.settings, it.home

    def place(known: dict[str, str]) -> ProjectPlace:
        buckets = {
            f"{name}_bucket": f"arn:{it.partition}:s3:::{known.pop(name)}" for name in ("data", "models", "artifacts")
        }
        return ProjectPlace(
            partition=it.partition,
            account=settings.account,
            region=settings.region,
            project=settings.id,
            parameters=it.parameters,
            group=it.names.group(),
            pipeline=it.names.pipeline(),
            artifact_folders=[it.names.artifact_folder(purpose) for purpose in ("build", "deploy")],
            **buckets,
            **known,
        )

    return pulumi.Output.all(
        data=home.data_bucket,
        models=home.models_bucket,
        artifacts=home.artifacts_bucket,
        data_key=home.data_key_arn,
        models_key=home.models_key_arn,
        volume_key=home.volume_key_arn,
        operations_key=home.operations_key_arn,
        image_repository=home.image_repository_arn,
    ).apply(place)
