"""IAM-01: a resource policy does not let everybody in."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.resource_policies import POLICY_OF, statements

LAMBDA_PERMISSION = "aws:lambda/permission:Permission"
BUS_PERMISSION = "aws:cloudwatch/eventPermission:EventPermission"
# Keys that hold a caller to somebody. Sources: Amazon S3 API Reference, "PublicAccessBlockConfiguration" (what is not
# public); IAM User Guide, "AWS global condition context keys", for organizations and principals.
NARROWING = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "kms:calleraccount",
)


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """No Allow to everybody, unless a condition names who that is."""
    if resource.type == LAMBDA_PERMISSION:
        return _of_function(resource)
    if resource.type == BUS_PERMISSION:
        everybody = resource.text("principal") == "*" and not resource.present("condition")
        return ["everybody may put events on the bus, and no organization says whom"] if everybody else []
    return [
        f"{statement.label} allows everybody, and no condition names whom"
        for statement in statements(resource)
        if statement.allows and statement.for_everybody and not statement.fixes(NARROWING)
    ]


def _of_function(permission: StackResource) -> list[str]:
    narrowed = any(permission.present(key) for key in ("principalOrgId", "sourceAccount", "sourceArn"))
    if permission.text("principal") == "*" and not narrowed:
        return ["everybody may invoke the function, and no organization, account or ARN says whom"]
    return []


RULE = Rule(
    id="IAM-01",
    name="iam-no-open-principal",
    title="Resource policies name whom they let in",
    why="Principal * in an Allow is every AWS account there is.",
    fix="Name the principal, or hold aws:PrincipalOrgID, aws:PrincipalArn, aws:SourceAccount or the like to values.",
    severity=Severity.CRITICAL,
    frameworks=(
        "FSBP S3.2",
        "FSBP S3.3",
        "FSBP KMS.5",
        "FSBP SNS.4",
        "FSBP SQS.3",
        "FSBP Lambda.1",
        "NIST 800-53 AC-3",
    ),
    sources=(
        SECURITY_HUB.format("s3"),
        SECURITY_HUB.format("kms"),
        SECURITY_HUB.format("sns"),
        SECURITY_HUB.format("sqs"),
        SECURITY_HUB.format("lambda"),
    ),
    types=(*POLICY_OF, BUS_PERMISSION, LAMBDA_PERMISSION),
    check=check,
    never_exempt="the access proofs refuse whatever lets everybody in; correct the resource's policy.",
)
