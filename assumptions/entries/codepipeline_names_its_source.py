"""Whether CodePipeline says for which pipeline it assumes a role."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from botocore.exceptions import ClientError

from assumptions import buckets, pipelines, roles
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult, probe_name
from assumptions.refusals import refusal


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """A pipeline with a role whose trust asks for nothing, then one for each condition key that a trust may ask for.

    None of them finds its source. What CodePipeline says of that is compared: it says something else where it could
    not assume the role, when the pipeline is made or when it is run.
    """
    name = probe_name(stack)
    with ExitStack() as made:
        sources = made.enter_context(buckets.bucket(stack, name, versions=True))
        plain = _outcome(stack, f"{name}-plain", sources)
        if not plain or _not_assumed(plain):
            return ProbeResult.UNCLEAR, f"with a trust that asks for nothing: {plain or 'no execution ended'}"
        keys = _conditions(stack)
        found = {key: _outcome(stack, f"{name}-{number}", sources, keys[key]) for number, key in enumerate(keys)}
    told = f"where a trust asks for nothing, the pipeline says {plain!r}; " + "; ".join(
        f"where it asks for {key}, {outcome or 'nothing'!r}" for key, outcome in found.items()
    )
    if all(outcome == plain for outcome in found.values()):
        return ProbeResult.HOLDS, told
    return (ProbeResult.FAILS if all(map(_not_assumed, found.values())) else ProbeResult.UNCLEAR), told


def _conditions(stack: ProbedStack) -> Mapping[str, Mapping[str, Any]]:
    every = roles.scope_of(stack).arn("codepipeline", "*")
    return {
        "aws:SourceAccount": {"StringEquals": {"aws:SourceAccount": stack.account}},
        "aws:SourceArn": {"ArnLike": {"aws:SourceArn": every}},
    }


def _outcome(stack: ProbedStack, name: str, sources: str, condition: Mapping[str, Any] | None = None) -> str:
    """What becomes of a pipeline whose role has this trust, masked; nothing where that is not known in time.

    A trust that is not met is told from a role that CodePipeline does not know yet by trying long enough: a role
    without a condition is taken in that time.
    """
    with ExitStack() as made:
        trust = (pipelines.SERVICE, condition or {})
        role_arn = made.enter_context(roles.role(stack, name, *trust, pipelines.look_for_source(stack, sources)))
        try:
            made.enter_context(pipelines.pipeline(stack, pipelines.definition(name, role_arn, sources)))
        except ClientError as error:
            if "AssumeRole" not in refusal(error):
                raise
            return _masked(refusal(error))
        return _masked(pipelines.failure_of_source(stack, name))


def _not_assumed(outcome: str) -> bool:
    """Whether an outcome is that CodePipeline could not assume the role, in the words of either moment."""
    # A session that exists is named `assumed-role/…` in what it may not do.
    return "assum" in outcome.lower().replace("assumed-role", "")


def _masked(outcome: str) -> str:
    """An outcome without whatever is another one's each time: names, sessions, requests."""
    return re.sub(r"\S*\d\S*", "…", outcome)


ASSUMPTION = Assumption(
    name="codepipeline-names-its-source",
    question="Does CodePipeline send aws:SourceAccount and aws:SourceArn when it assumes a pipeline's role?",
    if_it_holds="The request says which pipeline of which account the role is for.",
    if_it_fails="The request says nothing of its source, and a trust that asks for it is never met.",
    design="The trust holds the account where the request names one, and asks for none. Nobody hands a role of the "
    "account to another account's pipeline: iam:PassRole ends at the account.",
    leans_on=("policies/documents/trust.py:service_trust", "policies/pack/rules/service_trust.py"),
    sources=(
        'AWS CodePipeline User Guide, "Create the CodePipeline service role (CLI)": a trust without a condition',
        'AWS CodePipeline User Guide, "Identity and access management for AWS CodePipeline": no page on confused '
        "deputies",
    ),
    probe=Probe(
        run=_run,
        kinds=("foundation",),
        # Three executions, each with one action of less than a minute, at 0.002 USD a minute (AWS CodePipeline pricing,
        # V2), and a few requests to S3.
        price=0.01,
        # At most two for each role and two for each execution.
        minutes=12,
        needs=(*pipelines.NEEDS, *roles.NEEDS, *buckets.NEEDS),
    ),
)
