"""The API in front of a model: who is answered, who is refused and how, and what stands in logs of it."""

from __future__ import annotations

import json

from rehearsal.journey.steps import JourneyFailed
from rehearsal.scenarios.api_callers import ApiCallers
from rehearsal.scenarios.scenario import Scenario, ScenarioRun


def run(scenario: ScenarioRun) -> None:
    """Call the API as its callers do, and as nobody should."""
    callers = ApiCallers(scenario)
    scenario.steps.run("Call the API with a role that may", lambda: _answered(callers))


def _answered(callers: ApiCallers) -> str:
    answer = callers.call(json.dumps({"instances": [callers.row()]}), signer=callers.caller())
    if answer.status != 200:
        raise JourneyFailed(f"the API answers {answer.status}: {answer.text[:300]}")
    found = json.loads(answer.text)
    return f"{found['predictions']} of version {found['modelVersion']}, answered as {answer.content_type}"


SCENARIO = Scenario(summary="the API in front of a model is called as it should be, and as it should not be", run=run)
