"""Cases of the rule in `policies/pack/rules/permissions_boundary.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import permissions_boundary
from tests.policies.pack.resources.identity import BOUNDARY, role
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=permissions_boundary.RULE,
    passes=[on(role(permissionsBoundary=BOUNDARY)), on(role(permissionsBoundary=UNKNOWN))],
    violations=[
        (on(role()), "the role has no permissions boundary"),
        (on(role(permissionsBoundary="")), "the role has no permissions boundary"),
    ],
)
