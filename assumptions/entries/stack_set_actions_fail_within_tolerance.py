"""Whether CodePipeline's StackSet action fails when an account failed within the tolerance."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="stack-set-actions-fail-within-tolerance",
    question="Does CodePipeline's StackSet action fail when an account failed and the operation, within its failure "
    "tolerance, succeeded?",
    if_it_holds="The stage fails, and its error names the account.",
    if_it_fails="The stage succeeds; the account that failed serves the release before.",
    design="By default no account may fail. Where some may, the test after the stage asks each account which package "
    "it serves and fails with the account's name; onPartialFailure: rollBack is refused together with a tolerance.",
    leans_on=("components/pipelines.py:stack_set", "settings/rollout.py:rollout_fault"),
    sources=(
        'AWS CloudFormation API Reference, "StackSetOperationPreferences": FailureTolerancePercentage',
        'AWS CodePipeline User Guide, "AWS CloudFormation StackSets deployment action reference", without a word on it',
    ),
    probe=None,
    no_probe="It takes two accounts, of which one refuses a stack: a probe has one.",
)
