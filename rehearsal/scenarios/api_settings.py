"""An API in front of production, as settings: what a scenario that goes through it adds to the stack files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.journey.inputs import JourneyInputs
from rehearsal.plan import PlannedStack
from settings.model import DataScienceSettings, WorkloadSettings

# A role of an account that is none of the platform's.
CALLER = "arn:aws:iam::444444444444:role/scenario-caller"


def api(rate: int) -> Mapping[str, Any]:
    """An API that a role of another account calls, with so many requests a second."""
    return {
        "authentication": "iam",
        "access": "public",
        "callers": [CALLER],
        "package": "zip",
        "throttle": {"rate": rate, "burst": 2 * rate},
    }


def stacks_with_api(planned: Sequence[PlannedStack], inputs: JourneyInputs) -> Mapping[str, Mapping[str, str]]:
    """What other stacks need for it: the functions' build, and in production's accounts the roles."""
    found: dict[str, Mapping[str, str]] = {}
    for stack in planned:
        settings = stack.settings
        if isinstance(settings, DataScienceSettings):
            found[stack.stack] = {"apiFunctions": "true"}
        elif isinstance(settings, WorkloadSettings) and settings.stage == "production":
            apis = sorted({*settings.apis, inputs.project} & set(settings.projects))
            found[stack.stack] = {"apis": json.dumps(apis)}
    return found
