"""Cases of the rule in `policies/pack/rules/build_project.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import build_project
from tests.policies.pack.pack_factories import at, without
from tests.policies.pack.resources.services import build
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=build_project.RULE,
    passes=[on(build()), on(at(without(build(), "vpcConfig"), "source.buildspec", "version: 0.2\nphases: {}\n"))],
    violations=[
        (on(at(build(), "environment.privilegedMode", True)), "the build runs in privileged mode"),
        (on(without(build(), "vpcConfig")), "the build runs outside the VPC, and its source says what runs"),
    ],
    unknown=[(on(at(build(), "environment.privilegedMode", UNKNOWN)), "environment.privilegedMode of build")],
)
