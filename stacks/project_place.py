"""Where a project lives: its names, its data science account, the workload accounts that let it in."""

from __future__ import annotations

from typing import Any

import pulumi

from catalog import names
from policies.documents.accounts import WorkloadAccounts
from policies.documents.trust import service_trust
from settings.model import ProjectSettings
from stacks.account import account_provider, inside
from stacks.existing_roles import Expected
from stacks.references import DataScienceOutputs, read


class Project:
    """The project's names, and the data science account that it lives in."""

    def __init__(self, stack: str, settings: ProjectSettings) -> None:
        self.stack, self.settings = stack, settings
        self.partition = names.partition_of(settings.region)
        self.names = names.ProjectNames(settings.prefix, settings.id)
        self.home: DataScienceOutputs = read(DataScienceOutputs, settings.organization, settings.data_science)
        self.provider = account_provider(stack, settings, {"project": settings.id})
        self.parameters = self.names.parameters(settings.data_science)
        self.stages = [stage.value for stage in settings.stages]
        here = names.Names(settings.prefix, settings.data_science)
        # Computed as the data science stack does: the trigger's pattern and the archives' places name them.
        self.artifacts_bucket = here.bucket("artifacts", settings.account, settings.region)

    def administration(self) -> Expected:
        """ARN and trust of the role that the project's StackSets, and no others, enter workload accounts from."""
        account, sets = self.settings.account, [self.names.stack_set(stage) for stage in self.stages]
        base = f"arn:{self.partition}:cloudformation:*:{account}:stackset"
        return Expected(
            arn=self.names.administration_arn(self.partition, account),
            trust=service_trust(
                "cloudformation.amazonaws.com", account, source_arns=[f"{base}/{name}:*" for name in sets]
            ),
        )

    def options(self) -> pulumi.ResourceOptions:
        """Options of a component of this project."""
        return inside(self.provider)

    def of_stage(self, stage: str) -> pulumi.Output[list[dict[str, Any]]]:
        """The workload accounts of a stage that let this project deploy.

        Raises RunError where there is none: the approval is the project's id in the workload stack's `projects`.
        """

        def allowed(workloads: list[dict[str, Any]]) -> list[dict[str, Any]]:
            there = [w for w in workloads if w["stage"] == stage and self.settings.id in w["projects"]]
            if not there:
                raise pulumi.RunError(
                    f"no workload account of stage {stage!r} lets project {self.settings.id!r} deploy: add it to the "
                    f"`projects` of a workload stack of that stage; bring that up, then {self.settings.data_science!r}"
                )
            return there

        return pulumi.Output.from_input(self.home.workloads).apply(allowed)

    def accounts(self) -> pulumi.Output[WorkloadAccounts]:
        """The workload accounts of all its stages."""

        def known(found: list[Any]) -> WorkloadAccounts:
            paths, *stages = found
            ids = sorted({workload["account"] for workloads in stages for workload in workloads})
            return WorkloadAccounts(
                partition=self.partition, home=self.settings.account, ids=ids, organization_paths=paths
            )

        return pulumi.Output.all(self.home.organization_paths, *map(self.of_stage, self.stages)).apply(known)
