"""Cases of the rule in `policies/pack/rules/notebook_platform.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import notebook_platform
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.resources.studio import notebook
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=notebook_platform.RULE,
    passes=[on(notebook()), on(lacking(notebook(), "platformIdentifier"))],
    violations=[
        (on(notebook(platformIdentifier="notebook-al2-v2")), "platformIdentifier is notebook-al2-v2"),
        (on(lacking(notebook(), "instanceMetadataServiceConfiguration")), "Version is 1, allowed is 2"),
    ],
    unknown=[(on(notebook(platformIdentifier=UNKNOWN)), "platformIdentifier of desk")],
)
