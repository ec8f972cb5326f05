"""Cases of the rule in `policies/pack/rules/notebook_network.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import notebook_network
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.resources.studio import notebook
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=notebook_network.RULE,
    passes=[on(notebook()), on(notebook(subnetId=UNKNOWN))],
    violations=[
        (on(lacking(notebook(), "subnetId")), "the notebook instance is outside the VPC"),
        (on(lacking(notebook(), "directInternetAccess")), "directInternetAccess is Enabled, allowed is Disabled"),
    ],
    unknown=[(on(notebook(directInternetAccess=UNKNOWN)), "directInternetAccess of desk")],
)
