"""`accounts.yaml`: which accounts serve which stage, by list and by organizational unit.

No stack reads it: `python -m settings resolve` makes stack files of it, and those are what a plan depends on.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, field_validator

from settings.addresses import pool_fault
from settings.document import Document, KeyPath, dotted, line_of, read
from settings.explain import explain
from settings.model import Credentials
from settings.organization_values import OrganizationalUnit
from settings.problems import SettingsError, SettingsProblem
from settings.section import Section
from settings.values import AccountId, DeploymentStage, Distinct, StackName

FILE = "accounts.yaml"
# What the resolution itself decides, or the file says elsewhere.
DECIDED = ("kind", "stage", "account")


def _pool(value: str) -> str:
    if fault := pool_fault(value):
        raise ValueError(fault)
    return value


class StageAccounts(Section):
    """The accounts of a stage, and templates for the stack files that they lack."""

    accounts: Annotated[tuple[AccountId, ...], Distinct] = Field(default=(), description="Accounts, by id.")
    units: Annotated[tuple[OrganizationalUnit, ...], Distinct] = Field(
        default=(), description="Organizational units, or a root: all active accounts in and below them."
    )
    stack: StackName | None = Field(default=None, description="Begins the stacks' names; none: prod or staging.")
    template: dict[str, Any] = Field(
        description="Settings of a workload stack, but for kind, stage, account and network.cidr; {account} is its id."
    )
    foundation: dict[str, Any] | None = Field(
        default=None, description="Settings of the account's foundation, but for kind and account; none: none is made."
    )

    @field_validator("template", "foundation")
    @classmethod
    def _leaves_to_resolution_what_it_decides(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        given = [key for key in DECIDED if key in (value or {})]
        network = (value or {}).get("network")
        given += ["network.cidr"] if isinstance(network, dict) and "cidr" in network else []
        if given:
            raise ValueError(f"sets {', '.join(given)}, which each account gets of its own: drop it")
        return value


class Stages(Section):
    """Stages, each with its accounts."""

    staging: StageAccounts | None = None
    production: StageAccounts | None = None


class Accounts(Section):
    """Accounts of every stage, the data science stack that they serve for, and addresses for their networks."""

    data_science: StackName = Field(default="dev", description="Data science stack whose `workloads` is kept.")
    addresses: Annotated[str, AfterValidator(_pool)] = Field(description="Network that new VPCs are taken from.")
    network_prefix: int = Field(default=20, ge=16, le=22, description="Size of each VPC, as a prefix length.")
    credentials: Credentials = Field(
        default_factory=Credentials, description="Sign-in that may list the organization's accounts."
    )
    stages: Stages

    @field_validator("network_prefix")
    @classmethod
    def _fits_the_pool(cls, value: int, info: Any) -> int:
        pool = info.data.get("addresses")
        if pool and ipaddress.IPv4Network(pool).prefixlen > value:
            raise ValueError(f"/{value} is larger than addresses, {pool}")
        return value

    def by_stage(self) -> dict[DeploymentStage, StageAccounts]:
        """The stages that are given, in order."""
        given = {DeploymentStage.STAGING: self.stages.staging, DeploymentStage.PRODUCTION: self.stages.production}
        return {stage: accounts for stage, accounts in given.items() if accounts is not None}


@dataclass(frozen=True)
class AccountsFile:
    """The file's settings, with its document, which has the line of each."""

    name: str
    settings: Accounts
    document: Document

    def problem(self, path: KeyPath, given: str | None, message: str) -> SettingsProblem:
        """A problem with a value of the file, at its line."""
        return SettingsProblem(
            file=self.name, key=dotted(path), given=given, message=message, line=line_of(self.document.positions, path)
        )


def read_accounts(path: Path) -> AccountsFile:
    """The file, checked. Raises SettingsError with everything that is wrong with it."""
    document = read(path)
    problems = list(document.problems)
    settings: Accounts | None = None
    try:
        settings = Accounts.model_validate_json(json.dumps(document.values), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        problems += explain(error, Accounts, document.values, path.name, document.positions)
    if settings is None or problems:
        raise SettingsError(problems)
    file = AccountsFile(path.name, settings, document)
    if problems := list(_twice(file)):
        raise SettingsError(problems)
    return file


def _twice(file: AccountsFile) -> Iterator[SettingsProblem]:
    """An account or a unit that two stages name."""
    seen: dict[str, DeploymentStage] = {}
    for stage, accounts in file.settings.by_stage().items():
        for key, values in (("accounts", accounts.accounts), ("units", accounts.units)):
            for index, value in enumerate(values):
                if value in seen:
                    message = f"serves {seen[value]} already: an account has one stage"
                    yield file.problem(("stages", stage.value, key, index), repr(value), message)
                seen.setdefault(value, stage)
