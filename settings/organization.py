"""Which accounts are in an organizational unit now: asked of AWS Organizations by `python -m settings resolve` alone.

boto3 is no dependency of the program: only whoever resolves units needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from settings.model import Credentials
from settings.problems import printable

ACTIVE = "ACTIVE"
# Error codes of ListAccountsForParent and ListOrganizationalUnitsForParent (botocore organizations), in words.
REFUSALS = {
    "AccessDeniedException": "these credentials may not look at the organization: use those of its management account "
    "or of a delegated administrator",
    "AWSOrganizationsNotInUseException": "this account is in no organization: list the stage's accounts instead",
    "ParentNotFoundException": "there is no such unit in the organization of these credentials",
    "InvalidInputException": "AWS Organizations does not take this as a unit's id",
    "TooManyRequestsException": "AWS Organizations is asked too often: try again in a minute",
}


class NotResolved(ValueError):
    """AWS Organizations cannot be asked, or refuses; the text says why and what to do."""


@dataclass(frozen=True)
class Member:
    """An account of a unit. `state` is `ACTIVE` or why it cannot be used."""

    id: str
    name: str
    state: str

    @property
    def active(self) -> bool:
        """Whether anything can be deployed into it."""
        return self.state == ACTIVE


class Organization:
    """An organization as a client of AWS Organizations sees it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @cached_property
    def management_account(self) -> str:
        """Id of the account that service control policies do not bind. Raises NotResolved."""
        return str(
            self._call(self._client.describe_organization, "the organization")["Organization"]["MasterAccountId"]
        )

    def members(self, unit: str) -> list[Member]:
        """Accounts in a unit and in all units below it, in the order of their ids. Raises NotResolved."""
        found = {member.id: member for each in self._with_nested(unit) for member in self._accounts(each)}
        return [found[account] for account in sorted(found)]

    def _with_nested(self, unit: str) -> Iterator[str]:
        yield unit
        for page in self._pages("list_organizational_units_for_parent", unit):
            for nested in page["OrganizationalUnits"]:
                yield from self._with_nested(str(nested["Id"]))

    def _accounts(self, unit: str) -> Iterator[Member]:
        for page in self._pages("list_accounts_for_parent", unit):
            for account in page["Accounts"]:
                # `State` replaces `Status`, which AWS retires in 2026 (botocore organizations, Account).
                state = account.get("State") or account.get("Status") or "UNKNOWN"
                yield Member(str(account["Id"]), printable(str(account.get("Name", ""))), str(state))

    def _pages(self, operation: str, unit: str) -> list[Any]:
        pages = self._client.get_paginator(operation).paginate(ParentId=unit)
        return list(self._call(lambda: list(pages), unit))

    def _call(self, operation: Any, subject: str) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return operation()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            reason = REFUSALS.get(code) or f"{code}: {error.response['Error'].get('Message', '')}"
            raise NotResolved(f"{subject}: {reason}") from None
        except BotoCoreError as error:
            raise NotResolved(f"{subject}: AWS Organizations cannot be asked: {error}") from None


def connect(credentials: Credentials, region: str) -> Organization:
    """The organization that the credentials belong to. Raises NotResolved where they cannot sign in.

    `region` only tells the partition: the service has one endpoint in each.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = boto3.Session(profile_name=credentials.profile, region_name=region)
        if credentials.role_arn:
            external = {"ExternalId": credentials.external_id} if credentials.external_id else {}
            given = session.client("sts").assume_role(
                RoleArn=credentials.role_arn, RoleSessionName="settings-resolve", **external
            )["Credentials"]
            session = boto3.Session(
                aws_access_key_id=given["AccessKeyId"],
                aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given["SessionToken"],
                region_name=region,
            )
        return Organization(session.client("organizations"))
    except (BotoCoreError, ClientError) as error:
        raise NotResolved(f"credentials: cannot sign in to AWS: {error}") from None
