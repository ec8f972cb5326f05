"""Change sets on stacks that belong to a StackSet."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="change-sets-on-stack-set-stacks",
    question="Does CloudFormation make a change set on a stack that belongs to a StackSet, for a role of its account?",
    if_it_holds="The deploy pipeline reads what an update would do to the stack, and deletes the change set.",
    if_it_fails="CreateChangeSet is refused; nothing can be read before an update.",
    design="A change that cannot be seen is said to be that, with CloudFormation's answer, and in production a person "
    "is asked. Releases go on.",
    leans_on=("seed_code/model-deploy/deploy/change_sets.py:changes_of_stack",),
    sources=(
        'AWS CloudFormation User Guide, "Performing drift detection on CloudFormation StackSets": the stack of an '
        "instance may be updated directly, which is no drift; change sets are not named",
        'AWS CloudFormation API Reference, "CreateChangeSet": names no stack that takes none',
    ),
    no_probe="The second release of any project tells: the log of its changes build has CloudFormation's answer.",
)
