"""Cases of the rule in `policies/pack/rules/build_project.py`."""

from __future__ import annotations

from components.builds.model_image import model_image_specification
from components.builds.packages import packages_specification
from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import build_project
from tests.policies.pack.pack_factories import at, without
from tests.policies.pack.resources.services import build
from tests.policies.pack.rule_cases import Cases, on

OUTSIDE = "the build runs outside the VPC, and nobody reviewed what it runs of its source"
PRIVILEGED = "the build runs in privileged mode"
RUNS_THE_SOURCE = "version: 0.2\nphases:\n  build:\n    commands:\n      - bash build.sh\n"
LOCATION = "mlops-dev-artifacts/_image/source/model.zip"


def outside(text: str) -> StackResource:
    return at(without(build(), "vpcConfig"), "source.buildspec", text)


def image(location: object = LOCATION, **source: object) -> StackResource:
    own = {"type": "S3", "location": location, "buildspec": model_image_specification(), **source}
    return at(at(outside(""), "source", own), "environment.privilegedMode", True)


CASES = Cases(
    rule=build_project.RULE,
    passes=[on(build()), on(outside(packages_specification())), on(image())],
    violations=[
        (on(at(build(), "environment.privilegedMode", True)), PRIVILEGED),
        (on(without(build(), "vpcConfig")), OUTSIDE),
        # Several lines, and yet the source says what runs.
        (on(outside(RUNS_THE_SOURCE)), OUTSIDE),
        (on(outside(packages_specification() + "\n")), OUTSIDE),
        (on(at(outside(packages_specification()), "environment.privilegedMode", True)), PRIVILEGED),
        (on(at(outside(packages_specification()), "source.type", "S3")), OUTSIDE),
        (on(at(outside(packages_specification()), "secondarySources", [{"type": "S3"}])), OUTSIDE),
        # A repository's Dockerfile.
        (on(image(type="CODEPIPELINE")), PRIVILEGED),
        (on(image("mlops-dev-artifacts/screening/model.zip")), PRIVILEGED),
    ],
    unknown=[
        (on(at(build(), "environment.privilegedMode", UNKNOWN)), "environment.privilegedMode of build"),
        (on(image(UNKNOWN)), "source.location of build"),
    ],
)
