"""Cases of the rule in `policies/pack/rules/image_policy.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import image_policy
from tests.policies.pack.pack_factories import allow, document, having, make
from tests.policies.pack.resources.storage import FOREIGN_ACCOUNT
from tests.policies.pack.rule_cases import Cases, on


def image_grant(*actions: str) -> StackResource:
    text = document(allow(Principal={"AWS": FOREIGN_ACCOUNT}, Action=list(actions)))
    return make("aws:ecr/repositoryPolicy:RepositoryPolicy", "model-policy", repository="mlops/model", policy=text)


CASES = Cases(
    rule=image_policy.RULE,
    passes=[on(image_grant("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"))],
    violations=[
        (on(image_grant("ecr:BatchGetImage", "ecr:PutImage")), "Given gives ecr:PutImage"),
        (on(image_grant("ecr:*")), "ecr:DeleteRepository"),
    ],
    unknown=[(on(having(image_grant("ecr:PutImage"), policy=UNKNOWN)), "policy of model-policy")],
    not_applicable=[(on(having(image_grant("ecr:PutImage"), policy=None)), "it has no policy")],
)
