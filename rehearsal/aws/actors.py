"""Who sends a request: a role's credentials in one account, perhaps from inside a VPC."""

from __future__ import annotations

from dataclasses import dataclass, field

from rehearsal.network.model import VpcAttachment


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Temporary credentials of a role, and the network that they are used from.

    `vpc` is where requests leave from: subnets and security groups of a VPC; None outside any VPC. `source_identity`
    is the person that the session was opened for; it stays, whichever role the session goes on to assume.
    """

    role_arn: str
    account: str
    region: str
    session: str
    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(repr=False)
    vpc: VpcAttachment | None = None
    source_identity: str | None = None

    @property
    def session_arn(self) -> str:
        """ARN of the session, by which services name who called (IAM User Guide, "IAM ARNs")."""
        _, partition, *_ = self.role_arn.split(":")
        return f"arn:{partition}:sts::{self.account}:assumed-role/{self.role_arn.rpartition('/')[2]}/{self.session}"

    def credentials(self) -> dict[str, str]:
        """Keyword arguments of a boto3 client or session."""
        return {
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "aws_session_token": self.token,
            "region_name": self.region,
        }

    def environment(self, endpoint_url: str) -> dict[str, str]:
        """Environment variables for a child process that acts as this actor, through the loopback server."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_SESSION_TOKEN": self.token,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
