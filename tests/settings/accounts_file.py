"""`accounts.yaml` files for tests, and their resolution without an organization."""

from __future__ import annotations

from typing import Any

from settings.accounts import AccountsFile
from settings.organization import Organization
from settings.resolution import Resolution, resolve
from tests.settings.folder import Folder

TEMPLATE = """      region: eu-west-1
      tags: {owner: ml-platform, costCentre: "4711"}
      registry: {account: "111111111111"}
      projects: [screening, diabetes]
      network: {availabilityZones: 2}
"""
# The settings of the accounts' foundations.
OWNED = """    foundation:
      region: eu-west-1
      tags: {owner: ml-platform, costCentre: "4711"}
      deployer: {trustedBy: ["arn:aws:iam::{account}:role/ci"]}
"""
LISTED = f"""addresses: 10.64.0.0/16
stages:
  production:
    accounts: ["333333333333", "555555555555", "012345678901"]
    template:
{TEMPLATE}{OWNED}"""


class NoOrganization(Organization):
    """An organization that nobody may need."""

    def members(self, unit: str) -> list[Any]:
        raise AssertionError(f"asked for {unit}")


def accounts(folder: Folder, text: str) -> None:
    (folder.path / "accounts.yaml").write_text(text, encoding="utf-8")


def resolved(folder: Folder, organization: Organization | None = None) -> Resolution:
    def connected(_: AccountsFile, __: str) -> Organization:
        return organization or NoOrganization(None)

    return resolve(folder.path, connected)
