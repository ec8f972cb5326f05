"""Whether who makes a pipeline must be allowed to pass the roles that its actions name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from botocore.exceptions import ClientError

from assumptions import buckets, callers, pipelines, roles
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult, probe_name
from assumptions.refusals import patiently, refusal
from catalog import names
from catalog.roles import RoleKind

_NEVER = "none"


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """Pipelines made by a role inside the deployer's boundary that may pass one of two roles to CodePipeline.

    The first shows that the caller may make pipelines by now; it is changed into one that names the other role in an
    action, and a second names that role from the start. Where both are taken, one that has it for its own must be
    refused; where one is refused, it must be taken from a caller who may pass both roles.
    """
    name = probe_name(stack)
    with ExitStack() as made:
        bucket = made.enter_context(buckets.bucket(stack, name, versions=True))
        looks = pipelines.look_for_source(stack, bucket)
        runner, other = (
            made.enter_context(roles.role(stack, f"{name}-{which}", pipelines.SERVICE, {}, looks))
            for which in ("runner", "other")
        )
        # The platform's boundary lets no role make pipelines; the deployer's does.
        boundary, rights = f"{RoleKind.DEPLOYER}-{names.BOUNDARY}", _rights(stack, name, runner)
        caller = made.enter_context(callers.caller(stack, f"{name}-caller", "codepipeline", *rights, boundary=boundary))
        action = _action(stack, other)
        first, second = (pipelines.definition(f"{name}-{number}", runner, bucket, action) for number in (1, 2))
        allowed = pipelines.definition(f"{name}-1", runner, bucket)
        with pipelines.pipeline(stack, allowed, caller, passing=("AccessDenied", "AssumeRole")):
            asked = _refused(lambda: caller.update_pipeline(pipeline=first))
        asked = _refused(lambda: _made(stack, second, caller)) or asked
        if asked:
            roles.may(stack, f"{name}-caller", *_rights(stack, name, runner, other))
            return _taken_from_others(stack, second, caller, asked)
        control = _refused(lambda: _made(stack, pipelines.definition(f"{name}-3", other, bucket), caller))
    told = "pipelines are made and changed with an AdministrationRoleArn that their caller may not pass"
    if not control:
        return ProbeResult.UNCLEAR, f"{told}; but it may: a pipeline is made that has it for its own"
    return ProbeResult.HOLDS, f"{told}; one that has it for its own is refused: {control}"


def _taken_from_others(
    stack: ProbedStack, structure: Mapping[str, Any], caller: Any, asked: str
) -> tuple[ProbeResult, str]:
    try:
        patiently(stack, lambda: _made(stack, structure, caller), "AccessDenied")
    except ClientError as error:
        return ProbeResult.UNCLEAR, f"{asked}; and from a caller who may pass it to CodePipeline: {refusal(error)}"
    return ProbeResult.FAILS, f"with an AdministrationRoleArn: {asked}; it is taken from a caller who may pass that"


def _rights(stack: ProbedStack, name: str, *passed: str) -> tuple[Mapping[str, Any], ...]:
    make = ["codepipeline:CreatePipeline", "codepipeline:UpdatePipeline"]
    to_service = {"StringEquals": {"iam:PassedToService": pipelines.SERVICE["Service"]}}
    return (
        roles.allow(make, roles.scope_of(stack).arn("codepipeline", f"{name}-*")),
        roles.allow("iam:PassRole", passed, **to_service),
    )


def _made(stack: ProbedStack, structure: Mapping[str, Any], caller: Any) -> None:
    with pipelines.pipeline(stack, structure, caller):
        pass


def _refused(attempt: Callable[[], Any]) -> str:
    """AWS's refusal for want of iam:PassRole; nothing where there is none. Raises ClientError for any other."""
    try:
        attempt()
    except ClientError as error:
        if "iam:PassRole" not in refusal(error):
            raise
        return refusal(error)
    return ""


def _action(stack: ProbedStack, administration_role_arn: str) -> Mapping[str, Any]:
    """An action that would enter accounts with a role. It is never reached, and neither StackSet nor template exist."""
    return {
        "name": "Deliver",
        "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "CloudFormationStackSet", "version": "1"},
        "inputArtifacts": [{"name": "Source"}],
        "configuration": {
            "StackSetName": _NEVER,
            "TemplatePath": f"Source::{_NEVER}.json",
            "PermissionModel": "SELF_MANAGED",
            "AdministrationRoleArn": administration_role_arn,
            "ExecutionRoleName": _NEVER,
            "DeploymentTargets": stack.account,
            "Regions": stack.region,
        },
    }


ASSUMPTION = Assumption(
    name="pipelines-pass-action-roles",
    question="Do CreatePipeline and UpdatePipeline ask only for iam:PassRole on the pipeline's own role, and not on an "
    "AdministrationRoleArn in the configuration of an action?",
    if_it_holds="The deployer passes the pipeline's role alone; the pipeline passes the others when it runs.",
    if_it_fails="CreatePipeline is refused where its caller may not pass the administration role to CodePipeline.",
    design="The deployer may pass administration roles to CodePipeline, which cannot assume them. To CloudFormation, "
    "which can, only the deploy pipeline passes its own.",
    leans_on=(
        "policies/documents/deployer/identity.py:pass_administration",
        "policies/access/proofs/delivery.py:stack_sets",
    ),
    sources=(
        'AWS CodePipeline User Guide, "AWS CloudFormation StackSets deployment action reference"',
        'Service Authorization Reference, "AWS CodePipeline": iam:PassRole without saying of which roles',
        "resource schema of AWS::CodePipeline::Pipeline: iam:PassRole without saying of which roles",
    ),
    probe=Probe(
        run=_run,
        kinds=("foundation",),
        # At most three first executions, each with one action of less than a minute, at 0.002 USD a minute (AWS
        # CodePipeline pricing, V2), and a few requests to S3.
        price=0.01,
        # Two each until the caller can be assumed, until it may make pipelines, until it may pass the other role, and
        # until CodePipeline knows that.
        minutes=8,
        needs=(*pipelines.NEEDS, *callers.NEEDS, *buckets.NEEDS),
    ),
)
