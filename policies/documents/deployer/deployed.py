"""What a row of the deployer's table says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policies.documents.account import AccountScope
from policies.documents.statement import Statement


@dataclass(frozen=True, kw_only=True)
class DeployedTypes:
    """One family of resource types that stacks deploy, and what the deployer needs for it.

    Which calls the provider makes for each type is Terraform's AWS provider's own code, under
    `internal/service/<service>`; which resources and condition keys an action knows is the Service Authorization
    Reference (copy of November 2026). Actions are bound to names where AWS lets us choose names, to the `platform` tag
    where it does not.

    - `types`: Pulumi's type tokens.
    - `statements`: the statements of the deployer's identity policy, for an account.
    - `ceiling`: patterns of the actions that the deployer's boundary admits for them.
    - `passed_to`: services that stacks hand roles to with them (first part of the service principal).
    - `keys_used_by`: services that encrypt with a key of the stacks on the deployer's behalf.
    """

    types: Sequence[str]
    statements: Callable[[AccountScope], Sequence[Statement]]
    ceiling: Sequence[str]
    passed_to: Sequence[str] = ()
    keys_used_by: Sequence[str] = ()
