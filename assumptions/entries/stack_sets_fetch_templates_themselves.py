"""As whom StackSets fetch their template."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="stack-sets-fetch-templates-themselves",
    question="Does a self-managed StackSet hand its template to an account without reading it from S3 as the execution "
    "role?",
    if_it_holds="The execution role needs no right on S3.",
    if_it_fails="The stack is asked for with the address of a bucket of AWS's own, which the execution role reads.",
    design="The execution role may read objects in buckets of any account but the platform's own.",
    leans_on=("policies/documents/workload_roles.py:stack_set_execution",),
    sources=(
        'AWS CloudFormation User Guide, "Grant self-managed permissions": the execution role has s3:* on everything, '
        "without saying what for",
    ),
    no_probe="It takes a StackSet with an execution role that lacks the right, which no deployer makes.",
)
