"""SM-10: the registry is shared by named accounts and actions, for reading."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.resource_policies import statements
from policies.pack.statements import StatementView

WRITES = (
    "sagemaker:CreateModelPackage",
    "sagemaker:DeleteModelPackage",
    "sagemaker:DeleteModelPackageGroup",
    "sagemaker:PutModelPackageGroupPolicy",
    "sagemaker:UpdateModelPackage",
)


def check(policy: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """No `*` as principal, action or resource, and nothing that changes a model or its approval."""
    return [
        f"{statement.label} {fault}"
        for statement in statements(policy)
        if statement.allows
        for fault in _faults(statement)
    ]


def _faults(statement: StatementView) -> list[str]:
    found = ["names no accounts"] if statement.for_everybody else []
    wild = [action for action in statement.actions if "*" in action] + [
        f"not {action}" for action in statement.not_actions
    ]
    if wild:
        found.append(f"gives {', '.join(wild)} instead of named actions")
    elif writes := [action for action in WRITES if statement.covers(action)]:
        found.append(f"gives {', '.join(writes)}")
    return found + (["covers every resource"] if "*" in statement.resources else [])


RULE = Rule(
    id="SM-10",
    name="sagemaker-registry-policy",
    title="Registry policies name accounts and reading actions",
    why="Whoever can update a model package from another account approves models there.",
    fix="Name account principals, the group and its packages, and the describing, listing and CreateModel actions.",
    severity=Severity.CRITICAL,
    types=("aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",),
    check=check,
)
