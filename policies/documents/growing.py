"""The documents that speak of all workload accounts, as the data science and project stacks render them.

From plain values instead of stacks: what they come to with one account or five hundred can be measured and proved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from catalog import names
from policies.documents import buckets, endpoints, keys, project_roles, shared
from policies.documents.accounts import WorkloadAccounts
from policies.documents.project_place import ProjectPlace


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A workload account: what the data science stack knows of it."""

    account: str
    stage: str
    s3_endpoint: str
    kms_endpoint: str


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A data science stack with its workload accounts. `key_arns` are its keys' by purpose."""

    partition: str = "aws"
    region: str
    home: str
    prefix: str
    stack: str
    s3_endpoint: str
    kms_endpoint: str
    key_arns: Mapping[str, str]
    deployers: Sequence[str]
    workloads: Sequence[Workload]
    organization_paths: Sequence[str] = field(default=())

    @cached_property
    def accounts(self) -> WorkloadAccounts:
        """All workload accounts."""
        return self.accounts_of([workload.account for workload in self.workloads])

    def accounts_of(self, ids: Sequence[str]) -> WorkloadAccounts:
        """Some of the workload accounts."""
        return WorkloadAccounts(
            partition=self.partition,
            home=self.home,
            ids=sorted(set(ids)),
            organization_paths=self.organization_paths,
        )

    @property
    def here(self) -> names.Names:
        """Names of the data science stack."""
        return names.Names(self.prefix, self.stack)

    def bucket_arn(self, purpose: str) -> str:
        """ARN of one of the stack's buckets."""
        return f"arn:{self.partition}:s3:::{self.here.bucket(purpose, self.home, self.region)}"

    def models_bucket(self) -> str:
        """Policy of the models bucket."""
        return buckets.models_bucket(
            self.bucket_arn("models"),
            self.key_arns["models"],
            accounts=self.accounts,
            readers=self._model_roles(),
            s3_endpoints=sorted([self.s3_endpoint, *(workload.s3_endpoint for workload in self.workloads)]),
            deployers=self.deployers,
        )

    def models_key(self) -> str:
        """Policy of the models bucket's key."""
        place = keys.Place(partition=self.partition, account=self.home, region=self.region)
        roles = f"arn:{self.partition}:iam::{self.home}:role/{self.prefix}/projects/*/{self.prefix}-*-"
        return keys.models_key(
            place,
            builders=[f"{roles}{kind}" for kind in names.BUILDERS],
            accounts=self.accounts,
            readers=self._model_roles(),
            bucket_arn=self.bucket_arn("models"),
            kms_endpoints=sorted([self.kms_endpoint, *(workload.kms_endpoint for workload in self.workloads)]),
        )

    def _model_roles(self) -> list[str]:
        named = [(one.account, f"{self.prefix}-{one.stage}-*-{names.MODEL}") for one in self.workloads]
        return self.accounts.roles(f"/{self.prefix}/projects/*/", named)

    def image_repository(self) -> str:
        """Policy of the model image's repository."""
        path, name = f"/{self.prefix}/projects/*/", f"{self.prefix}-*-{names.MODEL}"
        return shared.image_repository(self.accounts, path, name)

    def interface_endpoint(self) -> str:
        """Policy of the data science account's interface endpoints."""
        return endpoints.interface_endpoint(self._all_accounts(), self.accounts.paths)

    def s3_endpoint_policy(self) -> str:
        """Policy of the data science account's S3 endpoint."""
        return endpoints.s3_endpoint(self.partition, self.region, self._all_accounts(), self.accounts.paths)

    def _all_accounts(self) -> list[str]:
        return sorted({self.home, *self.accounts.ids})

    def stack_set_administration(self, project: str) -> str:
        """Policy of the role that a project's StackSets enter all workload accounts from."""
        mine = names.ProjectNames(self.prefix, project)
        roles = [(one.account, mine.stage_role(one.stage, names.STACK_SET_EXECUTION)) for one in self.workloads]
        return project_roles.stack_set_administration(self.accounts, names.STACK_SET_EXECUTION_PATH, roles)

    def model_group(self, project: str) -> str:
        """Policy of a project's model package group, of a project that all workload accounts let in."""
        return shared.model_group(self.region, names.ProjectNames(self.prefix, project).group(), self.accounts)

    def deploy_test(self, project: str) -> str:
        """Policy of the role with which a project's endpoints are tested in all workload accounts."""
        mine = names.ProjectNames(self.prefix, project)
        roles = [(one.account, mine.stage_role(one.stage, names.TEST)) for one in self.workloads]
        tests = [mine.of("deploy-test"), mine.of("deploy-verify")]
        enter = self.accounts.enter("EnterTestRoles", mine.path(), roles)
        return project_roles.deploy_test(self._place(mine), enter, tests)

    def _place(self, mine: names.ProjectNames) -> ProjectPlace:
        repository = f"repository/{self.prefix}/model"
        return ProjectPlace(
            partition=self.partition,
            account=self.home,
            region=self.region,
            project=mine.project,
            parameters=mine.parameters(self.stack),
            group=mine.group(),
            pipeline=mine.pipeline(),
            build_folder=mine.artifact_folder("build"),
            deploy_folder=mine.artifact_folder("deploy"),
            data_bucket=self.bucket_arn("data"),
            models_bucket=self.bucket_arn("models"),
            artifacts_bucket=self.bucket_arn("artifacts"),
            data_key=self.key_arns["data"],
            models_key=self.key_arns["models"],
            volume_key=self.key_arns["volumes"],
            operations_key=self.key_arns["operations"],
            image_repository=f"arn:{self.partition}:ecr:{self.region}:{self.home}:{repository}",
        )
