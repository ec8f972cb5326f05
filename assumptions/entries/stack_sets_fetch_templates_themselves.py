"""As whom StackSets fetch their template."""

from __future__ import annotations

import re
from contextlib import ExitStack

from assumptions import roles
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult, probe_name
from assumptions.stack_sets import deployed, stack_set
from catalog.roles import RoleKind, RolePath

# Needs no right of whoever makes it, and costs nothing.
_TEMPLATE = {"Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}
# CloudFormation says "S3 error: Access Denied" of a template that it may not read, IAM names the action.
_NAMES_S3 = re.compile(r"\bS3\b|\bs3:")


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """A StackSet whose execution role may do nothing in S3; where that fails, once more with the right."""
    name, scope = probe_name(stack), roles.scope_of(stack)
    # So called, the boundary lets an administration role enter it.
    execution = f"{name}-{RoleKind.STACK_SET_EXECUTION}"
    service, account = {"Service": "cloudformation.amazonaws.com"}, {"AWS": scope.arn("iam", "root", region="")}
    enter = roles.allow("sts:AssumeRole", scope.role_arn(RolePath.NONE, execution))
    stacks = (
        roles.allow("cloudformation:*", scope.arn("cloudformation", f"stack/StackSet-{name}-*/*")),
        roles.allow(["cloudformation:GetTemplateSummary", "cloudformation:ValidateTemplate"], "*"),
    )
    with ExitStack() as made:
        mine = {"StringEquals": {"aws:SourceAccount": stack.account}}
        administration = made.enter_context(roles.role(stack, name, service, mine, enter))
        named = {"ArnEquals": {"aws:PrincipalArn": administration}}
        made.enter_context(roles.role(stack, execution, account, named, *stacks, path=RolePath.NONE))
        made.enter_context(stack_set(stack, name, _TEMPLATE, administration, execution))
        stack.pause(roles.PROPAGATION_SECONDS)
        without = deployed(stack, name)
        if without.succeeded:
            return ProbeResult.HOLDS, "a StackSet's stack came up with an execution role that may do nothing in S3"
        if not _NAMES_S3.search(without.reason):
            return ProbeResult.UNCLEAR, f"the StackSet ended as {without.status}: {without.reason}"
        others = {"aws:ResourceAccount": stack.account}
        roles.may(stack, execution, *stacks, roles.allow("s3:GetObject", "*", StringNotEquals=others))
        stack.pause(roles.PROPAGATION_SECONDS)
        reading = deployed(stack, name)
    if reading.succeeded:
        return ProbeResult.FAILS, f"without s3:GetObject in other accounts: {without.reason}; with it the stack came up"
    return ProbeResult.UNCLEAR, f"{without.reason}; with s3:GetObject too: {reading.reason}"


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
    probe=Probe(
        run=_run,
        kinds=("foundation",),
        # Roles, StackSets and resources of AWS's own types cost nothing.
        price=0.0,
        # Two attempts, each an operation that makes and one that removes, and the roles' way through AWS.
        minutes=20,
        needs=(
            *roles.NEEDS,
            "cloudformation:CreateStackInstances",
            "cloudformation:CreateStackSet",
            "cloudformation:DeleteStackInstances",
            "cloudformation:DeleteStackSet",
            "cloudformation:DescribeStackSetOperation",
            "cloudformation:ListStackSetOperationResults",
            "cloudformation:StopStackSetOperation",
        ),
    ),
)
