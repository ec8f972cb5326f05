"""Whose credentials a command acts with: those of a profile, or of the environment; it says whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from operate.errors import OperateError, refused

_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=10, read_timeout=30)
# The longest that a function of the platform runs for an event (components/remediator.py, TIMEOUT_SECONDS), and a
# little more.
_FUNCTION_SECONDS = 200


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who a command acts as: the account, and the ARN of the role's session."""

    account: str
    arn: str

    @property
    def person(self) -> str:
        """The session's name."""
        return self.arn.rpartition("/")[2]

    @property
    def role(self) -> str:
        """The role's name; the user's of whoever has no role."""
        parts = self.arn.split("/")
        return parts[-2] if ":assumed-role/" in self.arn else parts[-1]


class Session:
    """Clients of one caller. `boto` is a boto3 session, given by whoever calls."""

    def __init__(self, boto: Any, region: str) -> None:
        self._boto, self.region = boto, region
        self.client = cache(self._client)

    def _client(self, service: str) -> Any:
        return self._boto.client(service, region_name=self.region, config=_CONFIG)

    def patient_client(self, service: str) -> Any:
        """A client that calls nothing twice, and of Lambda waits as long as a function runs."""
        if service != "lambda":
            return self.client(service)
        config = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=_FUNCTION_SECONDS)
        return self._boto.client("lambda", region_name=self.region, config=config)

    def caller(self, account: str, role_hint: str) -> Caller:
        """Who this is. Raises OperateError where it is somebody of another account, or nobody."""
        try:
            identity = self.client("sts").get_caller_identity()
        except (ClientError, BotoCoreError) as error:
            raise refused(
                error, "no credentials that AWS knows", f"sign in as {role_hint}, or name --profile"
            ) from None
        if identity["Account"] != account:
            raise OperateError(
                f"you act as {identity['Arn']}, in account {identity['Account']}; this is about account {account}: "
                f"sign in as {role_hint} of that account, or name --profile"
            )
        return Caller(account=identity["Account"], arn=identity["Arn"])


def session_of(profile: str | None, region: str) -> Session:
    """A session by a profile's name, or of the environment. Raises OperateError."""
    import boto3

    try:
        return Session(boto3.session.Session(profile_name=profile), region)
    except BotoCoreError as error:
        raise refused(error, f"profile {profile}") from None
