"""The roles of a project in the data science account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pulumi

from catalog import names
from catalog.roles import RoleKind
from components.role import Role, RoleArgs
from policies.documents import project_people
from policies.documents import project_roles as documents
from policies.documents.accounts import WorkloadAccounts
from policies.documents.buckets import PROJECT_TAG
from policies.documents.project_place import ProjectPlace
from policies.documents.trust import publisher_trust, service_trust, sign_in_trust
from stacks.account import boundary_of
from stacks.existing import of_project
from stacks.existing_roles import ExistingRole
from stacks.project_place import Project


class ProjectRoles:
    """One role for each kind of work, all under the project's path and tagged with it."""

    def __init__(self, it: Project) -> None:
        self._it = it
        self._place = _place(it)
        mine = it.names
        build, render = mine.of("build"), mine.of("deploy")
        tests = [mine.of("deploy-test"), mine.of("deploy-verify")]
        build_pipeline, deploy_pipeline = mine.code_pipeline("build"), mine.code_pipeline("deploy")
        self.processing = self._role("processing", "sagemaker", ["processing-job/*"], documents.processing)
        self.training = self._role("training", "sagemaker", ["training-job/*"], documents.training)
        self.pipeline = self._training_pipeline()
        self.build = self._role(
            "build",
            "codebuild",
            [f"project/{build}"],
            lambda place: documents.build(place, self._own("pipeline")[0], build),
        )
        self.deploy = self._role(
            "deploy", "codebuild", [f"project/{render}"], lambda place: documents.deploy(place, render)
        )
        self.deploy_test = self._deploy_test(tests)
        self.administration = self._administration()
        self.build_pipeline = self._role(
            "build-pipeline", "codepipeline", [build_pipeline], lambda place: documents.build_pipeline(place, build)
        )
        self.deploy_pipeline = self._deploy_pipeline(deploy_pipeline, [render, *tests])
        self.events = self._events([build_pipeline, deploy_pipeline])
        self.release_cleaner = self._release_cleaner()
        self.publish = self._publish(build_pipeline)
        if it.settings.administrators:
            self._team_administrator(build_pipeline, deploy_pipeline, [build, render, *tests])

    def _own(self, *purposes: str) -> list[str]:
        """ARNs of roles of this project, before they exist."""
        it = self._it
        return [
            names.role_arn(it.partition, it.settings.account, it.names.path(), it.names.role(purpose))
            for purpose in purposes
        ]

    def _role(self, purpose: str, service: str, sources: Sequence[str], policy: Callable[[ProjectPlace], str]) -> Role:
        return self._with_policy(purpose, service, sources, self._place.apply(policy))

    def _with_policy(self, purpose: str, service: str, sources: Sequence[str], policy: pulumi.Input[str]) -> Role:
        """A role for an AWS service, acting for the named resources of this account and region."""
        it = self._it
        here = f"arn:{it.partition}:{service}:{it.settings.region}:{it.settings.account}"
        trust = service_trust(
            f"{service}.amazonaws.com", it.settings.account, source_arns=[f"{here}:{source}" for source in sources]
        )
        return self._trusting(purpose, trust, policy)

    def _trusting(
        self, purpose: str, trust: pulumi.Input[str], policy: pulumi.Input[str], path: str | None = None
    ) -> Role:
        it = self._it
        args = RoleArgs(
            kind=RoleKind(purpose),
            name=it.names.role(purpose),
            path=path or it.names.path(),
            description=f"{purpose} of project {it.settings.id}",
            trust=trust,
            policy=policy,
            boundary=boundary_of(it.settings),
            tags={PROJECT_TAG: it.settings.id},
        )
        return Role(f"role-{purpose}", args, it.options())

    def _training_pipeline(self) -> Role:
        jobs = self._own("processing", "training")
        pipeline = f"pipeline/{self._it.names.pipeline()}"
        return self._role(
            "pipeline", "sagemaker", [pipeline, f"{pipeline}/*"], lambda place: documents.pipeline(place, jobs)
        )

    def _events(self, pipelines: list[str]) -> Role:
        # A rule that starts a pipeline has the pipeline's name.
        rules = [f"rule/{pipeline}" for pipeline in pipelines]
        return self._role("events", "events", rules, lambda place: documents.events(place, pipelines))

    def _deploy_test(self, test_projects: list[str]) -> Role:
        it = self._it

        def policy(place: ProjectPlace, accounts: WorkloadAccounts, roles: list[tuple[str, str]]) -> str:
            enter = accounts.enter("EnterTestRoles", it.names.path(), roles)
            return documents.deploy_test(place, enter, test_projects)

        projects = [f"project/{name}" for name in test_projects]
        known = pulumi.Output.all(self._place, it.accounts(), self._there(names.TEST))
        return self._with_policy("deploy-test", "codebuild", projects, known.apply(lambda them: policy(*them)))

    def _there(self, purpose: str) -> pulumi.Output[list[tuple[str, str]]]:
        """Account and name of the project's roles for a purpose in the workload accounts of its stages."""
        it = self._it

        def named(stages: list[list[dict[str, Any]]]) -> list[tuple[str, str]]:
            return [(w["account"], it.names.stage_role(w["stage"], purpose)) for there in stages for w in there]

        return pulumi.Output.all(*[it.of_stage(stage) for stage in it.stages]).apply(named)

    def _administration(self) -> Role | ExistingRole:
        it = self._it
        expected = it.administration()
        existing = of_project(it.settings, it.provider, expected)
        if existing is not None:
            return existing
        policy = pulumi.Output.all(it.accounts(), self._there(names.STACK_SET_EXECUTION)).apply(
            lambda known: documents.stack_set_administration(known[0], names.STACK_SET_EXECUTION_PATH, known[1])
        )
        path = names.delivery_path(it.settings.prefix)
        return self._trusting(names.STACK_SET_ADMINISTRATION, expected.trust, policy, path)

    def _deploy_pipeline(self, name: str, builds: list[str]) -> Role:
        it = self._it
        policy = pulumi.Output.all(self._place, self.administration.arn, it.home.alarm_topic_arn).apply(
            lambda known: documents.deploy_pipeline(
                known[0],
                build_projects=builds,
                stack_sets=[it.names.stack_set(stage) for stage in it.stages],
                administration_role=known[1],
                topic=known[2],
            )
        )
        return self._with_policy("deploy-pipeline", "codepipeline", [name], policy)

    def _publish(self, build_pipeline: str) -> Role:
        it = self._it

        def trust(scientists: list[dict[str, Any]]) -> str:
            own = [scientist["role"] for scientist in scientists if it.settings.id in scientist["projects"]]
            return publisher_trust(it.partition, it.settings.account, own)

        policy = self._place.apply(lambda place: project_people.publish(place, build_pipeline))
        scientists = pulumi.Output.from_input(it.home.scientists)
        return self._trusting(names.PUBLISH, scientists.apply(trust), policy)

    def _team_administrator(self, build_pipeline: str, deploy_pipeline: str, builds: list[str]) -> Role:
        it = self._it
        policy = self._place.apply(
            lambda place: project_people.team_administrator(
                place, build_pipeline=build_pipeline, deploy_pipeline=deploy_pipeline, build_projects=builds
            )
        )
        trust = sign_in_trust(it.settings.administrators)
        return self._trusting(names.TEAM_ADMINISTRATOR, trust, policy)

    def _release_cleaner(self) -> Role:
        it = self._it
        sets = [it.names.stack_set(stage) for stage in it.stages]
        function = it.names.of("release-cleaner")
        # The role's own output, not its name alone: it goes after the function that it lets in, not before.
        policy = pulumi.Output.all(self._place, self.administration.arn).apply(
            lambda known: documents.release_cleaner(known[0], sets, known[1], function)
        )
        return self._with_policy("release-cleaner", "lambda", [], policy)


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
            build_folder=it.names.artifact_folder("build"),
            deploy_folder=it.names.artifact_folder("deploy"),
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
