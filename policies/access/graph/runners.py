"""What runs with a role: builds, pipelines, functions, Studio, rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.access.graph.model import BadExport, Runner, account_of
from policies.access.graph.stack_resources import StackResources, mappings
from policies.pack.model import StackResource

# Type -> kind, and the property with the role's ARN.
_KINDS = {
    "aws:codebuild/project:Project": ("build", "serviceRole"),
    "aws:codepipeline/pipeline:Pipeline": ("pipeline", "roleArn"),
    "aws:lambda/function:Function": ("function", "role"),
    "aws:cloudformation/stack:Stack": ("stack", "iamRoleArn"),
    "aws:cloudformation/stackSet:StackSet": ("stack set", "administrationRoleArn"),
    "aws:cloudwatch/eventTarget:EventTarget": ("rule", "roleArn"),
    "aws:sagemaker/notebookInstance:NotebookInstance": ("notebook", "roleArn"),
    "aws:sagemaker/pipeline:Pipeline": ("training pipeline", "roleArn"),
    "aws:sfn/stateMachine:StateMachine": ("state machine", "roleArn"),
}
# Type -> kind, and the property with the settings that name the execution role.
_STUDIO = {
    "aws:sagemaker/userProfile:UserProfile": ("profile", "userSettings"),
    "aws:sagemaker/domain:Domain": ("domain", "defaultUserSettings"),
}
# CodePipeline keeps artifacts below the first 20 characters of a pipeline's name. Source: AWS CodePipeline User Guide,
# page welcome-introducing-artifacts.
_FOLDER_LENGTH = 20


def runners(stack: StackResources) -> Iterable[Runner]:
    """Everything of a stack that runs with a role."""
    for token, (kind, prop) in _KINDS.items():
        for resource in stack.of(token):
            if role := resource.props.get(prop):
                yield _runner(stack, resource, kind, role)
    for token, (kind, prop) in _STUDIO.items():
        for resource in stack.of(token):
            settings = resource.props.get(prop)
            if isinstance(settings, Mapping) and settings.get("executionRole"):
                yield _runner(stack, resource, kind, settings["executionRole"])


def _runner(stack: StackResources, resource: StackResource, kind: str, role: object) -> Runner:
    if not isinstance(role, str) or not role.startswith("arn:"):
        raise BadExport(f"{stack.name}: the role of {kind} {resource.name} is not known: export it after `pulumi up`")
    arn = stack.arn(resource)
    name = str(resource.props.get("name") or resource.props.get("id") or resource.name)
    configured = [(str(action.get("category")), found) for action, found in _configured(resource)]
    sources = [found for category, found in configured if category == "Source" and found.get("S3Bucket")]
    stores = [str(store["location"]) for store in mappings(resource.props.get("artifactStores")) if "location" in store]
    return Runner(
        kind=kind,
        arn=arn,
        account=account_of(arn) or account_of(role) or stack.scope.account,
        name=name,
        role_arn=role,
        stack=stack.name,
        urn=resource.urn,
        source=stack.scope.bucket_arn(str(sources[0]["S3Bucket"]), str(sources[0].get("S3ObjectKey")))
        if sources
        else _archive(stack, resource),
        artifacts=stack.scope.bucket_arn(stores[0], f"{name[:_FOLDER_LENGTH]}/") if stores else None,
        starts=tuple(sorted({str(found["ProjectName"]) for _, found in configured if "ProjectName" in found})),
        parts=tuple(f"{arn}/{part}" for part in _parts(resource)),
    )


def _archive(stack: StackResources, resource: StackResource) -> str | None:
    """The object that a build by itself, outside a pipeline, takes its source from."""
    source = resource.props.get("source")
    if not isinstance(source, Mapping) or source.get("type") != "S3" or not source.get("location"):
        return None
    return stack.scope.bucket_arn(*str(source["location"]).split("/", 1))


def _parts(resource: StackResource) -> Iterator[str]:
    """A pipeline's stages and their actions, as their ARNs name them."""
    for stage in mappings(resource.props.get("stages")):
        yield str(stage.get("name"))
        yield from (f"{stage.get('name')}/{action.get('name')}" for action in mappings(stage.get("actions")))


def _configured(resource: StackResource) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """A pipeline's actions with their configurations."""
    for stage in mappings(resource.props.get("stages")):
        for action in mappings(stage.get("actions")):
            configuration = action.get("configuration")
            if isinstance(configuration, Mapping):
                yield action, configuration
