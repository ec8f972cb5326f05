"""Resource policies of what accounts share: the registry, images, buses and topics."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.accounts import MOST_EXACT, WorkloadAccounts
from policies.documents.statement import Conditions, DocumentKind, Principals, Statement, account_principals, document


def model_group(group: str, accounts: WorkloadAccounts) -> str:
    """Group policy: workload accounts describe and deploy the group's models; approval stays in the account.

    Account principals and explicit actions: a role as principal or a wildcard would make the group impossible to share
    through RAM later (SageMaker Developer Guide, "Cross-account discoverability"). Actions: SageMaker Developer Guide,
    "Deploy a Model from the Registry", without UpdateModelPackage.
    """
    principals, conditions = accounts.principals(), accounts.callers()
    scope = accounts.scope
    return document(
        Statement(
            sid="WorkloadAccountsDescribeTheGroup",
            principals=principals,
            actions=["sagemaker:DescribeModelPackageGroup"],
            resources=[scope.arn("sagemaker", f"model-package-group/{group}")],
            conditions=conditions,
        ),
        Statement(
            sid="WorkloadAccountsDeployItsModels",
            principals=principals,
            actions=["sagemaker:CreateModel", "sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
            resources=[scope.arn("sagemaker", f"model-package/{group}/*")],
            conditions=conditions,
        ),
        kind=DocumentKind.GROUP,
    )


def image_repository(accounts: WorkloadAccounts, roles: Sequence[str]) -> str:
    """Repository policy: named roles of the workload accounts (ARN patterns) pull, and SageMaker for these accounts.

    The model's role pulls when an endpoint starts. Before that CreateModel looks at the image, and no page says as
    whom: as its caller, CloudFormation's role, or as itself.
    """
    actions = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    return document(
        Statement(
            sid="ModelRolesPull",
            principals=accounts.principals(),
            actions=actions,
            conditions=accounts.callers(roles),
        ),
        Statement(
            sid="SageMakerLooksAtImages",
            principals=Principals(services=["sagemaker.amazonaws.com"]),
            actions=actions,
            conditions=accounts.sources(),
        ),
        kind=DocumentKind.REPOSITORY,
    )


def function_repository(accounts: WorkloadAccounts, roles: Sequence[str]) -> str:
    """Repository policy: named roles of the workload accounts (ARN patterns) make functions of its images, and Lambda
    pulls them for functions of these accounts (AWS Lambda Developer Guide, "Create a Lambda function using a container
    image", on images of another account)."""
    scope, actions = accounts.scope, ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    functions = [scope.arn("lambda", f"function:{scope.prefix}-*", account=account) for account in accounts.ids]
    # Each function's account by its ARN, which that page names, while the policy has room for them.
    named: Conditions = {"ArnLike": {"aws:SourceArn": functions}}
    return document(
        Statement(
            sid="ExecutionRolesPull",
            principals=accounts.principals(),
            actions=actions,
            conditions=accounts.callers(roles),
        ),
        Statement(
            sid="LambdaPulls",
            principals=Principals(services=["lambda.amazonaws.com"]),
            actions=actions,
            conditions=named if len(functions) <= MOST_EXACT else accounts.sources(),
        ),
        kind=DocumentKind.REPOSITORY,
    )


def event_bus(partition: str, bus: str, accounts: Sequence[str]) -> str:
    """Which accounts put events on the bus."""
    return document(
        Statement(
            sid="NamedAccountsPutEvents",
            principals=account_principals(partition, accounts),
            actions=["events:PutEvents"],
            resources=[bus],
        ),
        kind=DocumentKind.BUS,
    )


def alarm_topic(topic: str, account: str) -> str:
    """Alarms and rules of the account publish; nobody over plain transport."""
    return document(
        Statement(
            sid="AlarmsPublish",
            principals=Principals(services=["cloudwatch.amazonaws.com"]),
            actions=["sns:Publish"],
            resources=[topic],
            conditions={"StringEquals": {"aws:SourceAccount": account}},
        ),
        # Without a condition, for none is ever met (Amazon EventBridge User Guide, "Using resource-based policies for
        # Amazon EventBridge"). Rules of other accounts reach it no other way than with a role of theirs, which this
        # policy does not name (same guide, "Sending events to an AWS service in another account").
        Statement(
            sid="RulesPublish",
            principals=Principals(services=["events.amazonaws.com"]),
            actions=["sns:Publish"],
            resources=[topic],
        ),
        Statement(
            sid="DenyPlainTransport",
            effect="Deny",
            principals=Principals(aws=["*"]),
            actions=["sns:Publish"],
            resources=[topic],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
        kind=DocumentKind.TOPIC,
    )
