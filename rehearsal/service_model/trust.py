"""Reading a role's trust policy without deciding it."""

from __future__ import annotations

from typing import Any


def trusts_service(trust: dict[str, Any], service: str) -> bool:
    """Whether a trust policy lets an AWS service assume the role. Conditions are the evaluator's business."""
    for statement in trust.get("Statement", []):
        services = statement.get("Principal", {}).get("Service", [])
        if statement.get("Effect") == "Allow" and service in ([services] if isinstance(services, str) else services):
            return True
    return False


def trusted_role(trust: dict[str, Any]) -> tuple[str | None, str | None]:
    """The first role that a trust policy names in a condition, and the external id that it asks for."""
    for statement in trust.get("Statement", []):
        conditions = statement.get("Condition", {})
        arns = [each.get("aws:PrincipalArn") for operator, each in conditions.items() if operator.startswith("Arn")]
        named = next((arn for arn in arns if arn), None)
        if statement.get("Effect") == "Allow" and named:
            first = named if isinstance(named, str) else named[0]
            return first, conditions.get("StringEquals", {}).get("sts:ExternalId")
    return None, None
