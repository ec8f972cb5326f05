"""Production goes back to the version before: by one command, to a named version, and by one registry change."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from moto.cloudformation.models import cloudformation_backends

from catalog.names import Names
from functions.release_recorder.changes import ordered
from operate.releases import SERVES, Line, lines, read_changes
from operate.rollback import choose, follow, require_approved, start
from rehearsal.aws.recorder import Recorded
from rehearsal.codesuite.execution import SUCCEEDED, PipelineExecution
from rehearsal.journey.records import project_of
from rehearsal.journey.steps import JourneyFailed
from rehearsal.load import Load
from rehearsal.scenarios.releases import SecondModel
from rehearsal.scenarios.scenario import Scenario, ScenarioRun
from rehearsal.scenarios.second_release import canary_of_a_tenth
from rehearsal.scenarios.traffic import EndpointTraffic

PER_SECOND = 20.0
REASON = "the second model is worse"
# Calls that build, train or register something.
_BUILDING = frozenset(
    {
        "CreateModelPackage",
        "CreatePipeline",
        "CreateProcessingJob",
        "CreateTrainingJob",
        "PutImage",
        "StartPipelineExecution",
    }
)
# Of the recorder, its event and the starter.
_NOTICED_SECONDS = 60.0


class WayBack:
    """Two versions that production has served, and ways between them."""

    def __init__(self, scenario: ScenarioRun, second: SecondModel) -> None:
        self._scenario, self.journey, self.second = scenario, scenario.journey, second
        self.project = project_of(self.journey.project.settings, self.journey.release_facts)
        self.traffic = EndpointTraffic(self.journey, second.production)
        self.new, self.old = self.traffic.learn(), second.learn_before(self.traffic)

    def by_command(self, version: str | None, expected: str) -> str:
        """What `python -m operate rollback` does, as an approver; requests go on meanwhile."""

        def go_back() -> None:
            self.journey.wait(self._written_down, "the release to be written down", seconds=_NOTICED_SECONDS)
            way = choose(self._changes(), "production", version)
            require_approved(self._approver("sagemaker"), way.target.package)
            codepipeline = self._approver("codepipeline")
            package = way.target.package
            execution = start(self.project, codepipeline, "production", package, REASON)
            if start(self.project, codepipeline, "production", package, REASON) != execution:
                raise JourneyFailed("the command that was given twice started two rollbacks")
            follow(self.project, codepipeline, execution, lambda _: None, lambda _: time.sleep(0.2))

        return self._under_load(go_back, expected)

    def by_registry(self, expected: str) -> str:
        """An approver rejects the version that production serves, and does nothing else."""

        def reject() -> None:
            self.journey.wait(self._written_down, "the release to be written down", seconds=_NOTICED_SECONDS)
            before = len(self._runs())
            self._approver("sagemaker").update_model_package(
                ModelPackageArn=self.second.journey.package["ModelPackageArn"],
                ModelApprovalStatus="Rejected",
                ApprovalDescription=REASON,
            )
            self.journey.wait(lambda: len(self._runs()) > before, "the rollback to start", seconds=_NOTICED_SECONDS)
            execution = self._runs()[-1]
            self.journey.wait(execution.done.is_set, "the rollback")
            if execution.status != SUCCEEDED:
                raise JourneyFailed(f"rollback: {execution.failure or execution.status}")

        return self._under_load(reject, expected)

    def recorded(self) -> str:
        """The records say what was, from when to when, and why it ended."""
        found: list[Line] = []
        account = self.second.production["account"]

        def complete() -> bool:
            found[:] = lines(self._changes(), account)
            return [line.version for line in found] == [self.old, self.new, self.old, self.new, self.old]

        try:
            self.journey.wait(complete, "the records to be complete", seconds=_NOTICED_SECONDS)
        except JourneyFailed as failed:
            raise JourneyFailed(f"{failed}; written down: {[(x.version, x.state, x.why) for x in found]}") from None
        newest, rejected, _, first_back, _ = found
        unsaid = [line for line in (rejected, first_back) if REASON not in line.why or "rolled back to" not in line.why]
        if newest.state != SERVES or unsaid:
            raise JourneyFailed(f"written down: {[(x.version, x.state, x.why) for x in found]}")
        return f"{len(found)} periods in {account}; version {rejected.version} ended since it was {rejected.why}"

    # ---- parts

    def _under_load(self, act: Callable[[], None], expected: str) -> str:
        clock, recorder = self._scenario.environment.cloud.clock, self._scenario.environment.cloud.recorder
        asked = len(recorder.requests)
        with Load(self.traffic.ask, per_second=PER_SECOND) as load:
            began = load.now()
            act()
            ended = load.now()
            time.sleep(1.0)
        everything, after = load.count(), load.count(ended)
        answered = [each for each in load.count(began).answers if each.answer.version == expected]
        built = [each for each in recorder.requests[asked:] if self._builds(each)]
        if everything.failed or set(after.versions) != {expected} or not answered or built:
            raise JourneyFailed(
                f"{everything.failed} of {everything.requests} requests failed ({'; '.join(everything.problems())}), "
                f"afterwards {after.versions} answered, built: {sorted({each.operation for each in built})}"
            )
        first, whole = answered[0].at - began, ended - began
        self._scenario.measured(
            f"rollback to {expected} ({act.__name__})",
            {
                "requests": everything.requests,
                "failed": everything.failed,
                "first answer after": first,
                "ended after": whole,
            },
        )
        return (
            f"version {expected} answered {first:.0f} s after and alone {whole:.0f} s after, AWS's clock going "
            f"{clock.rate:.0f} times as fast; {everything.requests} requests, none failed; nothing built"
        )

    def _builds(self, request: Recorded) -> bool:
        """Whether a request built, trained or registered something, or started what does."""
        if request.operation == "StartBuild":
            image = Names(self.project.scope.prefix, self.project.data_science).name("image")
            return request.resource.endswith(image) or request.resource.endswith("-build")
        if request.operation == "StartPipelineExecution":
            return not request.resource.endswith(self.project.pipeline("rollback"))
        return request.operation in _BUILDING

    def _runs(self) -> list[PipelineExecution]:
        """Executions of the rollback pipeline, oldest first."""
        pipelines = self._scenario.runtime.suite.pipelines
        return pipelines.executions(self.journey.account, self.journey.region, self.project.pipeline("rollback"))

    def _written_down(self) -> bool:
        """Whether the records know what production was last given."""
        account, region = self.journey.account, self.journey.region
        name = self.project.names.stack_set("production")
        parameters = cloudformation_backends[account][region].describe_stack_set(name).parameters
        changes = ordered(self._changes())
        return bool(changes) and changes[-1].package == parameters["ModelPackageArn"]

    def _changes(self) -> Any:
        return read_changes(self.project, self._approver("s3"), ["production"])

    def _approver(self, service: str) -> Any:
        return self.journey.cloud.client(self.journey.people.approver(), service)


def run(scenario: ScenarioRun) -> None:
    """Release a second model; go back; go to it again; reject it."""
    second = SecondModel(scenario)
    scenario.steps.run("Build and approve a second model", second.build)
    scenario.steps.run("Bring it to staging", second.stage)
    scenario.steps.run("Release it to production", second.release)
    way = WayBack(scenario, second)
    scenario.steps.run("Go back by the command", lambda: way.by_command(None, way.old))
    scenario.steps.run("Go to the named version again", lambda: way.by_command(way.new, way.new))
    scenario.steps.run("Go back by rejecting it", lambda: way.by_registry(way.old))
    scenario.steps.run("Read what was released, and why it ended", way.recorded)


SCENARIO = Scenario(
    summary="production goes back to the version before: by a command, to a named one, by a rejection in the registry",
    run=run,
    settings=canary_of_a_tenth,
)
