"""Trust policies: who may act with a role. Each is guarded against the confused deputy."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.statement import Conditions, Principals, Statement, account_principals, document

ASSUME = ("sts:AssumeRole",)


def service_trust(
    service: str,
    account: str,
    *,
    source_arns: Sequence[str] = (),
    sets_source_identity: bool = False,
    guarded: bool = True,
) -> str:
    """A role for one AWS service, acting for resources of one account only (and only those, where ARNs are given).

    `guarded=False` is for Lambda alone, which sends no source when it assumes an execution role; the right to pass the
    role guards it instead.
    """
    conditions: dict[str, dict[str, str | Sequence[str]]] = {}
    if guarded:
        conditions["StringEquals"] = {"aws:SourceAccount": account}
    if source_arns:
        conditions["ArnLike"] = {"aws:SourceArn": source_arns}
    actions = (*ASSUME, "sts:SetSourceIdentity") if sets_source_identity else ASSUME
    return document(
        Statement(
            sid="ServiceActsForThisAccount",
            actions=actions,
            principals=Principals(services=[service]),
            conditions=conditions,
        )
    )


def role_trust(partition: str, account: str, role_arns: Sequence[str], *, external_id: str | None = None) -> str:
    """A role for named roles of an account, which need not exist yet.

    The account is the principal and the role a condition: a role ARN as principal is stored as the role's unique id,
    which a recreated role no longer matches (IAM reference_policies_elements_principal).
    """
    conditions: dict[str, dict[str, str | Sequence[str]]] = {"ArnEquals": {"aws:PrincipalArn": role_arns}}
    if external_id:
        conditions["StringEquals"] = {"sts:ExternalId": external_id}
    return document(
        Statement(
            sid="NamedRolesAssume",
            actions=ASSUME,
            principals=account_principals(partition, [account]),
            conditions=conditions,
        )
    )


def roles_in(partition: str, accounts: Sequence[str], path: str, name: str) -> Conditions:
    """A condition on the caller's role: in one of the accounts, under the path, of that name."""
    return {"ArnLike": {"aws:PrincipalArn": [f"arn:{partition}:iam::{a}:role{path}{name}" for a in accounts]}}
