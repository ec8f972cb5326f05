"""A platform of plain values, to measure the sizes of its documents with any number of workload accounts.

The shared documents are those of `shared_documents`, as the data science stack renders them; beside them stand the
documents of one project that name every workload account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

from catalog import names
from catalog.roles import RoleKind
from catalog.scope import Scope
from policies.documents import delivery_roles, release_recorder, shared
from policies.documents.accounts import WorkloadAccounts
from policies.documents.project_scope import ProjectScope
from policies.documents.shared_documents import SharedDocuments, WorkloadAccount
from policies.documents.statement import Statement


@dataclass(frozen=True, kw_only=True)
class ProjectedPlatform:
    """A data science stack with its workload accounts. `key_arns` are its keys' by purpose."""

    partition: str = "aws"
    region: str
    account: str
    prefix: str
    stack: str
    s3_endpoint: str
    kms_endpoint: str
    key_arns: Mapping[str, str]
    deployers: Sequence[str]
    workloads: Sequence[WorkloadAccount]
    organization_paths: Sequence[str] = field(default=())

    @cached_property
    def scope(self) -> Scope:
        """The data science account."""
        return Scope(partition=self.partition, account=self.account, region=self.region, prefix=self.prefix)

    @cached_property
    def documents(self) -> SharedDocuments:
        """Its shared documents."""
        return SharedDocuments(
            scope=self.scope,
            models_bucket=self.bucket_arn("models"),
            deployers=self.deployers,
            workloads=self.workloads,
            organization_paths=self.organization_paths,
        )

    @cached_property
    def accounts(self) -> WorkloadAccounts:
        """All workload accounts."""
        return self.documents.accounts

    def bucket_arn(self, purpose: str) -> str:
        """ARN of one of the stack's buckets."""
        return self.scope.bucket_arn(names.Names(self.prefix, self.stack).bucket_in(self.scope, purpose))

    def models_bucket(self) -> str:
        """Policy of the models bucket."""
        return self.documents.models_bucket_policy(self.key_arns["models"], self.s3_endpoint)

    def models_key(self) -> str:
        """Policy of the models bucket's key."""
        return self.documents.models_key_policy(self.kms_endpoint)

    def image_repository(self) -> str:
        """Policy of the model image's repository."""
        return self.documents.image_repository_policy()

    def function_repository(self) -> str:
        """Policy of the repository of APIs' functions."""
        return self.documents.function_repository_policy()

    def code_bucket(self) -> str:
        """Policy of the bucket of APIs' functions."""
        return self.documents.code_bucket_policy(self.bucket_arn("code"), self.key_arns["code"])

    def code_key(self) -> str:
        """Policy of that bucket's key."""
        kind = RoleKind.IMAGE_BUILD
        builder = self.scope.role_arn(names.path_of(kind, self.prefix), names.Names(self.prefix, self.stack).role(kind))
        return self.documents.code_key_policy(self.bucket_arn("code"), builder)

    def interface_endpoint(self) -> str:
        """Policy of the data science account's interface endpoints."""
        return self.documents.interface_endpoint_policy()

    def s3_endpoint_policy(self) -> str:
        """Policy of the data science account's S3 endpoint."""
        return self.documents.s3_endpoint_policy()

    def stack_set_administration(self, project: str) -> str:
        """Policy of the role that a project's StackSets enter all workload accounts from."""
        return delivery_roles.stack_set_administration(
            self.accounts, self._workload_roles(project, RoleKind.STACK_SET_EXECUTION)
        )

    def model_group(self, project: str) -> str:
        """Policy of a project's model package group, of a project that all workload accounts let in."""
        return shared.model_group(names.ProjectNames(self.prefix, project).group(), self.accounts)

    def deploy_test(self, project: str) -> str:
        """Policy of the role with which a project's endpoints are tested in all workload accounts."""
        project_names = names.ProjectNames(self.prefix, project)
        tests = [project_names.name("deploy-test"), project_names.name("deploy-verify")]
        roles = self._workload_roles(project, RoleKind.TEST)
        return delivery_roles.deploy_test(self._project_scope(project_names), self.accounts, roles, tests)

    def deploy(self, project: str) -> str:
        """Policy of the role that renders a project's releases, and asks what they would change in all accounts."""
        project_names = names.ProjectNames(self.prefix, project)
        return delivery_roles.deploy(
            self._project_scope(project_names),
            self.accounts,
            self._workload_roles(project, RoleKind.CHANGE_SET),
            build_projects=[project_names.name("deploy"), project_names.name("deploy-changes")],
            stack_sets=[project_names.stack_set(stage) for stage in names.STAGES],
            pipelines=[project_names.code_pipeline(purpose) for purpose in ("deploy", "rollback")],
        )

    def see_what_serves(self, project: str) -> Statement:
        """The statement by which a project's release recorder looks at endpoints in all workload accounts."""
        roles = self._workload_roles(project, RoleKind.RELEASE_READER)
        return release_recorder.see_what_serves(
            self._project_scope(names.ProjectNames(self.prefix, project)), self.accounts, roles
        )

    def _workload_roles(self, project: str, kind: RoleKind) -> list[tuple[str, str]]:
        project_names = names.ProjectNames(self.prefix, project)
        return [(each.account, project_names.stage_role(each.stage, kind)) for each in self.workloads]

    def _project_scope(self, project_names: names.ProjectNames) -> ProjectScope:
        return ProjectScope(
            **asdict(self.scope),
            project=project_names.project,
            parameters=project_names.parameters(self.stack),
            group=project_names.group(),
            pipeline=project_names.pipeline(),
            build_folder=project_names.artifact_folder("build"),
            deploy_folder=project_names.artifact_folder("deploy"),
            rollback_folder=project_names.artifact_folder("rollback"),
            data_bucket=self.bucket_arn("data"),
            models_bucket=self.bucket_arn("models"),
            artifacts_bucket=self.bucket_arn("artifacts"),
            data_key=self.key_arns["data"],
            models_key=self.key_arns["models"],
            volume_key=self.key_arns["volumes"],
            operations_key=self.key_arns["operations"],
            image_repository=self.scope.arn("ecr", f"repository/{self.prefix}/model"),
        )
