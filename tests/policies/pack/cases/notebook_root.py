"""Cases of the rule in `policies/pack/rules/notebook_root.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import notebook_root
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.resources.studio import notebook
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=notebook_root.RULE,
    passes=[on(notebook())],
    violations=[(on(lacking(notebook(), "rootAccess")), "rootAccess is Enabled, allowed is Disabled")],
    unknown=[(on(notebook(rootAccess=UNKNOWN)), "rootAccess of desk")],
)
