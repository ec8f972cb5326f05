"""The people of the data science account: scientists, each with a role and a profile, and approvers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from catalog import names
from catalog.roles import RoleKind
from components.encryption_key import EncryptionKey
from components.image_repository import ImageRepository
from components.private_bucket import PrivateBucket
from components.role import Role, RoleArgs
from policies.documents import platform_roles, studio_roles, trust
from policies.documents.studio_roles import StudioPlace
from stacks.account import boundary_of, inside

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.data_science import DataScience


class StudioRoles:
    """Roles that Studio's apps run with: one for each scientist, and one for whoever was given none."""

    def __init__(
        self,
        it: DataScience,
        data: PrivateBucket,
        data_key: EncryptionKey,
        studio_key: EncryptionKey,
        images: ImageRepository,
    ) -> None:
        self._it = it
        self._place = _place(it, data, data_key, studio_key, images)
        self.visitor = self._role(
            RoleKind.STUDIO_DEFAULT,
            "studio-visitor",
            it.here.role(names.STUDIO),
            "Studio apps without a scientist run with it",
            {},
            _visitor,
        )
        self.scientists = {
            scientist.name: self._scientist(scientist.name) for scientist in it.settings.studio.scientists
        }

    def described(self) -> pulumi.Output[list[dict[str, Any]]]:
        """What projects need to know of the scientists."""
        return pulumi.Output.all(
            *[
                pulumi.Output.all(
                    name=scientist.name, role=self.scientists[scientist.name].arn, projects=list(scientist.projects)
                )
                for scientist in self._it.settings.studio.scientists
            ]
        )

    def _scientist(self, name: str) -> Role:
        it = self._it
        projects = next(one.projects for one in it.settings.studio.scientists if one.name == name)
        own = [names.ProjectNames(it.settings.prefix, project) for project in sorted(projects)]
        return self._role(
            RoleKind.SCIENTIST,
            f"scientist-{name}",
            it.here.scientist(name),
            f"Studio apps of {name} run with it",
            {trust.USER_TAG: name},
            lambda place: studio_roles.scientist(place, name, own),
        )

    def _role(
        self,
        kind: RoleKind,
        resource: str,
        name: str,
        description: str,
        tags: dict[str, str],
        policy: Callable[[StudioPlace], str],
    ) -> Role:
        it, settings = self._it, self._it.settings
        # Studio sends no more of itself than account and region (SM security-confused-deputy-prevention).
        source = f"arn:{it.partition}:sagemaker:{settings.region}:{settings.account}:*"
        args = RoleArgs(
            kind=kind,
            name=name,
            path=names.people_path(settings.prefix),
            description=description,
            trust=trust.service_trust(
                "sagemaker.amazonaws.com", settings.account, source_arns=[source], sets_source_identity=True
            ),
            policy=self._place.apply(policy),
            boundary=boundary_of(settings),
            tags=tags,
        )
        return Role(resource, args, inside(it.provider))


def _visitor(place: StudioPlace) -> str:
    return studio_roles.visitor(place)


def _place(
    it: DataScience, data: PrivateBucket, data_key: EncryptionKey, studio_key: EncryptionKey, images: ImageRepository
) -> pulumi.Output[StudioPlace]:
    def place(known: dict[str, str]) -> StudioPlace:
        return StudioPlace(
            partition=it.partition,
            account=it.settings.account,
            region=it.settings.region,
            parameters=it.here.parameters(),
            **known,
        )

    return pulumi.Output.all(
        data_bucket=data.arn, data_key=data_key.arn, volume_key=studio_key.arn, image_repository=images.arn
    ).apply(place)


def approver(it: DataScience) -> Role:
    """The role with which models are accepted and let into production, for those alone whom the settings name."""
    settings = it.settings
    args = RoleArgs(
        kind=RoleKind.APPROVER,
        name=it.here.role(names.APPROVER),
        path=names.people_path(settings.prefix),
        description="Approvers of models and of their way into production",
        trust=trust.sign_in_trust(settings.approvers),
        policy=platform_roles.approver(
            partition=it.partition, account=settings.account, region=settings.region, prefix=settings.prefix
        ),
        boundary=boundary_of(settings),
    )
    return Role("approver", args, inside(it.provider))
