"""Policies of the data science account that speak of all workload accounts.

The data science stack renders them from the outputs of the workload stacks; sizes and growth with accounts are measured
and proved on the same class, with values made up for the purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from catalog import names
from catalog.roles import MODEL_BUILDERS, ROLES, RoleKind, RolePath
from catalog.scope import Scope
from policies.documents import buckets, endpoints, keys, shared
from policies.documents.accounts import WorkloadAccounts


@dataclass(frozen=True, kw_only=True)
class WorkloadAccount:
    """A workload account as the data science stack needs to know it; endpoints are VPC endpoint ids.

    `serverless_roles` are ARNs of its model roles whose models SageMaker fetches from outside the VPC.
    """

    account: str
    stage: str
    s3_endpoint: str
    kms_endpoint: str
    serverless_roles: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class SharedDocuments:
    """Renders each shared policy from the complete list of workload accounts.

    `scope` is the data science account, `models_bucket` an ARN, `deployers` are role ARNs of those who
    list buckets from outside, `removers` of those who empty the models bucket when it is destroyed, `inspectors` is
    Macie's role where it reads the bucket. Methods take what is made together with the policy's own resource: ids of
    the data science account's endpoints, the key's ARN.
    """

    scope: Scope
    models_bucket: str
    deployers: Sequence[str]
    workloads: Sequence[WorkloadAccount]
    organization_paths: Sequence[str] = field(default=())
    removers: Sequence[str] = field(default=())
    inspectors: Sequence[str] = field(default=())

    @cached_property
    def accounts(self) -> WorkloadAccounts:
        """All workload accounts."""
        ids = sorted({workload.account for workload in self.workloads})
        return WorkloadAccounts(scope=self.scope, ids=ids, organization_paths=self.organization_paths)

    def all_accounts(self) -> list[str]:
        """Ids of the data science account and of all workload accounts."""
        return sorted({self.scope.account, *self.accounts.ids})

    def stage_roles(self, kind: RoleKind) -> list[str]:
        """ARN patterns of the workload accounts' roles of a kind: each account's own stage and path, no other role."""
        project = names.ProjectNames(self.scope.prefix, "*")
        path = ROLES[kind].iam_path(self.scope.prefix, "*")
        return self.accounts.roles(path, [(w.account, project.stage_role(w.stage, kind)) for w in self.workloads])

    def models_bucket_policy(self, key_arn: str, s3_endpoint: str) -> str:
        """Policy of the models bucket."""
        return buckets.models_bucket(
            self.models_bucket,
            key_arn,
            accounts=self.accounts,
            readers=self.stage_roles(RoleKind.MODEL),
            checkers=self._readers_of_checks(),
            s3_endpoints=sorted([s3_endpoint, *(workload.s3_endpoint for workload in self.workloads)]),
            deployers=self.deployers,
            removers=self.removers,
            inspectors=self.inspectors,
            serverless_roles=sorted({role for workload in self.workloads for role in workload.serverless_roles}),
        )

    def models_key_policy(self, kms_endpoint: str) -> str:
        """Policy of the models bucket's key."""
        project = names.ProjectNames(self.scope.prefix, "*")
        return keys.models_key(
            self.scope,
            builders=[project.role_arn(self.scope, kind) for kind in MODEL_BUILDERS],
            accounts=self.accounts,
            readers=[*self.stage_roles(RoleKind.MODEL), *self._readers_of_checks()],
            bucket_arn=self.models_bucket,
            kms_endpoints=sorted([kms_endpoint, *(workload.kms_endpoint for workload in self.workloads)]),
            inspectors=self.inspectors,
        )

    def _readers_of_checks(self) -> list[str]:
        """ARN patterns of the roles that read what endpoints are checked with, of any stage and project."""
        return [*self.stage_roles(RoleKind.ENDPOINT_CHECKER), *self.stage_roles(RoleKind.API_HOOKS)]

    def image_repository_policy(self) -> str:
        """Policy of the model image's repository."""
        # Of any stage and project: one * stands for both.
        roles = {RoleKind.MODEL: names.any_project_path(self.scope.prefix), RoleKind.STACK_SET_EXECUTION: RolePath.NONE}
        patterns = [self.accounts.role(path, f"{self.scope.prefix}-*-{kind}") for kind, path in roles.items()]
        return shared.image_repository(self.accounts, patterns)

    def _execution_roles(self) -> list[str]:
        """ARN pattern of the workload accounts' StackSet execution roles, which make functions."""
        return [self.accounts.role(RolePath.NONE, f"{self.scope.prefix}-*-{RoleKind.STACK_SET_EXECUTION}")]

    def function_repository_policy(self) -> str:
        """Policy of the repository of APIs' functions."""
        return shared.function_repository(self.accounts, self._execution_roles())

    def code_bucket_policy(self, bucket: str, key_arn: str) -> str:
        """Policy of the bucket (ARN) of APIs' functions."""
        return buckets.code_bucket(bucket, key_arn, accounts=self.accounts, readers=self._execution_roles())

    def code_key_policy(self, bucket: str, builder: str) -> str:
        """Policy of that bucket's key; `builder` is the role that writes archives."""
        return keys.code_key(
            self.scope,
            builders=[builder],
            accounts=self.accounts,
            readers=self._execution_roles(),
            bucket_arn=bucket,
        )

    def interface_endpoint_policy(self) -> str:
        """Policy of the data science account's interface endpoints."""
        return endpoints.interface_endpoint(self.all_accounts(), self.accounts.paths)

    def s3_endpoint_policy(self) -> str:
        """Policy of the data science account's S3 endpoint."""
        return endpoints.s3_endpoint(self.scope, self.all_accounts(), self.accounts.paths)
