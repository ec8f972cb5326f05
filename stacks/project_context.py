"""Context of a project stack: the project's names, its data science account, the workload accounts that let it in."""

from __future__ import annotations

from typing import Any

import pulumi

from catalog import names
from catalog.roles import RoleKind
from catalog.serving import COMPARED
from policies.documents.accounts import WorkloadAccounts
from settings.model import ProjectSettings
from stacks.context import StackContext
from stacks.references import DataScienceOutputs, read


class ProjectContext(StackContext[ProjectSettings]):
    """A project's settings and names, and the outputs of the data science stack that it lives in (`data_science`)."""

    def __init__(self, stack: str, settings: ProjectSettings) -> None:
        env_names = names.Names(settings.prefix, settings.data_science)
        self.data_science: DataScienceOutputs = read(DataScienceOutputs, settings.organization, settings.data_science)
        super().__init__(stack, settings, env_names, {"project": settings.id})
        self.project_names = names.ProjectNames(settings.prefix, settings.id)
        self.parameters = self.project_names.parameters(settings.data_science)
        self.stages = [stage.value for stage in settings.stages]
        # Computed as the data science stack does: the trigger's pattern and the archives' keys name it.
        self.artifacts_bucket = self.bucket_name("artifacts")

    def compares_models(self) -> bool:
        """Whether a stage serves two models beside each other."""
        return any(getattr(self.settings.deployments, stage).serving.shape in COMPARED for stage in self.stages)

    def source_key(self, repository: str) -> str:
        """Key of a repository's archive in the artifacts bucket."""
        return f"{self.settings.id}/source/{repository}.zip"

    def alarm_topic(self) -> str:
        """ARN of the data science account's alarm topic, computed: archives and policies name it."""
        return self.scope.arn("sns", self.env_names.name("alarms"))

    def stack_sets(self) -> list[str]:
        """Names of the project's StackSets, one for each stage."""
        return [self.project_names.stack_set(stage) for stage in self.stages]

    def workloads_of_stage(self, stage: str) -> pulumi.Output[list[dict[str, Any]]]:
        """The workload accounts of a stage that let this project deploy.

        Raises RunError where there is none: the approval is the project's id in the workload stack's `projects`.
        """

        def allowed(workloads: list[dict[str, Any]]) -> list[dict[str, Any]]:
            approved = [w for w in workloads if w["stage"] == stage and self.settings.id in w["projects"]]
            if not approved:
                raise pulumi.RunError(
                    f"no workload account of stage {stage!r} lets project {self.settings.id!r} deploy: add it to the "
                    f"`projects` of a workload stack of that stage; bring that up, then {self.settings.data_science!r}"
                )
            return approved

        return pulumi.Output.from_input(self.data_science.workloads).apply(allowed)

    def workload_accounts(self) -> pulumi.Output[WorkloadAccounts]:
        """The workload accounts of all its stages."""

        def accounts(values: list[Any]) -> WorkloadAccounts:
            paths, *stages = values
            ids = sorted({workload["account"] for workloads in stages for workload in workloads})
            return WorkloadAccounts(scope=self.scope, ids=ids, organization_paths=paths)

        of_stages = map(self.workloads_of_stage, self.stages)
        return pulumi.Output.all(self.data_science.organization_paths, *of_stages).apply(accounts)

    def workload_roles(self, kind: RoleKind) -> pulumi.Output[list[tuple[str, str]]]:
        """Account and name of the project's roles of a kind in the workload accounts of its stages."""

        def named(stages: list[list[dict[str, Any]]]) -> list[tuple[str, str]]:
            return [
                (workload["account"], self.project_names.stage_role(workload["stage"], kind))
                for workloads in stages
                for workload in workloads
            ]

        return pulumi.Output.all(*[self.workloads_of_stage(stage) for stage in self.stages]).apply(named)
