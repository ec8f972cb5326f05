"""The actors of a journey: scientist, publisher, approver, administrator; their roles and networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from catalog import names
from catalog.roles import RoleKind
from catalog.scope import Scope
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud, NotTrusted, unique
from rehearsal.network.ec2 import attachment
from rehearsal.network.model import VpcAttachment


def workload_attachment(outputs: Mapping[str, Any]) -> VpcAttachment | None:
    """Where a stack attaches its jobs, builds and endpoints; `outputs` are its own."""
    groups = [outputs["workloadSecurityGroupId"]]
    return attachment(outputs["account"], outputs["region"], outputs["subnetIds"], groups)


class JourneyActors:
    """Actors of the data science account. `data_science` are the outputs of its stack."""

    def __init__(self, cloud: Cloud, data_science: dict[str, Any], project: str, publish_role: str) -> None:
        self._cloud, self._data_science, self._project, self._publish_role = cloud, data_science, project, publish_role

    def scientist(self) -> Actor:
        """A scientist of the project in Studio, inside the VPC, under the name of the profile.

        Raises NotTrusted where the project has none.
        """
        scientists = self._data_science["scientists"]
        scientist = next((entry for entry in scientists if self._project in entry["projects"]), None)
        if scientist is None:
            raise NotTrusted(
                f"nobody publishes to {self._project}: name it among the projects of one of studio.scientists"
            )
        scope = Scope.of_account(self._data_science["account"], self._data_science["region"], "")
        return self._cloud.service_assume(
            scientist["role"],
            service="sagemaker.amazonaws.com",
            session=unique("SageMaker"),
            vpc=self._studio(),
            source=scope.arn("sagemaker", "*"),
            source_identity=scientist["name"],
        )

    def _studio(self) -> VpcAttachment | None:
        """Where the domain attaches its apps."""
        account, region = self._data_science["account"], self._data_science["region"]
        domain = sagemaker_backends[account][region].domains[self._data_science["studioDomainId"]]
        return attachment(account, region, domain.subnet_ids, domain.default_user_settings["SecurityGroups"])

    def publisher(self) -> Actor:
        """The scientist with the project's publish role, assumed from Studio."""
        return self._cloud.assume(
            self._publish_role, by=self.scientist(), session=unique("publish"), vpc=self._studio()
        )

    def approver(self) -> Actor:
        """An approver of the project at a desk, outside the VPC."""
        own = self._data_science.get("projectApproverRoleArns") or {}
        role = own.get(self._project) or self._data_science["approverRoleArn"]
        return self._cloud.sign_in(role, session=unique("approver"))

    def administrator(self, account: str, prefix: str) -> Actor:
        """The administrator of an account; its owner where the foundation names no administrators."""
        scope = Scope(partition="aws", account=account, region="", prefix=prefix)
        role = names.account_role_arn(scope, RoleKind.ADMINISTRATOR)
        try:
            return self._cloud.sign_in(role, session=unique("administrator"))
        except NotTrusted:
            return self._cloud.owner(account)
