"""Cases of the rule in `policies/pack/rules/provider_account.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import provider_account
from tests.policies.pack.pack_factories import ACCOUNT
from tests.policies.pack.resources.storage import provider
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=provider_account.RULE,
    passes=[on(provider()), on(provider(allowedAccountIds=[ACCOUNT]))],
    violations=[
        (on(provider(allowedAccountIds=None)), "the provider acts in whatever account the credentials are for"),
        (on(provider(allowedAccountIds="[]")), "the provider acts in whatever account"),
    ],
    unknown=[(on(provider(allowedAccountIds=UNKNOWN)), "allowedAccountIds of account")],
)
