"""Cases of the rule in `policies/pack/rules/tags.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import tags
from policies.pack.stack_accounts import PROVIDER
from tests.policies.pack.pack_factories import make
from tests.policies.pack.resources.identity import role
from tests.policies.pack.resources.storage import provider
from tests.policies.pack.rule_cases import Cases, on

TAGS = {"owner": "ml-platform", "cost-centre": "4711", "data-class": "confidential"}
CASES = Cases(
    rule=tags.RULE,
    passes=[
        on(role(tagsAll=TAGS)),
        on(role(tags=TAGS)),
        on(role(), provider()),
        on(role(tagsAll={}), provider()),
        on(role(tags={"project": "screening"}), provider()),
        on(role(tagsAll={**TAGS, "owner": UNKNOWN})),
    ],
    violations=[
        (on(role()), "it is not tagged with cost-centre, data-class, owner"),
        (on(role(tagsAll={**TAGS, "data-class": ""})), "it is not tagged with data-class"),
        (on(role(tagsAll={"owner": "x"}), make(PROVIDER, "bare")), "it is not tagged with cost-centre, data-class"),
        (on(role(), provider(), make(PROVIDER, "bare")), "it is not tagged with cost-centre, data-class, owner"),
    ],
    unknown=[
        (on(role(tagsAll=UNKNOWN)), "tagsAll of training"),
        (on(role(), provider(defaultTags=UNKNOWN)), "defaultTags of account"),
    ],
)
