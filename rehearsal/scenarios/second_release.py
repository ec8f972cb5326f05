"""A second model takes the first one's place in production while requests go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.journey.inputs import JourneyInputs
from rehearsal.journey.steps import JourneyFailed
from rehearsal.load import Load
from rehearsal.scenarios.api_callers import ApiCallers
from rehearsal.scenarios.api_settings import api, stacks_with_api
from rehearsal.scenarios.releases import SecondModel
from rehearsal.scenarios.scenario import Scenario, ScenarioRun
from rehearsal.scenarios.traffic import ApiTraffic

# One instance of ten is the smallest canary that is a tenth.
INSTANCES, PERCENT, WAIT_SECONDS = 10, 10, 600
PER_SECOND = 30.0


def canary_of_a_tenth(_: JourneyInputs, **more: Any) -> Mapping[str, str]:
    """Production of ten instances, of which an update turns on one, then all."""
    production = {
        "minInstances": INSTANCES,
        "maxInstances": INSTANCES,
        "shift": {"method": "canary", "percent": PERCENT, "waitSeconds": WAIT_SECONDS},
        **more,
    }
    return {"deployments": json.dumps({"production": production})}


def _with_api(inputs: JourneyInputs) -> Mapping[str, str]:
    return canary_of_a_tenth(inputs, api=api(rate=int(4 * PER_SECOND)))


def run(scenario: ScenarioRun) -> None:
    """Build and approve a second model; release it under load; count who answered."""
    second = SecondModel(scenario)
    scenario.steps.run("Build and approve a second model", second.build)
    scenario.steps.run("Bring it to staging", second.stage)
    scenario.steps.run("Release it to production under load", lambda: _under_load(scenario, second))


def _under_load(scenario: ScenarioRun, second: SecondModel) -> str:
    traffic = ApiTraffic(scenario.journey, second.production, ApiCallers(scenario))
    new = traffic.learn()
    old = second.learn_before(traffic)
    with Load(traffic.ask, per_second=PER_SECOND) as load:
        second.watch_shift(load)
        second.release()
    spans = second.spans(load)
    canary, rest, everything = load.count(*spans["canary"]), load.count(*spans["all"]), load.count()
    scenario.measured(
        "second-release",
        {
            "requests": everything.requests,
            "failed": everything.failed,
            "versions": everything.versions,
            "canary": {"requests": canary.requests, "versions": canary.versions, "share": canary.share(new)},
            "all": {"requests": rest.requests, "versions": rest.versions},
        },
    )
    sentence = (
        f"{everything.requests} requests, {everything.failed} failed; version {new} answered "
        f"{canary.share(new):.1%} of {canary.requests} while it was the canary, then {rest.share(new):.0%} of "
        f"{rest.requests}; version {old} the others"
    )
    if everything.failed:
        raise JourneyFailed(f"{sentence}: {'; '.join(everything.problems())}")
    wrong_share = not PERCENT / 200 < canary.share(new) < PERCENT / 50
    if wrong_share or rest.share(new) != 1.0 or not canary.requests or not rest.requests:
        raise JourneyFailed(f"{sentence}: the traffic did not move as the settings say")
    return sentence


SCENARIO = Scenario(
    summary="a second model is released under load: a tenth of the traffic, then all",
    run=run,
    settings=_with_api,
    others=stacks_with_api,
)
