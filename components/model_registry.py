"""A project's models, as versions with an approval."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.rendering import rendered
from policies.documents.accounts import WorkloadAccounts
from policies.documents.shared import model_group


@dataclass(frozen=True, kw_only=True)
class ModelRegistryArgs:
    """Group name, and the accounts that deploy its models."""

    group: str
    description: str
    accounts: pulumi.Input[WorkloadAccounts]


class ModelRegistry(pulumi.ComponentResource):
    """A model package group, shared with the workload accounts before its first model.

    They may describe and deploy; approving stays in this account.
    """

    def __init__(self, name: str, args: ModelRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:project:ModelRegistry", name, None, opts)
        self.group = aws.sagemaker.ModelPackageGroup(
            f"{name}-group",
            model_package_group_name=args.group,
            model_package_group_description=args.description,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.sagemaker.ModelPackageGroupPolicy(
            f"{name}-policy",
            model_package_group_name=self.group.model_package_group_name,
            resource_policy=rendered(model_group, group=args.group, accounts=args.accounts),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = self.group.model_package_group_name
        self.arn = self.group.arn
        self.register_outputs({"arn": self.arn, "name": self.name})
