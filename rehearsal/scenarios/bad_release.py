"""A second model that goes wrong in production alone, in several ways: its own alarms roll it back, under load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rehearsal.journey.steps import JourneyFailed
from rehearsal.load import Load, LoadCount
from rehearsal.sagemaker.servers import ServedModel
from rehearsal.scenarios.releases import SecondModel
from rehearsal.scenarios.scenario import Scenario, ScenarioRun
from rehearsal.scenarios.second_release import PER_SECOND, PERCENT, WAIT_SECONDS, canary_of_a_tenth
from rehearsal.scenarios.traffic import ProductionTraffic

# The rollback alarms of the delivered template by the fault that each is there for: the end of their names.
ALARMS = {
    "errors": ("5xx", "model-errors"),
    "slow": ("latency",),
    "out-of-memory": ("5xx", "model-errors"),
}


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
    """Release the same second model several times, each time with another fault in production's new fleet."""
    second = SecondModel(scenario)
    scenario.steps.run("Build and approve a second model", second.build)
    for number, kind in enumerate(ALARMS):
        if number:
            scenario.steps.run(f"Approve it again, before {kind}", second.approve_again)
        scenario.steps.run(f"Bring it to staging, before {kind}", second.stage)
        scenario.steps.run(f"Release it with {kind}", lambda kind=kind: _rolled_back(scenario, second, kind))  # type: ignore[misc]


def _rolled_back(scenario: ScenarioRun, second: SecondModel, kind: str) -> str:
    traffic = ProductionTraffic(scenario.journey, second.production)
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
    return _judge(scenario, kind, reason, load.count(), load.count(ended), (old, new))


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
    summary=f"a second model fails in production, each rolled back: {', '.join(ALARMS)}",
    run=run,
    settings=canary_of_a_tenth,
)
