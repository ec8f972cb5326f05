"""Context of a workload stack: an account that serves models of one stage."""

from __future__ import annotations

from catalog import names
from catalog.roles import ROLES, RoleKind
from settings.model import WorkloadSettings
from stacks.context import StackContext
from stacks.endpoint_services import EndpointServices
from stacks.existing import existing_of_workload, services_of


class WorkloadContext(StackContext[WorkloadSettings]):
    """A workload account's settings and names, and what it has already.

    What other accounts compute carries the stage instead of the stack (`stage_names`, see catalog/names.py);
    `registry_scope` and `registry_names` are those of the data science account that its models come from.
    """

    def __init__(self, stack: str, settings: WorkloadSettings) -> None:
        super().__init__(stack, settings, names.Names(settings.prefix, stack))
        self.stage = settings.stage.value
        self.stage_names = names.Names(settings.prefix, self.stage)
        self.registry_names = names.Names(settings.prefix, settings.registry.stack)
        self.registry_region = settings.registry.region or settings.region
        self.registry_scope = self.scope.in_account(settings.registry.account)
        self.existing = existing_of_workload(settings, self.provider)
        self.services: EndpointServices = services_of(settings, self.provider, self.existing)

    def project_names(self, project: str) -> names.ProjectNames:
        """Names of one of the account's projects."""
        return names.ProjectNames(self.settings.prefix, project)

    def project_roles(self, kind: RoleKind) -> str:
        """ARN pattern of all roles of a kind that projects have in this account."""
        path = ROLES[kind].iam_path(self.settings.prefix, "*")
        return self.scope.role_arn(path, self.project_names("*").stage_role(self.stage, kind))
