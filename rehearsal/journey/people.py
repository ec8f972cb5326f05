"""The people of a journey: who they are, which roles they act with, and from where."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud, unique


class People:
    """Actors of the data science account, from the outputs of its stack."""

    def __init__(self, cloud: Cloud, home: dict[str, Any], publish_role: str) -> None:
        self._cloud, self._home, self._publish_role = cloud, home, publish_role

    def scientist(self) -> Actor:
        """A scientist in Studio, inside the VPC."""
        return self._cloud.service_assume(
            self._home["scientistRoleArn"],
            service="sagemaker.amazonaws.com",
            session=unique("scientist"),
            vpc=self._home["vpcId"],
        )

    def publisher(self) -> Actor:
        """The scientist with the project's publish role, borrowed from Studio."""
        return self._cloud.assume(
            self._publish_role, by=self.scientist(), session=unique("publish"), vpc=self._home["vpcId"]
        )

    def approver(self) -> Actor:
        """An approver at a desk, outside the VPC."""
        return self._cloud.sign_in(self._home["approverRoleArn"], session=unique("approver"))
