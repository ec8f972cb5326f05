"""TAG-01: what costs or holds data says whose it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.related_resources import BUCKETS
from policies.pack.stack_accounts import PROVIDER

REQUIRED = ("cost-centre", "data-class", "owner")
TYPES = (
    *BUCKETS,
    "aws:cloudtrail/trail:Trail",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:codebuild/project:Project",
    "aws:codepipeline/pipeline:Pipeline",
    "aws:ec2/vpc:Vpc",
    "aws:ecr/repository:Repository",
    "aws:iam/role:Role",
    "aws:kms/key:Key",
    "aws:lambda/function:Function",
    "aws:sagemaker/domain:Domain",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "aws:sagemaker/featureGroup:FeatureGroup",
    "aws:sagemaker/model:Model",
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
    "aws:sagemaker/notebookInstance:NotebookInstance",
    "aws:secretsmanager/secret:Secret",
    "aws:sns/topic:Topic",
    "aws:sqs/queue:Queue",
)


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """The three tags are there, with values, from the resource itself or from its provider."""
    tags = _tags(resource, stack)
    missing = [key for key in REQUIRED if tags.get(key) in (None, "")]
    return [f"it is not tagged with {', '.join(missing)}"] if missing else []


def _tags(resource: StackResource, stack: Sequence[StackResource]) -> Mapping[str, object]:
    """All three sources: a provider may not have put its default tags into `tagsAll` yet."""
    defaults = [_defaults(provider) for provider in stack if provider.type == PROVIDER]
    shared = (
        {key: value for key, value in defaults[0].items() if all(key in tags for tags in defaults)} if defaults else {}
    )
    given = [found for path in ("tags", "tagsAll") if isinstance(found := resource.get(path), Mapping)]
    return {**shared, **{key: value for found in given for key, value in found.items()}}


def _defaults(provider: StackResource) -> Mapping[str, object]:
    """A provider's default tags: JSON text, as all of its inputs that are not strings."""
    value = provider.get("defaultTags")
    content = json.loads(value) if isinstance(value, str) and value else value
    tags = content.get("tags") if isinstance(content, Mapping) else None
    return tags if isinstance(tags, Mapping) else {}


RULE = Rule(
    id="TAG-01",
    name="tags-present",
    title="Resources carry owner, cost centre and data class",
    why="Who is asked, who pays and how careful to be are otherwise found out by guessing.",
    fix="Use the stack's provider, whose defaultTags have them, or set the tags.",
    severity=Severity.LOW,
    types=TYPES,
    scope="stack",
    check=check,
)
