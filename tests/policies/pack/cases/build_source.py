"""Cases of the rule in `policies/pack/rules/build_source.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import build_source
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.services import build
from tests.policies.pack.rule_cases import Cases, on


def sourced(location: object) -> StackResource:
    return having(build(), source={"type": "GITHUB", "location": location})


CASES = Cases(
    rule=build_source.RULE,
    passes=[on(sourced("https://github.com/company/mlops")), on(sourced("bucket/path/source.zip"))],
    violations=[
        (on(sourced("https://user:token@github.com/company/mlops")), "the location of source carries credentials"),
        (
            on(having(build(), secondarySources=[{"location": "https://x@bitbucket.org/company/mlops"}])),
            "the location of secondarySources.0 carries credentials",
        ),
    ],
    unknown=[(on(sourced(UNKNOWN)), "source.location of build")],
)
