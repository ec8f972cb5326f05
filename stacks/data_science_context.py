"""Context of a data science stack, and what the workload stacks say of their accounts."""

from __future__ import annotations

import pulumi

from catalog import names
from catalog.roles import RoleKind
from policies.documents.operations_key import DeadLetterQueues
from policies.documents.shared_documents import SharedDocuments, WorkloadAccount
from settings.model import DataScienceSettings
from stacks.context import StackContext
from stacks.endpoint_services import EndpointServices
from stacks.existing import existing_of_data_science, services_of
from stacks.references import WorkloadOutputs, read


class DataScienceContext(StackContext[DataScienceSettings]):
    """A data science account's settings and names, what it has already, and the outputs of its `workloads` by stack."""

    def __init__(self, stack: str, settings: DataScienceSettings) -> None:
        super().__init__(stack, settings, names.Names(settings.prefix, stack))
        self.existing = existing_of_data_science(settings, self.provider)
        self.services: EndpointServices = services_of(settings, self.provider, self.existing)
        self.workloads = {name: read(WorkloadOutputs, settings.organization, name) for name in settings.workloads}

    def bucket_name(self, purpose: str) -> str:
        """Name of a bucket: of the one that exists, or else the platform's own."""
        return self.existing.buckets.get(purpose, super().bucket_name(purpose))

    def cleaner(self) -> str:
        """ARN of the role that clears the account when the stack is destroyed."""
        kind = RoleKind.ACCOUNT_CLEANER
        return self.scope.role_arn(names.path_of(kind, self.settings.prefix), self.env_names.role(kind))

    def listing_roles(self) -> list[str]:
        """ARNs of the roles that list the data and models buckets from outside the VPC, to find and to empty them."""
        return [self.deployer(), self.cleaner()]

    def removing_roles(self, purpose: str) -> list[str]:
        """ARNs of the roles that empty a bucket from outside the VPC: none, unless the settings agree to lose it."""
        return [self.cleaner()] if purpose in self.settings.removal.delete else []

    def inspectors(self, *purposes: str) -> list[str]:
        """Macie's role, where the settings let it read one of these buckets."""
        return [names.macie_role_arn(self.scope)] if {*purposes} & {*self.settings.inspected} else []

    def image_builder(self) -> str:
        """ARN of the role that builds the model image."""
        kind = RoleKind.IMAGE_BUILD
        return self.scope.role_arn(names.path_of(kind, self.settings.prefix), self.env_names.role(kind))

    def people(self) -> str:
        """ARN pattern of the roles that people of this account act with."""
        return self.scope.role_arn(names.path_of(RoleKind.SCIENTIST, self.settings.prefix))

    def project_roles(self) -> str:
        """ARN pattern of all roles of all projects in this account."""
        return self.scope.role_arn(names.any_project_path(self.settings.prefix))

    def publishers(self) -> list[str]:
        """ARN patterns of the project roles that publish to topics: who asks for approval, tells of releases, sends
        links."""
        every = names.ProjectNames(self.settings.prefix, "*")
        kinds = [RoleKind.DEPLOY_PIPELINE, RoleKind.RELEASE_RECORDER]
        # The role is there where a project has links alone.
        kinds += [RoleKind.APPROVAL_SENDER] if self.settings.approval_links else []
        return [every.role_arn(self.scope, kind) for kind in kinds]

    def dead_letters(self) -> DeadLetterQueues:
        """The projects' queues of events that came to nothing, and the roles of the functions that send there."""
        every = names.ProjectNames(self.settings.prefix, "*")
        links = self.settings.approval_links
        return DeadLetterQueues(
            queues=[
                *(self.scope.arn("sqs", name) for name in (every.dead_letters(), every.release_dead_letters())),
                *([self.scope.arn("sqs", every.approval_dead_letters())] if links else []),
            ],
            senders=[
                *(every.role_arn(self.scope, kind) for kind in (RoleKind.PIPELINE_STARTER, RoleKind.RELEASE_RECORDER)),
                *([every.role_arn(self.scope, RoleKind.APPROVAL_SENDER)] if links else []),
            ],
            people=[every.role_arn(self.scope, RoleKind.TEAM_ADMINISTRATOR)],
        )

    def shared_documents(self) -> pulumi.Output[SharedDocuments]:
        """The policies that speak of all workload accounts, once it is known which those are."""
        described = [
            pulumi.Output.all(
                account=workload.account,
                stage=workload.stage,
                s3_endpoint=workload.s3_endpoint_id,
                kms_endpoint=workload.kms_endpoint_id,
                serverless_roles=workload.serverless_roles,
            ).apply(lambda values: WorkloadAccount(**values))
            for workload in self.workloads.values()
        ]
        return pulumi.Output.all(*described).apply(self._shared_documents)

    def _shared_documents(self, workloads: list[WorkloadAccount]) -> SharedDocuments:
        return SharedDocuments(
            scope=self.scope,
            models_bucket=self.scope.bucket_arn(self.bucket_name("models")),
            deployers=self.listing_roles(),
            removers=self.removing_roles("models"),
            workloads=workloads,
            organization_paths=self.settings.aws_organization.paths,
            inspectors=self.inspectors("models"),
        )
