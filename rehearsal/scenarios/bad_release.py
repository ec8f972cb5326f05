"""A second model that goes wrong only in production, in four ways: each is rolled back by its own alarm under load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rehearsal.journey.steps import JourneyFailed
from rehearsal.load import Load, LoadCount
from rehearsal.sagemaker.servers import FAULTS, ServedModel
from rehearsal.scenarios.releases import SecondModel
from rehearsal.scenarios.scenario import Scenario, ScenarioRun
from rehearsal.scenarios.second_release import PER_SECOND, PERCENT, WAIT_SECONDS, canary_of_a_tenth
from rehearsal.scenarios.traffic import EndpointTraffic

# The rollback alarms of the delivered template by the fault that each is there for: the end of their names.
ALARMS = {
    "errors": ("5xx", "model-errors"),
    "slow": ("latency",),
    "wrong-answers": ("wrong-answers",),
    # Whose process was killed has no answer; who waits meanwhile for the one that takes its place waits long.
    "out-of-memory": ("5xx", "model-errors", "latency"),
}


# Of the recorder, its calls in the workload account included.
_MARKED_SECONDS = 60.0


@dataclass
class _Fault:
    """The fault that the next fleet of production has."""

    endpoint: str
    version: str
    kind: str = ""

    def of(self, endpoint: str, model: ServedModel) -> str:
        """The fault of a model server that starts now."""
        package = model.environment.get("MODEL_PACKAGE_ARN", "")
        bad = endpoint == self.endpoint and package.endswith(f"/{self.version}")
        return self.kind if bad else ""


def run(scenario: ScenarioRun) -> None:
    """Release the same second model four times, each time with another fault in production's new fleet."""
    second = SecondModel(scenario)
    scenario.steps.run("Build and approve a second model", second.build)
    for number, kind in enumerate(FAULTS):
        if number:
            scenario.steps.run(f"Approve it again, before {kind}", second.approve_again)
        scenario.steps.run(f"Bring it to staging, before {kind}", second.stage)
        scenario.steps.run(f"Release it with {kind}", lambda kind=kind: _rolled_back(scenario, second, kind))  # type: ignore[misc]


def _rolled_back(scenario: ScenarioRun, second: SecondModel, kind: str) -> str:
    traffic = EndpointTraffic(scenario.journey, second.production)
    new = traffic.learn()
    old = second.learn_before(traffic)
    fault = _Fault(traffic.endpoint, new, kind)
    scenario.runtime.sagemaker.hosting.starter.fault = fault.of
    with Load(traffic.ask, per_second=PER_SECOND) as load:
        second.watch_shift(load)
        reason = second.refused_release()
        ended = load.now()
        scenario.environment.cloud.clock.wait(120)
    scenario.runtime.sagemaker.hosting.starter.fault = lambda *_: ""
    marked = _marked(second, kind)
    return f"{_judge(scenario, kind, reason, load.count(), load.count(ended), (old, new))}; {marked}"


def _marked(second: SecondModel, kind: str) -> str:
    """What the registry says of the version. Raises JourneyFailed where it says nothing of the alarm."""
    journey = second.journey
    client = journey.cloud.client(journey.people.approver(), "sagemaker")
    arn = journey.package["ModelPackageArn"]

    def rejected() -> bool:
        return bool(client.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"] == "Rejected")

    journey.wait(rejected, "the registry to say that the version was rolled back", seconds=_MARKED_SECONDS)
    said = str(client.describe_model_package(ModelPackageName=arn)["ApprovalDescription"])
    if not any(f"-{alarm}" in said for alarm in ALARMS[kind]):
        raise JourneyFailed(f"the registry says {said!r}; it should name one of {', '.join(ALARMS[kind])}")
    return f"the registry says: {said}"


def _judge(
    scenario: ScenarioRun, kind: str, reason: str, everything: LoadCount, after: LoadCount, versions: tuple[str, str]
) -> str:
    """What the load saw, held against what the settings imply. Raises JourneyFailed."""
    old, new = versions
    seen = sum(_by(each.answer, new) for each in everything.answers)
    clock = scenario.environment.cloud.clock
    # The canary answers its share for as long as the alarms are watched, and not a second longer.
    bound = PERCENT / 100 * PER_SECOND * clock.machine_seconds(WAIT_SECONDS)
    figures: dict[str, Any] = {
        "requests": everything.requests,
        "seen": seen,
        "bound": bound,
        "versions": everything.versions,
        "after": after.versions,
        "reason": reason,
    }
    scenario.measured(f"bad-release {kind}", figures)
    sentence = (
        f"rolled back: {reason}; {seen} of {everything.requests} requests met version {new} or got no answer, the "
        f"settings allow {bound:.0f} ({PERCENT} % of {PER_SECOND:.0f} a second for {WAIT_SECONDS} s of AWS's)"
    )
    if not any(f"-{alarm}" in reason for alarm in ALARMS[kind]):
        raise JourneyFailed(f"{sentence}; it should have been one of {', '.join(ALARMS[kind])}")
    if seen > bound * 1.5 or after.failed or set(after.versions) != {old}:
        raise JourneyFailed(f"{sentence}; afterwards {after.versions} answered, {after.failed} failed")
    return sentence


def _by(answer: Any, version: str) -> bool:
    """Whether a request met the bad version: it answered, or nobody did."""
    return answer.version == version or answer.status != 200 or answer.right is False


SCENARIO = Scenario(
    summary=f"a second model fails in production in four ways, each rolled back: {', '.join(FAULTS)}",
    run=run,
    settings=canary_of_a_tenth,
)
