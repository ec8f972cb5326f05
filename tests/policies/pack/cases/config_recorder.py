"""Cases of the rule in `policies/pack/rules/config_recorder.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import config_recorder
from tests.policies.pack.pack_factories import make, without
from tests.policies.pack.rule_cases import Cases, on


def recorder(**group: Any) -> StackResource:
    return make("aws:cfg/recorder:Recorder", "all", name="default", recordingGroup={"allSupported": True, **group})


def started(is_enabled: object = True) -> StackResource:
    return make("aws:cfg/recorderStatus:RecorderStatus", "on", name="default", isEnabled=is_enabled)


CASES = Cases(
    rule=config_recorder.RULE,
    passes=[on(recorder(), started()), on(without(recorder(), "recordingGroup"), started())],
    violations=[
        (on(recorder()), "the recorder is not started"),
        (on(recorder(), started(False)), "the recorder is not started"),
        (on(recorder(allSupported=False), started()), "the recorder leaves resource types out"),
    ],
    unknown=[(on(recorder(), started(UNKNOWN)), "isEnabled of on")],
)
