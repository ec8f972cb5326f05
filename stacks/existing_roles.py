"""Roles that exist already, and what the platform needs of them: what it would have made in their stead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws

from catalog import names
from catalog.roles import RoleKind
from catalog.scope import Scope
from policies.documents.trust import role_trust, service_trust
from settings.model import ProjectSettings, WorkloadSettings
from stacks.lookups import Lookups


@dataclass(frozen=True)
class ExistingRole:
    """A role that somebody else made."""

    arn: str


@dataclass(frozen=True, kw_only=True)
class ExpectedRole:
    """What a stack would have made of a role: its ARN, which others compute, and the trust policy."""

    arn: str
    trust: str


def stack_set_execution(settings: WorkloadSettings, project: str) -> ExpectedRole:
    """The role that a project's StackSets act with in a workload account: its administration role enters it."""
    project_names = names.ProjectNames(settings.prefix, project)
    scope = Scope.of_account(settings.account, settings.region, settings.prefix)
    registry = scope.in_account(settings.registry.account)
    administration = project_names.role_arn(registry, RoleKind.STACK_SET_ADMINISTRATION)
    return ExpectedRole(
        arn=project_names.stage_role_arn(scope, settings.stage.value, RoleKind.STACK_SET_EXECUTION),
        trust=role_trust(registry, [administration]),
    )


def stack_set_administration(settings: ProjectSettings) -> ExpectedRole:
    """The role that a project's StackSets, and no others, enter workload accounts from."""
    project_names = names.ProjectNames(settings.prefix, settings.id)
    scope = Scope.of_account(settings.account, settings.region, settings.prefix)
    stack_sets = [project_names.stack_set(stage.value) for stage in settings.stages]
    sources = [scope.arn("cloudformation", f"stackset/{name}:*", region="*") for name in stack_sets]
    return ExpectedRole(
        arn=project_names.role_arn(scope, RoleKind.STACK_SET_ADMINISTRATION),
        trust=service_trust("cloudformation.amazonaws.com", scope.account, source_arns=sources),
    )


def role(lookups: Lookups, setting: str, expected: ExpectedRole, boundary: str) -> ExistingRole:
    """A role inside the boundary, trusting exactly whom it must; the settings hold that it has the expected ARN."""
    arn = expected.arn
    name = arn.rpartition("/")[2]
    found = lookups.get(setting, arn, lambda options: aws.iam.get_role(name=name, opts=options))
    if found is not None:
        lookups.require(found.arn == arn, setting, arn, f"has another path: the account's {name} is {found.arn}")
        holds = found.permissions_boundary == boundary
        lookups.require(
            holds, setting, arn, f"is not inside the boundary of the platform's roles: set it to {boundary}"
        )
        _trust(lookups, setting, arn, found.assume_role_policy, expected.trust)
    return ExistingRole(arn)


def _trust(lookups: Lookups, setting: str, arn: str, given: str, expected: str) -> None:
    """Every statement of the trust is one that the platform would have written, and none of those is missing."""
    present, wanted = _statements(given), _statements(expected)
    for statement in wanted:
        if statement not in present:
            lookups.add_shortfall(
                setting, arn, f"its trust lacks this statement: {json.dumps(statement, sort_keys=True)}"
            )
    for statement in present:
        if statement.get("Effect") == "Allow" and statement not in wanted:
            lookups.add_shortfall(
                setting, arn, f"its trust also lets others in: {json.dumps(statement, sort_keys=True)}"
            )


def _statements(document: str) -> list[dict[str, Any]]:
    """Statements without their ids, each list sorted: AWS writes one value alone, and keeps no order."""
    statements = json.loads(document).get("Statement", [])
    return [_plain(one) for one in (statements if isinstance(statements, list) else [statements])]


def _plain(statement: Mapping[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: plain(one) for key, one in value.items()}
        return sorted(str(one) for one in value) if isinstance(value, list) else [str(value)]

    kept = {key: plain(value) for key, value in statement.items() if key not in ("Sid", "Effect")}
    return {"Effect": statement.get("Effect"), **kept}
