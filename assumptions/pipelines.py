"""What probes share that make a CodePipeline which does nothing: what its first stage looks for is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from assumptions.assumption import ProbedStack
from assumptions.refusals import SECONDS, TRIES, patiently
from assumptions.roles import allow, scope_of

SERVICE = {"Service": "codepipeline.amazonaws.com"}
NEEDS = ("codepipeline:CreatePipeline", "codepipeline:DeletePipeline", "codepipeline:GetPipelineState")
APPROVAL: Mapping[str, Any] = {
    "name": "Approve",
    "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
}


def look_for_source(stack: ProbedStack, bucket: str) -> Mapping[str, Any]:
    """The statement with which a pipeline's role finds out that its source is not there."""
    arn = scope_of(stack).bucket_arn(bucket)
    return allow(["s3:GetBucketVersioning", "s3:GetObject*", "s3:ListBucket"], [arn, f"{arn}/*"])


def definition(name: str, role_arn: str, bucket: str, action: Mapping[str, Any] = APPROVAL) -> dict[str, Any]:
    """A pipeline whose first stage looks for an object that is not there, and whose second is never reached.

    Its bucket must keep versions, as the bucket of a source must (CodePipeline User Guide, "Amazon S3 source action
    reference").
    """
    source = {
        "name": "Source",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
        "configuration": {"S3Bucket": bucket, "S3ObjectKey": "probe.zip", "PollForSourceChanges": "false"},
        "outputArtifacts": [{"name": "Source"}],
    }
    return {
        "name": name,
        "roleArn": role_arn,
        "pipelineType": "V2",
        "artifactStore": {"type": "S3", "location": bucket},
        "stages": [{"name": "Source", "actions": [source]}, {"name": "NeverReached", "actions": [action]}],
    }


@contextmanager
def pipeline(
    stack: ProbedStack, structure: Mapping[str, Any], by: Any = None, passing: Sequence[str] = ("AssumeRole",)
) -> Iterator[str]:
    """A pipeline while the context lasts: its name. Its first execution begins at once.

    `by` is the client of whoever makes it, if that is not whoever runs the probe. Raises ClientError where it is
    refused: with one of the words `passing` after several tries, since AWS may not know its role yet.
    """
    owner, name = stack.client("codepipeline"), str(structure["name"])
    patiently(stack, lambda: (by or owner).create_pipeline(pipeline=structure), *passing)
    try:
        yield name
    finally:
        owner.delete_pipeline(name=name)


def failure_of_source(stack: ProbedStack, name: str) -> str:
    """What AWS says of a pipeline's first action once that has failed; nothing where it has not in time."""
    codepipeline = stack.client("codepipeline")
    for _ in range(TRIES):
        stack.pause(SECONDS)
        stages = codepipeline.get_pipeline_state(name=name)["stageStates"]
        state: Mapping[str, Any] = next(iter(stages[0]["actionStates"]), {})
        latest = state.get("latestExecution", {})
        if latest.get("status") == "Failed":
            return str(latest.get("errorDetails", {}).get("message", "no reason"))
    return ""
