"""CFG-01: AWS Config records everything."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import attached

STATUS = "aws:cfg/recorderStatus:RecorderStatus"
GROUP = "recordingGroup"


def check(recorder: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """The recorder takes all supported types, global ones included, and is started, which is a resource of its own."""
    found = []
    if recorder.present(GROUP) and recorder.get(f"{GROUP}.allSupported") is False:
        found.append("the recorder leaves resource types out")
    started = attached(recorder, stack, [STATUS], "name")
    if not any(status.get("isEnabled") is True for status in started):
        found.append("the recorder is not started")
    return found


RULE = Rule(
    id="CFG-01",
    name="config-records-everything",
    title="AWS Config records all resource types and is started",
    why="Rules see only what is recorded, and a recorder that nobody started records nothing.",
    fix="Leave recordingGroup.allSupported on and add a RecorderStatus with isEnabled.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP Config.1",
        "CIS AWS 5.0.0 3.3",
        "NIST 800-53 CM-8",
    ),
    sources=(SECURITY_HUB.format("config"),),
    types=("aws:cfg/recorder:Recorder",),
    scope="stack",
    related_types=(STATUS,),
    check=check,
)
