"""Whether Studio takes a role that was made a moment ago."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="studio-takes-new-roles",
    question="Do CreateDomain and CreateUserProfile take an execution role that IAM made seconds before?",
    if_it_holds="A scientist's role and profile come up one after the other.",
    if_it_fails="CreateUserProfile is refused until the role has reached SageMaker, and the provider does not try "
    "again.",
    design="a profile that is made seconds after its role stops pulumi up with SageMaker's refusal, and the next "
    "pulumi up goes on where it stopped. It concerns scientists who join later: when an account comes up, its roles "
    "are there minutes before the domain, and profiles come after that.",
    holds_both_ways=False,
    leans_on=("stacks/people.py", "components/studio.py"),
    sources=(
        'IAM User Guide, "Troubleshoot IAM": changes are not always immediately visible',
        "terraform-provider-aws, internal/service/sagemaker/user_profile.go, domain.go: no error is tried again",
        'SageMaker API Reference, "CreateUserProfile": no error of the kind is named',
    ),
    no_probe="One refusal in a thousand would be missed; an answer of yes could not be trusted.",
)
