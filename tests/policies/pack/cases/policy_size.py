"""Cases of the rule in `policies/pack/rules/policy_size.py`."""

from __future__ import annotations

import json

from policies.pack.model import UNKNOWN
from policies.pack.rules import policy_size
from tests.policies.pack.pack_factories import allow, document, having
from tests.policies.pack.resources.identity import READ, boundary, bucket_policy, role, role_policy
from tests.policies.pack.resources.keys import key
from tests.policies.pack.rule_cases import Cases, on


def long(characters: int) -> str:
    """A document of at least so many characters that are not white space."""
    return document(allow(Action="s3:GetObject", Resource="arn:aws:s3:::" + "x" * characters))


def exactly(characters: int) -> str:
    """A document of so many characters that are not white space."""
    return long(characters - len("".join(long(0).split())))


def spread(characters: int) -> str:
    return json.dumps(json.loads(long(characters)), indent=400)


CASES = Cases(
    rule=policy_size.RULE,
    passes=[
        on(having(boundary(), policy=exactly(6_144))),
        on(having(boundary(), policy=spread(5_900))),
        on(role(name="training", assumeRolePolicy=long(1_900)), having(role_policy(**READ), policy=long(10_000))),
        on(role(name="training"), having(role_policy(**READ), role="other", policy=long(20_000))),
    ],
    violations=[
        (on(having(boundary(), policy=exactly(6_145))), "the policy has 6145 characters, AWS takes 6144"),
        (on(role(assumeRolePolicy=long(2_048))), "the trust policy has"),
        (
            on(role(name="training"), *[having(role_policy(**READ), policy=long(5_200)) for _ in range(2)]),
            "all inline policies together",
        ),
        (on(role(inlinePolicies=[{"policy": long(10_240)}])), "all inline policies together"),
        (on(having(bucket_policy(), policy=spread(20_000))), "characters, AWS takes 20480"),
        (on(having(key(), policy=long(32_768))), "characters, AWS takes 32768"),
    ],
    unknown=[
        (on(having(bucket_policy(), policy=UNKNOWN)), "policy of data-policy"),
        (on(role(name="training"), having(role_policy(**READ), policy=UNKNOWN)), "policy of training"),
    ],
)
