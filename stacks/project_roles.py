"""The roles of a project in the data science account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pulumi

from catalog.roles import ROLES, RoleKind
from components.role import Role, RoleArgs
from policies.documents import build_roles, delivery_roles, project_people
from policies.documents import project_roles as documents
from policies.documents.accounts import WorkloadAccounts
from policies.documents.buckets import PROJECT_TAG
from policies.documents.project_scope import ProjectScope
from policies.documents.trust import publisher_trust, service_trust, sign_in_trust
from stacks.existing import existing_of_project
from stacks.existing_roles import ExistingRole, stack_set_administration
from stacks.project_context import ProjectContext


class ProjectRoles:
    """One role for each kind of work, all under the project's path and tagged with it."""

    def __init__(self, context: ProjectContext) -> None:
        self._context = context
        self.scope = _project_scope(context)
        project = context.project_names
        build, packages = project.name("build"), project.name("packages")
        render, changes = project.name("deploy"), project.name("deploy-changes")
        tests = documents.builds_of_tests(project, compares=context.compares_models())
        build_pipeline, deploy_pipeline = project.code_pipeline("build"), project.code_pipeline("deploy")
        self.processing = self._service_role(RoleKind.PROCESSING, documents.processing)
        self.training = self._service_role(RoleKind.TRAINING, documents.training)
        self.pipeline = self._training_pipeline()
        self.build = self._service_role(
            RoleKind.BUILD,
            lambda scope: documents.build(scope, project.role_arn(scope, RoleKind.PIPELINE), build),
        )
        self.packages = self._service_role(RoleKind.PACKAGES, lambda scope: build_roles.packages(scope, packages))
        self.deploy = self._deploy([render, changes])
        self.deploy_test = self._deploy_test(tests)
        self.administration = self._administration()
        self.build_pipeline = self._service_role(
            RoleKind.BUILD_PIPELINE, lambda scope: documents.build_pipeline(scope, [packages, build])
        )
        self.deploy_pipeline = self._deploy_pipeline([packages, render, changes, *tests])
        self.publish = self._publish(build_pipeline)
        if context.settings.administrators:
            self._team_administrator(build_pipeline, deploy_pipeline, [build, render, changes, *tests])

    def _service_role(self, kind: RoleKind, policy: Callable[[ProjectScope], str]) -> Role:
        return self._with_policy(kind, self.scope.apply(policy))

    def _with_policy(self, kind: RoleKind, policy: pulumi.Input[str]) -> Role:
        """A role for an AWS service, acting for the project's own resources in this account and region."""
        scope, service = self._context.scope, ROLES[kind].assumed_by
        compares = self._context.compares_models()
        sources = documents.service_sources(self._context.project_names, compares=compares).get(kind, [])
        source_arns = [scope.arn(service, source) for source in sources]
        trust = service_trust(f"{service}.amazonaws.com", scope.account, source_arns=source_arns)
        return self._role(kind, trust, policy)

    def _role(self, kind: RoleKind, trust: pulumi.Input[str], policy: pulumi.Input[str]) -> Role:
        context = self._context
        project = context.settings.id
        args = RoleArgs(
            kind=kind,
            name=context.project_names.role(kind),
            path=ROLES[kind].iam_path(context.settings.prefix, project),
            description=f"{kind} of project {project}",
            trust=trust,
            policy=policy,
            boundary=context.boundary,
            tags={PROJECT_TAG: project},
        )
        return Role(f"role-{kind}", args, context.child_options())

    def _training_pipeline(self) -> Role:
        project, scope = self._context.project_names, self._context.scope
        jobs = [project.role_arn(scope, kind) for kind in (RoleKind.PROCESSING, RoleKind.TRAINING)]
        return self._service_role(RoleKind.PIPELINE, lambda scope: documents.pipeline(scope, jobs))

    def _deploy(self, builds: list[str]) -> Role:
        context = self._context

        def policy(scope: ProjectScope, accounts: WorkloadAccounts, roles: list[tuple[str, str]]) -> str:
            return delivery_roles.deploy(
                scope,
                accounts,
                roles,
                build_projects=builds,
                stack_sets=context.stack_sets(),
                pipelines=[context.project_names.code_pipeline(purpose) for purpose in ("deploy", "rollback")],
            )

        values = pulumi.Output.all(self.scope, context.workload_accounts(), context.workload_roles(RoleKind.CHANGE_SET))
        return self._with_policy(RoleKind.DEPLOY, values.apply(lambda known: policy(*known)))

    def _deploy_test(self, test_projects: list[str]) -> Role:
        context = self._context

        def policy(scope: ProjectScope, accounts: WorkloadAccounts, roles: list[tuple[str, str]]) -> str:
            return delivery_roles.deploy_test(scope, accounts, roles, test_projects)

        values = pulumi.Output.all(self.scope, context.workload_accounts(), context.workload_roles(RoleKind.TEST))
        return self._with_policy(RoleKind.DEPLOY_TEST, values.apply(lambda known: policy(*known)))

    def _administration(self) -> Role | ExistingRole:
        context = self._context
        existing = existing_of_project(context.settings, context.provider)
        if existing is not None:
            return existing
        executions = context.workload_roles(RoleKind.STACK_SET_EXECUTION)
        policy = pulumi.Output.all(context.workload_accounts(), executions).apply(
            lambda known: delivery_roles.stack_set_administration(known[0], known[1])
        )
        return self._role(RoleKind.STACK_SET_ADMINISTRATION, stack_set_administration(context.settings).trust, policy)

    def _deploy_pipeline(self, builds: list[str]) -> Role:
        context = self._context
        topic = context.data_science.alarm_topic_arn
        policy = pulumi.Output.all(self.scope, self.administration.arn, topic).apply(
            lambda known: delivery_roles.deploy_pipeline(
                known[0],
                build_projects=builds,
                stack_sets=context.stack_sets(),
                administration_role=known[1],
                topic=known[2],
            )
        )
        return self._with_policy(RoleKind.DEPLOY_PIPELINE, policy)

    def _publish(self, build_pipeline: str) -> Role:
        context = self._context

        def trust(scientists: list[dict[str, Any]]) -> str:
            own = [scientist["role"] for scientist in scientists if context.settings.id in scientist["projects"]]
            return publisher_trust(context.scope, own)

        policy = self.scope.apply(lambda scope: project_people.publish(scope, build_pipeline))
        scientists = pulumi.Output.from_input(context.data_science.scientists)
        return self._role(RoleKind.PUBLISH, scientists.apply(trust), policy)

    def _team_administrator(self, build_pipeline: str, deploy_pipeline: str, builds: list[str]) -> Role:
        project = self._context.project_names
        lost_events = {
            project.dead_letters(): project.role(RoleKind.PIPELINE_STARTER),
            project.release_dead_letters(): project.role(RoleKind.RELEASE_RECORDER),
        }
        policy = self.scope.apply(
            lambda scope: project_people.team_administrator(
                scope,
                build_pipeline=build_pipeline,
                deploy_pipeline=deploy_pipeline,
                build_projects=builds,
                lost_events=lost_events,
            )
        )
        trust = sign_in_trust(self._context.settings.administrators)
        return self._role(RoleKind.TEAM_ADMINISTRATOR, trust, policy)


def _project_scope(context: ProjectContext) -> pulumi.Output[ProjectScope]:
    project, data_science = context.project_names, context.data_science

    def scope(values: dict[str, str]) -> ProjectScope:
        buckets = {
            f"{name}_bucket": context.scope.bucket_arn(values.pop(name)) for name in ("data", "models", "artifacts")
        }
        return ProjectScope(
            **asdict(context.scope),
            project=context.settings.id,
            parameters=context.parameters,
            group=project.group(),
            pipeline=project.pipeline(),
            build_folder=project.artifact_folder("build"),
            deploy_folder=project.artifact_folder("deploy"),
            rollback_folder=project.artifact_folder("rollback"),
            **buckets,
            **values,
        )

    return pulumi.Output.all(
        data=data_science.data_bucket,
        models=data_science.models_bucket,
        artifacts=data_science.artifacts_bucket,
        data_key=data_science.data_key_arn,
        models_key=data_science.models_key_arn,
        volume_key=data_science.volume_key_arn,
        operations_key=data_science.operations_key_arn,
        image_repository=data_science.image_repository_arn,
    ).apply(scope)
