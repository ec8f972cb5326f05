"""A stack's preview as CI runs it: every request is the previewer's, and decided when it is made."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.aws.recorder import Recorded
from rehearsal.engine.state import Resource
from rehearsal.environment import program
from rehearsal.plan import PlannedStack
from tests.stacks.conftest import Platform

PREVIEWER = "mlops-previewer"


def preview(platform: Platform, planned: PlannedStack, **changes: str) -> dict[str, str]:
    """Each resource's step by URN, as the account's previewer would see it."""
    steps: dict[str, str] = {}

    def note(event: str, resource: Resource) -> None:
        steps[resource.urn] = event

    config: Mapping[str, str] = {**planned.config, **changes}
    platform.world.engine.up(planned.stack, program, config, note, as_previewer=True)
    return steps


def asked(platform: Platform, since: int) -> list[Recorded]:
    """What was asked since a request, but for signing in, and for logs of functions, which come after they ran."""
    lines = (line for line in platform.recorder.requests[since:] if line.operation != "AssumeRole")
    return [line for line in lines if line.operation != "PutLogEvents" or line.role.endswith(PREVIEWER)]
