"""Cases of the rule in `policies/pack/rules/source_identity.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import source_identity
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.services import domain
from tests.policies.pack.resources.studio import studio
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=source_identity.RULE,
    passes=[on(studio())],
    violations=[(on(domain()), "executionRoleIdentityConfig is DISABLED, allowed is USER_PROFILE_NAME")],
    unknown=[(on(having(studio(), domainSettings=UNKNOWN)), "domainSettings.executionRoleIdentityConfig of studio")],
)
