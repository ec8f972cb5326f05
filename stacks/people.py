"""The people of the data science account: scientists, each with a role and a profile, and approvers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pulumi

from catalog import names
from catalog.names import ProjectNames
from catalog.roles import RoleKind
from components.approval_mail import ApprovalMail, ApprovalMailArgs
from components.encryption_key import EncryptionKey
from components.image_repository import ImageRepository
from components.private_bucket import PrivateBucket
from components.role import Role, RoleArgs
from policies.documents import platform_roles, studio_roles, trust
from policies.documents.buckets import PROJECT_TAG
from policies.documents.platform_roles import RecordsPlace
from policies.documents.studio_roles import StudioScope
from stacks.data_science_context import DataScienceContext


class StudioRoles:
    """Roles that Studio's apps run with: one for each scientist, and one for whoever was given none."""

    def __init__(
        self,
        context: DataScienceContext,
        data: PrivateBucket,
        data_key: EncryptionKey,
        studio_key: EncryptionKey,
        images: ImageRepository,
    ) -> None:
        self._context = context
        self._scope = _studio_scope(context, data, data_key, studio_key, images)
        self.default = self._role(
            RoleKind.STUDIO_DEFAULT,
            "studio-visitor",
            context.env_names.role(RoleKind.STUDIO_DEFAULT),
            "Studio apps without a scientist run with it",
            {},
            studio_roles.default_user,
        )
        self.scientists = {
            scientist.name: self._scientist(scientist.name) for scientist in context.settings.studio.scientists
        }

    def described(self) -> pulumi.Output[list[dict[str, Any]]]:
        """What projects need to know of the scientists."""
        return pulumi.Output.all(
            *[
                pulumi.Output.all(
                    name=scientist.name, role=self.scientists[scientist.name].arn, projects=list(scientist.projects)
                )
                for scientist in self._context.settings.studio.scientists
            ]
        )

    def _scientist(self, name: str) -> Role:
        context = self._context
        projects = next(one.projects for one in context.settings.studio.scientists if one.name == name)
        own = [names.ProjectNames(context.settings.prefix, project) for project in sorted(projects)]
        return self._role(
            RoleKind.SCIENTIST,
            f"scientist-{name}",
            context.env_names.role(RoleKind.SCIENTIST, user=name),
            f"Studio apps of {name} run with it",
            {trust.USER_TAG: name},
            lambda scope: studio_roles.scientist(scope, name, own),
        )

    def _role(
        self,
        kind: RoleKind,
        resource: str,
        name: str,
        description: str,
        tags: dict[str, str],
        policy: Callable[[StudioScope], str],
    ) -> Role:
        context, settings = self._context, self._context.settings
        # Studio sends no more of itself than account and region (SageMaker Developer Guide, "Cross-Service
        # Confused Deputy Prevention").
        source = context.scope.arn("sagemaker", "*")
        args = RoleArgs(
            kind=kind,
            name=name,
            path=names.path_of(kind, settings.prefix),
            description=description,
            trust=trust.service_trust(
                "sagemaker.amazonaws.com", settings.account, source_arns=[source], sets_source_identity=True
            ),
            policy=self._scope.apply(policy),
            boundary=context.boundary,
            tags=tags,
        )
        return Role(resource, args, context.child_options())


def _studio_scope(
    context: DataScienceContext,
    data: PrivateBucket,
    data_key: EncryptionKey,
    studio_key: EncryptionKey,
    images: ImageRepository,
) -> pulumi.Output[StudioScope]:
    def scope(arns: dict[str, str]) -> StudioScope:
        return StudioScope(**asdict(context.scope), parameters=context.env_names.parameters(), **arns)

    return pulumi.Output.all(
        data_bucket=data.arn, data_key=data_key.arn, volume_key=studio_key.arn, image_repository=images.arn
    ).apply(scope)


def records_place(context: DataScienceContext, data_key: EncryptionKey) -> pulumi.Output[RecordsPlace]:
    """Where approvers read what was released."""
    bucket = context.scope.bucket_arn(context.bucket_name("artifacts"))
    return data_key.arn.apply(lambda key: RecordsPlace(bucket=bucket, key=key))


def approver(context: DataScienceContext, records: pulumi.Output[RecordsPlace]) -> Role:
    """The role with which models are accepted and let into production, for those alone whom the settings name."""
    settings = context.settings
    args = RoleArgs(
        kind=RoleKind.APPROVER,
        name=context.env_names.role(RoleKind.APPROVER),
        path=names.path_of(RoleKind.APPROVER, settings.prefix),
        description="Approvers of models and of their way into production",
        trust=trust.sign_in_trust(settings.approvers),
        policy=records.apply(
            lambda place: platform_roles.approver(context.scope, place, without=list(settings.project_approvers))
        ),
        boundary=context.boundary,
    )
    return Role("approver", args, context.child_options())


def project_approvers(context: DataScienceContext, records: pulumi.Output[RecordsPlace]) -> dict[str, Role]:
    """The same for each project that has approvers of its own, by project."""
    settings = context.settings

    def role(project: str) -> Role:
        args = RoleArgs(
            kind=RoleKind.TEAM_APPROVER,
            name=names.ProjectNames(settings.prefix, project).role(RoleKind.TEAM_APPROVER),
            path=names.path_of(RoleKind.TEAM_APPROVER, settings.prefix),
            description=f"Approvers of models of {project} and of their way into production",
            trust=trust.sign_in_trust(settings.project_approvers[project]),
            policy=records.apply(lambda place: platform_roles.team_approver(context.scope, place, project)),
            boundary=context.boundary,
            tags={PROJECT_TAG: project},
        )
        return Role(f"approver-{project}", args, context.child_options())

    return {project: role(project) for project in settings.project_approvers}


def approval_mail(context: DataScienceContext, project: str, key_arn: pulumi.Input[str]) -> ApprovalMail:
    """Where approvers of a project get links to approve by. Who they are, the data science stack says, not the team."""
    project_names = ProjectNames(context.settings.prefix, project)
    args = ApprovalMailArgs(
        name=project_names.name("approvals"),
        account=context.scope.account,
        partition=context.scope.partition,
        key_arn=key_arn,
        sender=project_names.role_arn(context.scope, RoleKind.APPROVAL_SENDER),
        approvers=context.settings.linked_approvers[project],
    )
    return ApprovalMail(f"approvals-{project}", args, context.child_options())
