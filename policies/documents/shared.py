"""Resource policies of what accounts share: the registry, images, buses and topics."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.statement import Principals, Statement, account_principals, document
from policies.documents.trust import roles_in


def model_group(partition: str, region: str, account: str, group: str, readers: Sequence[str]) -> str:
    """Group policy: workload accounts describe and deploy the group's models; approval stays in the account.

    Account principals and explicit actions: a role as principal or a wildcard would make the group impossible to share
    through RAM later (SM model-registry-ram-promote). Actions: SM model-registry-deploy, without UpdateModelPackage.
    """
    principals = account_principals(partition, readers)
    base = f"arn:{partition}:sagemaker:{region}:{account}"
    return document(
        Statement(
            sid="WorkloadAccountsDescribeTheGroup",
            principals=principals,
            actions=["sagemaker:DescribeModelPackageGroup"],
            resources=[f"{base}:model-package-group/{group}"],
        ),
        Statement(
            sid="WorkloadAccountsDeployItsModels",
            principals=principals,
            actions=["sagemaker:CreateModel", "sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
            resources=[f"{base}:model-package/{group}/*"],
        ),
    )


def image_repository(partition: str, readers: Sequence[str], path: str, name: str) -> str:
    """Repository policy: model roles of the workload accounts pull."""
    pull = Statement(
        sid="ModelRolesPull",
        principals=account_principals(partition, readers),
        actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        conditions=roles_in(partition, readers, path, name),
    )
    return document(pull)


def event_bus(partition: str, bus: str, accounts: Sequence[str]) -> str:
    """Which accounts put events on the bus."""
    return document(
        Statement(
            sid="NamedAccountsPutEvents",
            principals=account_principals(partition, accounts),
            actions=["events:PutEvents"],
            resources=[bus],
        )
    )


def alarm_topic(topic: str, account: str) -> str:
    """Alarms and rules of the account publish; nobody over plain transport."""
    return document(
        Statement(
            sid="AlarmsAndRulesPublish",
            principals=Principals(services=["cloudwatch.amazonaws.com", "events.amazonaws.com"]),
            actions=["sns:Publish"],
            resources=[topic],
            conditions={"StringEquals": {"aws:SourceAccount": account}},
        ),
        Statement(
            sid="DenyPlainTransport",
            effect="Deny",
            principals=Principals(aws=["*"]),
            actions=["sns:Publish"],
            resources=[topic],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
    )
