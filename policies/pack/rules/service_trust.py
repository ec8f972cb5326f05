"""IAM-04: a role that an AWS service assumes says for whose resources."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.statements import StatementView, parse

SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
# Services that send none of these keys when they assume a role, or perhaps none. AWS publishes no list; each entry has
# its own source.
WITHOUT_SOURCE = {
    # Of API Gateway no page says that it sends one with the account's role for logs; iam:PassRole limits who sets it.
    "apigateway.amazonaws.com": "Amazon API Gateway Developer Guide, page set-up-logging: no condition",
    # Of Amazon Q Developer in chat applications likewise; iam:PassRole limits who may hand such a role to a channel.
    "chatbot.amazonaws.com": "Amazon Q Developer Administrator Guide, page understanding-permissions: no condition",
    # Of CodePipeline no page says that it sends one; iam:PassRole limits who may hand such a role to a pipeline.
    "codepipeline.amazonaws.com": "AWS CodePipeline User Guide, page pipelines-create-service-role-cli: no condition",
    "ec2.amazonaws.com": "AWS Support, cited in github.com/prowler-cloud/prowler issue 2810",
    # iam:PassRole limits who may hand such a role to a function.
    "lambda.amazonaws.com": "AWS Lambda Developer Guide, page access permissions: SourceArn is for function policies",
}


def check(role: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Every Allow to a service holds the source's account, ARN or organization."""
    return [
        f"{statement.label} lets {', '.join(services)} act for any AWS account's resources"
        for statement in parse(role.get("assumeRolePolicy"), "assumeRolePolicy")
        if statement.allows and (services := _services(statement)) and not statement.fixes(SOURCES)
    ]


def _services(statement: StatementView) -> list[str]:
    named = {name for kind, name in statement.principals if kind == "Service"}
    return sorted(named - WITHOUT_SOURCE.keys())


RULE = Rule(
    id="IAM-04",
    name="iam-service-trust-source",
    title="Roles for AWS services say for whose resources",
    why="Confused deputy: the service would otherwise use the role for a stranger who knows its ARN.",
    fix="Hold aws:SourceAccount, aws:SourceArn or aws:SourceOrgID in the trust policy.",
    severity=Severity.HIGH,
    types=("aws:iam/role:Role",),
    check=check,
)
