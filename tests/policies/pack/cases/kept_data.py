"""Cases of the rule in `policies/pack/rules/kept_data.py`."""

from __future__ import annotations

from dataclasses import replace

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import kept_data
from tests.policies.pack.pack_factories import having, make
from tests.policies.pack.resources.storage import bucket
from tests.policies.pack.rule_cases import Cases, on


def protected(resource: StackResource) -> StackResource:
    return replace(resource, opts={"protect": True})


CASES = Cases(
    rule=kept_data.RULE,
    passes=[on(protected(bucket())), on(protected(having(bucket(), forceDestroy=False)))],
    violations=[
        (on(protected(having(bucket(), forceDestroy=True))), "forceDestroy is True on a protected resource"),
        (
            on(protected(make("aws:secretsmanager/secret:Secret", "token", recoveryWindowInDays=0))),
            "recoveryWindowInDays is 0 on a protected resource",
        ),
    ],
    unknown=[(on(protected(having(bucket(), forceDestroy=UNKNOWN))), "forceDestroy of data")],
    not_applicable=[(on(having(bucket(), forceDestroy=True)), "the settings do not protect it")],
)
