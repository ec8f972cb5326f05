"""The people of a journey: who they are, which roles they act with, and from where."""

from __future__ import annotations

from typing import Any

from catalog import names
from catalog.roles import RoleKind
from catalog.scope import Scope
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud, NotTrusted, unique


class People:
    """Actors of the data science account, from the outputs of its stack."""

    def __init__(self, cloud: Cloud, home: dict[str, Any], project: str, publish_role: str) -> None:
        self._cloud, self._home, self._project, self._publish_role = cloud, home, project, publish_role

    def scientist(self) -> Actor:
        """A scientist of the project in Studio, inside the VPC, under the name of the profile.

        Raises NotTrusted where the project has none.
        """
        own = next((one for one in self._home["scientists"] if self._project in one["projects"]), None)
        if own is None:
            raise NotTrusted(
                f"nobody publishes to {self._project}: name it among the projects of one of studio.scientists"
            )
        return self._cloud.service_assume(
            own["role"],
            service="sagemaker.amazonaws.com",
            session=unique("SageMaker"),
            vpc=self._home["vpcId"],
            source=f"arn:{own['role'].split(':')[1]}:sagemaker:{self._home['region']}:{self._home['account']}:*",
            source_identity=own["name"],
        )

    def publisher(self) -> Actor:
        """The scientist with the project's publish role, borrowed from Studio."""
        return self._cloud.assume(
            self._publish_role, by=self.scientist(), session=unique("publish"), vpc=self._home["vpcId"]
        )

    def approver(self) -> Actor:
        """An approver at a desk, outside the VPC."""
        return self._cloud.sign_in(self._home["approverRoleArn"], session=unique("approver"))

    def administrator(self, account: str, prefix: str) -> Actor:
        """Who looks after an account; its owner where the foundation names no administrators."""
        role = Scope(partition="aws", account=account, region="", prefix=prefix).role_arn(
            names.path_of(RoleKind.ADMINISTRATOR, prefix), f"{prefix}-{RoleKind.ADMINISTRATOR}"
        )
        try:
            return self._cloud.sign_in(role, session=unique("administrator"))
        except NotTrusted:
            return self._cloud.owner(account)
