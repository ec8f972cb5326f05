"""The release of a project's model: what its deploy pipeline does, what became of it, and which accounts serve it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from catalog.names import ProjectNames
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.structure import PipelineDeclaration
from rehearsal.journey import claims
from rehearsal.journey.claims import ReleaseAction, Serving


@dataclass(frozen=True, kw_only=True)
class ReleaseFacts:
    """Asks the stages' accounts about the project's endpoints. `workloads` are the project's own, of its stages.

    `administrator` gives who asks in an account.
    """

    cloud: Cloud
    names: ProjectNames
    stages: Sequence[str]
    workloads: Sequence[Mapping[str, Any]]
    administrator: Callable[[str], Actor]

    @property
    def stack_sets(self) -> dict[str, str]:
        """The stage of each StackSet by name."""
        return {self.names.stack_set(stage): stage for stage in self.stages}

    def declared(self, pipeline: PipelineDeclaration) -> list[ReleaseAction]:
        """What the deploy pipeline does, in its order."""
        return claims.declared(pipeline, self.stack_sets)

    def serving(self) -> Serving:
        """Which accounts have the project's endpoint of their stage in service, or its model for batches."""
        return {
            stage: {
                workload["account"]: self._serves(workload, self.names.endpoint(stage))
                for workload in self.workloads
                if workload["stage"] == stage
            }
            for stage in self.stages
        }

    def _serves(self, workload: Mapping[str, Any], endpoint: str) -> bool:
        client = self.cloud.client(self.administrator(workload["account"]), "sagemaker", workload["region"])
        pages = client.get_paginator("list_endpoints").paginate()
        found = [each for page in pages for each in page["Endpoints"] if each["EndpointName"] == endpoint]
        if found:
            return any(each["EndpointStatus"] == "InService" for each in found)
        # Jobs over files have no endpoint: the model alone is delivered, under a name that they know.
        return bool(client.list_models(NameContains=f"{endpoint}-v")["Models"])


def refusals_of_the_gate(account: str, region: str, pipeline: str) -> list[str]:
    """Messages of the steps by which a SageMaker pipeline's executions ended themselves, which the gate's branch does.

    A step that fails otherwise, such as a job's, is none.
    """
    steps = [step for execution in _executions(account, region, pipeline) for step in execution]
    messages = [step.get("Metadata", {}).get("Fail", {}).get("ErrorMessage") for step in steps]
    return [str(message) for message in messages if message]


def finished_steps(account: str, region: str, pipeline: str) -> list[str]:
    """Names of the steps that succeeded in a SageMaker pipeline's newest execution, in the order they began."""
    executions = _executions(account, region, pipeline)
    return [
        step["StepName"] for step in (executions[-1] if executions else []) if step.get("StepStatus") == "Succeeded"
    ]


def _executions(account: str, region: str, pipeline: str) -> list[list[dict[str, Any]]]:
    """The steps of each execution of a SageMaker pipeline, oldest first."""
    known: Any = sagemaker_backends[account][region].pipelines.get(pipeline)
    executions = known.pipeline_executions.values() if known else ()
    return [list((execution.steps or {}).values()) for execution in executions]
