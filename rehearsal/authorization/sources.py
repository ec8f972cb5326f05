"""What AWS says of itself when a service acts: the condition keys against the confused deputy."""

from __future__ import annotations

# Lambda's guide asks for no source in an execution role's trust and names none that it sends (L lambda-intro-execution-
# role); those of CodeBuild, CodePipeline, EventBridge, SageMaker, CloudFormation and flow logs do, each on its page
# about cross-service confused deputy prevention.
SILENT = frozenset({"lambda.amazonaws.com"})


def source_keys(principal: str, account: str, source: str) -> dict[str, str | tuple[str, ...]]:
    """Condition keys of a service's request for a resource of an account."""
    if principal in SILENT:
        return {}
    owner = source.split(":")[4] if source.count(":") >= 5 and source.split(":")[4] else account
    found: dict[str, str | tuple[str, ...]] = {"aws:SourceAccount": owner}
    return {**found, "aws:SourceArn": source} if source else found
