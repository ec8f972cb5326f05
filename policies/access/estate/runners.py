"""What runs with a role: builds, pipelines, functions, Studio, rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.access.estate.joined import Joined, mappings
from policies.access.estate.model import Runner, account_of
from policies.pack.model import Resource

# Type -> kind, and the property with the role's ARN.
_KINDS = {
    "aws:codebuild/project:Project": ("build", "serviceRole"),
    "aws:codepipeline/pipeline:Pipeline": ("pipeline", "roleArn"),
    "aws:lambda/function:Function": ("function", "role"),
    "aws:cloudwatch/eventTarget:EventTarget": ("rule", "roleArn"),
}


def runners(stack: Joined) -> Iterable[Runner]:
    """Everything of a stack that runs with a role."""
    for token, (kind, prop) in _KINDS.items():
        for resource in stack.of(token):
            if role := resource.props.get(prop):
                yield _runner(stack, resource, kind, str(role), _source(resource, str(role)))
    for profile in stack.of("aws:sagemaker/userProfile:UserProfile"):
        settings = profile.props.get("userSettings")
        if isinstance(settings, Mapping) and settings.get("executionRole"):
            yield _runner(stack, profile, "profile", str(settings["executionRole"]), None)
    for domain in stack.of("aws:sagemaker/domain:Domain"):
        settings = domain.props.get("defaultUserSettings")
        if isinstance(settings, Mapping) and settings.get("executionRole"):
            yield _runner(stack, domain, "domain", str(settings["executionRole"]), None)


def _runner(stack: Joined, resource: Resource, kind: str, role: str, source: str | None) -> Runner:
    return Runner(
        kind=kind,
        arn=stack.arn(resource),
        account=account_of(str(resource.props.get("arn") or "")) or account_of(role) or stack.account,
        name=str(resource.props.get("name") or resource.props.get("id") or resource.name),
        role_arn=role,
        stack=stack.name,
        urn=resource.urn,
        source=source,
    )


def _source(resource: Resource, role: str) -> str | None:
    """The object that a pipeline's first stage reads."""
    partition = role.split(":")[1]
    for stage in mappings(resource.props.get("stages")):
        for action in mappings(stage.get("actions")):
            known = action.get("configuration")
            if action.get("category") == "Source" and isinstance(known, Mapping) and known.get("S3Bucket"):
                return f"arn:{partition}:s3:::{known['S3Bucket']}/{known.get('S3ObjectKey')}"
    return None
